"""Published figures are frozen by the database."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION insight_publishedquarter_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published figure is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER insight_publishedquarter_stays BEFORE UPDATE OR DELETE ON insight_publishedquarter
    FOR EACH ROW EXECUTE FUNCTION insight_publishedquarter_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER insight_publishedquarter_stays ON insight_publishedquarter;"
            "DROP FUNCTION insight_publishedquarter_stays();",
        )
    ]
