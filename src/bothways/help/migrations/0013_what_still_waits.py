"""A notice about a hand is true while something waits: the database says what does, to pages and to jobs."""

from django.db import migrations

from bothways.core.walls.sql import function

# A page asks about whoever is inside, and about nobody else. A job, inside as nobody, asks about those for whom
# such a notice waits to be told: of others it does not learn who said yes.
JOB = """public.core_me() IS NULL AND pg_has_role(CASE current_setting('role') WHEN 'none' THEN session_user::text
    ELSE current_setting('role') END, 'bothways_worker', 'MEMBER')
    AND EXISTS (SELECT 1 FROM public.core_notice n WHERE n.person_id = person AND n.kind LIKE 'hand.%'
                AND n.sent_at IS NULL AND n.seen_at IS NULL)"""

YESES = function(
    "help_hand_yeses(person uuid)",
    "TABLE (ask_id uuid, day date, mine boolean, met boolean)",
    f"""SELECT a.id, a.day, y.person_id = person, y.met_at IS NOT NULL
    FROM public.help_handyes y JOIN public.help_handask a ON a.id = y.ask_id
    WHERE person IN (y.person_id, a.person_id) AND (person = public.core_me() OR ({JOB}))""",
)
YESES_BACK = "DROP FUNCTION help_hand_yeses(uuid);"


class Migration(migrations.Migration):
    dependencies = [("help", "0012_hands_walls")]
    operations = [migrations.RunSQL(YESES, YESES_BACK)]
