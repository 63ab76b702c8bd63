"""Releases are public and frozen; only the job that publishes adds to them. Follow-ups and calls are public,
and their programme's coordinators write them."""

from django.db import migrations

from bothways.core.walls.sql import grant, only, policy, wall

STAYS = """
CREATE FUNCTION insight_release_stays() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a published figure is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION insight_release_stays() FROM PUBLIC;
CREATE TRIGGER insight_release_stays BEFORE UPDATE OR DELETE ON insight_release
    FOR EACH ROW EXECUTE FUNCTION insight_release_stays();
"""
STAYS_BACK = "DROP TRIGGER insight_release_stays ON insight_release; DROP FUNCTION insight_release_stays();"

MINE = "programme_coordinates(programme_id)"
WALLS = "\n".join(
    [
        grant("insight_release", web="SELECT", worker="SELECT, INSERT"),
        # No new ones in the earlier way.
        grant("insight_publishedquarter", web="SELECT", worker="SELECT"),
        grant("insight_followup", web="SELECT, INSERT, UPDATE"),
        only("insight_followup", "words, at", to="bothways_web"),
        wall("insight_followup"),
        policy("insight_followup", "public", select="true", insert=MINE, update=MINE),
        # The job that tells of a call reads it; nobody changes one.
        grant("insight_call", web="SELECT, INSERT, DELETE", worker="SELECT"),
        wall("insight_call"),
        policy("insight_call", "public", select="true", insert=MINE, delete=MINE),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_no_second_way"),
        ("insight", "0004_releases"),
        ("programme", "0005_by_coordinators"),
    ]
    operations = [migrations.RunSQL(STAYS, STAYS_BACK), migrations.RunSQL(WALLS)]
