"""When somebody may be told, and one row for each message, so that it is counted once whoever sends it."""

import uuid

from django.db import migrations, models

from bothways.core.walls.sql import ME, WEB, WORKER, WRITER, grant, only, policy, wall, work

WAITING = models.Q(seen_at=None, sent_at=None)

# What went before counts for its week. There were only letters, one for each moment of sending.
BEFORE = """
INSERT INTO core_delivery (id, person_id, at, leased_until, way, sent_at)
SELECT gen_random_uuid(), person_id, sent_at, sent_at, 'letter', sent_at
FROM (SELECT DISTINCT person_id, sent_at FROM core_notice WHERE sent_at IS NOT NULL) AS letters;
"""

WALLS = "\n".join(
    [
        only("core_notice", "seen_at, due_at", to=WEB),
        only("core_notice", "sent_at, due_at", to=WORKER),
        grant("core_delivery", web="SELECT, DELETE", worker="SELECT, INSERT, UPDATE, DELETE"),
        wall("core_delivery"),
        policy("core_delivery", "own", select=f"person_id = {ME}", delete=f"person_id = {WRITER}"),
        work("core_delivery", "select", "insert", "update", "delete"),
        only("core_delivery", "at, leased_until, way, sent_at", to=WORKER),
        # A job sees where somebody is reached only while something waits that they have not looked at.
        "DROP POLICY work_select ON core_text;",
        work(
            "core_text",
            "select",
            where="kind IN ('address', 'phone') AND EXISTS (SELECT 1 FROM core_notice n"
            " WHERE n.person_id = core_text.owner_id AND n.sent_at IS NULL AND n.seen_at IS NULL)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0007_no_second_way")]

    operations = [
        migrations.AddField("notice", "due_at", models.DateTimeField(null=True)),
        migrations.RemoveIndex("notice", "notice_unsent"),
        migrations.AddIndex("notice", models.Index(fields=["due_at"], condition=WAITING, name="notice_due")),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("leased_until", models.DateTimeField()),
                ("way", models.CharField(blank=True, max_length=8)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "at"], name="core_delive_person__8b1b96_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sent_at", None)), fields=("person_id",), name="one_delivery_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent_at", None), models.Q(("way", ""), _negated=True), _connector="OR"),
                        name="sent_some_way",
                    ),
                ],
            },
        ),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
