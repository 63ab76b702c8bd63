"""A session stays its person's, a notice the one that it is, and the sign-in pages write nobody's words."""

from django.db import migrations

from bothways.core.walls.sql import AT_THE_DOOR, WEB, WORKER, only, policy

WALLS = "\n".join(
    [
        only("core_entry", "ended_at"),
        only("core_event", "person_id"),
        only("core_notice", "seen_at", to=WEB),
        only("core_notice", "sent_at", to=WORKER),
        # Opening an account puts these two.
        "DROP POLICY door_insert ON core_text;",
        policy("core_text", "door", insert=f"{AT_THE_DOOR} AND kind IN ('address', 'name')"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0005_departures")]
    operations = [migrations.RunSQL(WALLS)]
