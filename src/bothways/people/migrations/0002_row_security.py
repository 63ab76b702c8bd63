"""Row security for accounts and for the tables of the sign-in library, sessions and the job queue."""

from django.db import migrations

from bothways.core.walls.sql import AT_THE_DOOR, ME, grant, own, policy, sees_all, wall, work

ALL = "SELECT, INSERT, UPDATE, DELETE"

PEOPLE = "\n".join(
    [
        sees_all("people_refuse_synthetic"),
        grant("people_person", web=ALL, worker="SELECT, UPDATE, DELETE"),
        wall("people_person"),
        own("people_person", "id"),
        policy("people_person", "door", select=AT_THE_DOOR, insert=AT_THE_DOOR, update=AT_THE_DOOR),
        # Whoever opened a text to me (a partner's name) is somebody to me.
        policy(
            "people_person",
            "known",
            select=f"EXISTS (SELECT 1 FROM core_share s WHERE s.owner_id = people_person.id AND s.with_id = {ME})",
        ),
        work("people_person", "select", "update"),
        grant("people_device", web=ALL, worker="SELECT, DELETE"),
        wall("people_device"),
        own("people_device", "person_id"),
        policy(
            "people_device",
            "door",
            select=AT_THE_DOOR,
            insert=AT_THE_DOOR,
            update=AT_THE_DOOR,
            delete=AT_THE_DOOR,
        ),
        work("people_device", "select", "delete"),
    ]
)


def of_library(table: str, person: str) -> str:
    return "\n".join(
        [
            grant(table, web=ALL, worker="SELECT, DELETE"),
            wall(table),
            own(table, person),
            policy(
                table,
                "door",
                select=AT_THE_DOOR,
                insert=AT_THE_DOOR,
                update=AT_THE_DOOR,
                delete=AT_THE_DOOR,
            ),
            work(table, "select"),
        ]
    )


LIBRARY = "\n".join(
    [
        of_library("account_emailaddress", "user_id"),
        of_library("mfa_authenticator", "user_id"),
        grant("account_emailconfirmation", web="SELECT, DELETE", worker="SELECT, DELETE"),
        wall("account_emailconfirmation"),
        # Never written: codes live in sessions. Deleting an account looks here.
        policy("account_emailconfirmation", "none", select="true", delete="true"),
        # A stored session is a ciphertext under the hash of its cookie: whoever reads the table has nothing.
        grant("django_session", web=ALL, worker="SELECT, DELETE"),
        grant("django_content_type", web="SELECT", worker="SELECT"),
    ]
)

# Jobs carry ids of things and never words: no row security, but serving pages only adds to the queue.
QUEUE = """
GRANT SELECT, INSERT ON procrastinate_jobs, procrastinate_events TO bothways_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,
    procrastinate_workers TO bothways_worker;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO bothways_web, bothways_worker;
GRANT USAGE ON SEQUENCE procrastinate_periodic_defers_id_seq TO bothways_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("people", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(PEOPLE), migrations.RunSQL(LIBRARY), migrations.RunSQL(QUEUE)]
