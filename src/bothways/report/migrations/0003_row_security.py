"""Rights: the list of keys and the contacts are public, and written in a coordinator's own session alone.

The sealed reports and the counts of tries are nobody's to read: pages may call the functions that file, fetch
and count, jobs those that delete.
"""

from django.db import migrations

from bothways.core.walls.sql import WRITER, grant, policy, sees_all, wall
from bothways.core.walls.stay import WEB, WORKER


def by_a_coordinator(table: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM programme_staff s WHERE s.programme_id = {table}.programme_id"
        f" AND s.person_id = {WRITER})"
    )


def only(signature: str, *roles: str) -> str:
    return (
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;"
        f" GRANT EXECUTE ON FUNCTION {signature} TO {', '.join(roles)};"
    )


WALLS = "\n".join(
    [
        sees_all("report_leadkey_stays"),
        grant("report_lead", web="SELECT, INSERT, UPDATE"),
        wall("report_lead"),
        policy(
            "report_lead",
            "public",
            select="true",
            insert=by_a_coordinator("report_lead"),
            update=by_a_coordinator("report_lead"),
        ),
        grant("report_leadkey", web="SELECT, INSERT"),
        wall("report_leadkey"),
        policy("report_leadkey", "public", select="true", insert=by_a_coordinator("report_leadkey")),
        grant("report_sealed"),
        grant("report_attempt"),
        only("report_file(uuid, bytea, bytea, date, integer)", WEB),
        only("report_bundle(uuid, bytea, text)", WEB),
        only("report_tidy(date)", WORKER),
        only("report_try(text, timestamptz, timestamptz)", WEB),
        only("report_forget(timestamptz)", WORKER),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("programme", "0003_row_security"),
        ("report", "0002_walls"),
    ]
    operations = [migrations.RunSQL(WALLS)]
