"""Rights on programmes, which are public, and row security for roles: taken up and given back by oneself."""

from django.db import migrations

from bothways.core.walls.sql import WRITER, grant, policy, sees_all, wall

ALL = "SELECT, INSERT, UPDATE, DELETE"

WALLS = "\n".join(
    [
        sees_all("programme_consenttext_stays"),
        sees_all("programme_area_tree"),
        grant("programme_programme", web="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE"),
        grant("programme_side", web=ALL, worker="SELECT"),
        grant("programme_area", web=ALL, worker="SELECT"),
        grant("programme_consenttext", web="SELECT, INSERT", worker="SELECT"),
        grant("programme_invitation", web=ALL, worker="SELECT, DELETE"),
        # Who coordinates is public: members see the name that goes with the role.
        grant("programme_staff", web=ALL, worker="SELECT, DELETE"),
        wall("programme_staff"),
        policy(
            "programme_staff",
            "role",
            select="true",
            insert=f"person_id = {WRITER}",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("programme", "0002_walls")]
    operations = [migrations.RunSQL(WALLS)]
