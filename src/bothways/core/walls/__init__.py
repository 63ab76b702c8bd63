"""Who is inside the database: one signed-in person, the sign-in pages, somebody leaving, or a job."""
