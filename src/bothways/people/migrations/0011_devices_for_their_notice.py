"""A job sees devices only while something waits that is told on them: an invitation for a calendar is a letter."""

from django.db import migrations

from bothways.core.walls.sql import work

WALLS = "\n".join(
    [
        "DROP POLICY work_select ON people_noticedevice;",
        "DROP POLICY work_delete ON people_noticedevice;",
        work(
            "people_noticedevice",
            "select",
            "delete",
            where="EXISTS (SELECT 1 FROM core_notice n WHERE n.person_id = people_noticedevice.person_id"
            " AND n.sent_at IS NULL AND n.seen_at IS NULL AND n.object_id IS NULL)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0012_each_way_its_notice"), ("people", "0010_notice_devices")]

    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
