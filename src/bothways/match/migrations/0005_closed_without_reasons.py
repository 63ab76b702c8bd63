"""A closed proposal keeps no reasons, also when the database itself closed it, and from today."""

from django.db import migrations

# After `match_proposal_walls`, which closes a proposal whose enrolment is gone: triggers go by their names.
TRIGGER = """
CREATE FUNCTION match_proposal_without_reasons() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.reasons := '{}';
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION match_proposal_without_reasons() FROM PUBLIC;
CREATE TRIGGER match_proposal_without_reasons BEFORE UPDATE ON match_proposal
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION match_proposal_without_reasons();
"""
BACK = """
DROP TRIGGER match_proposal_without_reasons ON match_proposal;
DROP FUNCTION match_proposal_without_reasons();
"""


class Migration(migrations.Migration):
    dependencies = [("match", "0004_only_what_changes")]
    operations = [
        migrations.RunSQL(TRIGGER, BACK),
        migrations.RunSQL(
            "UPDATE match_proposal SET reasons = '{}' WHERE state = 'closed' AND reasons <> '{}';",
            migrations.RunSQL.noop,
        ),
    ]
