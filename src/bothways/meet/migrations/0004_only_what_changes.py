"""Who planned a meeting and who wrote its place: the one who did, in their own session."""

from django.db import migrations

from bothways.core.walls.sql import WRITER, keeps, only, policy

MINE = "(SELECT pair_mine())"
CHANGES = "starts_at, minutes, mode, place_text, place_by, planned_by, sequence, state, took_place_at"

WALLS = "\n".join(
    [
        only("meet_meeting", CHANGES),
        "DROP POLICY pair_insert ON meet_meeting;",
        policy(
            "meet_meeting",
            "pair",
            insert=f"pair_id IN {MINE} AND planned_by = {WRITER} AND (place_by IS NULL OR place_by = {WRITER})",
        ),
        keeps(
            "meet_meeting",
            "meet_meeting_names",
            """(NEW.planned_by IS DISTINCT FROM OLD.planned_by AND NEW.planned_by IS NOT NULL)
       OR ((NEW.place_text, NEW.place_by) IS DISTINCT FROM (OLD.place_text, OLD.place_by)
           AND NEW.place_by <> core_writer())""",
            "a place is written by the one whose words it is",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("meet", "0003_row_security")]
    operations = [migrations.RunSQL(WALLS)]
