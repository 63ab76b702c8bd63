"""Letters that are about one thing: an invitation to a meeting. They go one by one, and only a trigger leaves them."""

from django.db import migrations, models
from django.db.models import Q

WALLS = """
CREATE POLICY by_triggers_insert ON core_notice AS RESTRICTIVE FOR INSERT TO bothways_web, bothways_worker
    WITH CHECK (object_id IS NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0009_asks")]

    operations = [
        migrations.AddField("notice", "object_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["object_id"],
                condition=Q(object_id__isnull=False, sent_at=None),
                name="notice_about_one_thing",
            ),
        ),
        migrations.AddField("delivery", "about", models.UUIDField(null=True)),
        migrations.RemoveConstraint("delivery", "one_delivery_at_a_time"),
        migrations.AddConstraint(
            "delivery",
            models.UniqueConstraint(
                fields=["person_id"], condition=Q(sent_at=None, about=None), name="one_delivery_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            "delivery",
            models.UniqueConstraint(
                fields=["person_id", "about"],
                condition=Q(sent_at=None, about__isnull=False),
                name="one_delivery_about_a_thing",
            ),
        ),
        migrations.RunSQL(WALLS, "DROP POLICY by_triggers_insert ON core_notice;"),
    ]
