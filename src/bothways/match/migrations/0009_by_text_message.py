"""A yes by text message is a yes to the proposal that it was asked about, and to no other."""

from django.db import migrations

ONE = """
CREATE POLICY asked_insert ON match_answer AS RESTRICTIVE FOR INSERT TO bothways_web, bothways_worker
    WITH CHECK ((SELECT core_asked()) IS NULL OR proposal_id = (SELECT core_asked()));
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0009_asks"), ("match", "0008_parts")]
    operations = [migrations.RunSQL(ONE, "DROP POLICY asked_insert ON match_answer;")]
