"""The job that finishes a leaving holds the leaver's requests before it erases them.

Row security lets it see no other: outside of a leaving the role of jobs sees no request at all.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("help", "0004_openings_end")]
    operations = [
        migrations.RunSQL(
            "GRANT UPDATE ON help_request TO bothways_worker;",
            "REVOKE UPDATE ON help_request FROM bothways_worker;",
        )
    ]
