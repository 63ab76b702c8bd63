"""A job reads a phone's number or a device only for the message that goes there: of what is told together, without an
object. A letter about one thing goes by mail, so of it only the address is read."""

from django.db import migrations

from bothways.core.walls.sql import work

WALLS = "\n".join(
    [
        "DROP POLICY work_select ON core_text;",
        work(
            "core_text",
            "select",
            where="kind IN ('address', 'phone', 'push') AND EXISTS (SELECT 1 FROM core_notice n"
            " WHERE n.person_id = core_text.owner_id AND n.sent_at IS NULL AND n.seen_at IS NULL"
            " AND (n.object_id IS NULL OR core_text.kind = 'address'))",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0011_devices")]

    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
