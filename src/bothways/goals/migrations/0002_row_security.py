"""Row security for next steps: the writer's, and read by those to whom their words are open."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, grant, only, policy, wall

OPEN = f"EXISTS (SELECT 1 FROM core_share s WHERE s.text_id = goals_goal.text_id AND s.with_id = {ME})"
MINE = f"person_id = {WRITER}"

WALLS = "\n".join(
    [
        grant("goals_goal", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        only("goals_goal", "done", to="bothways_web"),
        wall("goals_goal"),
        policy(
            "goals_goal",
            "own",
            select=f"person_id = {ME}",
            insert=f"{MINE} AND core_owns_text(text_id)",
            update=MINE,
            delete=MINE,
        ),
        policy("goals_goal", "shared", select=OPEN),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("goals", "0001_initial"),
    ]
    operations = [migrations.RunSQL(WALLS)]
