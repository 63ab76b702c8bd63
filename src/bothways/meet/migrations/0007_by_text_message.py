"""A word by text message that a meeting took place is about the meeting that it was asked for, and no other."""

from django.db import migrations

ONE = """
CREATE POLICY asked_insert ON meet_tookplace AS RESTRICTIVE FOR INSERT TO bothways_web, bothways_worker
    WITH CHECK ((SELECT core_asked()) IS NULL OR meeting_id = (SELECT core_asked()));
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0009_asks"), ("meet", "0006_series_walls")]
    operations = [migrations.RunSQL(ONE, "DROP POLICY asked_insert ON meet_tookplace;")]
