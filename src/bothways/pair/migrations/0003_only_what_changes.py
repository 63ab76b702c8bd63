"""A pause and what one wrote for the other to reach one: one's own, until the pair has ended."""

from django.db import migrations

from bothways.core.walls.sql import WORKER, function, keeps, only, policy

WALLS = "\n".join(
    [
        only("pair_pair", "state, ended_at, paused_until"),
        only("pair_half", "contact_text, paused_until"),
        keeps(
            "pair_half",
            "pair_half_of_others",
            """NEW.person_id <> core_writer()
       AND (NEW.contact_text, NEW.paused_until) IS DISTINCT FROM (OLD.contact_text, OLD.paused_until)
       AND NOT EXISTS (SELECT 1 FROM pair_pair WHERE id = NEW.pair_id AND state = 'ended')""",
            "a half of a pair is changed by its own person",
        ),
        # The job ends pauses whose day has come, and nothing more. A statement sees the row as it was.
        function(
            "pair_contact(half bigint)",
            "uuid",
            "SELECT h.contact_text FROM public.pair_half h WHERE h.id = half",
            to=WORKER,
        ),
        "DROP POLICY work_update ON pair_half;",
        policy(
            "pair_half",
            "work",
            to=WORKER,
            update="true",
            update_to="paused_until IS NULL AND contact_text IS NOT DISTINCT FROM pair_contact(id)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("pair", "0002_row_security")]
    operations = [migrations.RunSQL(WALLS)]
