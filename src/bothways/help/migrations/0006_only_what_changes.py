"""Whoever is asked for help can say that there is an answer, and changes nothing else of a request."""

from django.db import migrations

from bothways.core.walls.sql import keeps, only

WALLS = "\n".join(
    [
        only("help_request", "state, closed_at, closed_entry_id"),
        keeps(
            "help_request",
            "help_request_of_others",
            """NEW.person_id <> core_writer()
       AND ((NEW.closed_at, NEW.closed_entry_id) IS DISTINCT FROM (OLD.closed_at, OLD.closed_entry_id)
            OR (NEW.state <> OLD.state AND NEW.state <> 'answered'))""",
            "a request is closed and opened again by its requester",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("help", "0005_leaving_by_a_job")]
    operations = [migrations.RunSQL(WALLS)]
