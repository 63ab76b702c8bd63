"""A job reads where somebody's devices take notices as it reads an address: only while something waits for them."""

from django.db import migrations

from bothways.core.walls.sql import work

WALLS = "\n".join(
    [
        "DROP POLICY work_select ON core_text;",
        work(
            "core_text",
            "select",
            where="kind IN ('address', 'phone', 'push') AND EXISTS (SELECT 1 FROM core_notice n"
            " WHERE n.person_id = core_text.owner_id AND n.sent_at IS NULL AND n.seen_at IS NULL)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0010_about_one_thing")]

    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
