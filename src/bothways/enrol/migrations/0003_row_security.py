"""Row security for enrolments and consents: one's own, and numbers only for the jobs that match."""

from django.db import migrations

from bothways.core.walls.sql import ME, grant, own, policy, sees_all, wall, work

ALL = "SELECT, INSERT, UPDATE, DELETE"

WALLS = "\n".join(
    [
        sees_all("enrol_enrolment_walls"),
        sees_all("enrol_consent_stays"),
        grant("enrol_enrolment", web=ALL, worker="SELECT, UPDATE, DELETE"),
        wall("enrol_enrolment"),
        own("enrol_enrolment", "person_id"),
        work("enrol_enrolment", "select", "update"),
        grant("enrol_consent", web=ALL, worker="SELECT, DELETE"),
        wall("enrol_consent"),
        own("enrol_consent", "person_id"),
        work("enrol_consent", "select"),
        # An acceptance reads whether the other still agrees: whose enrolment I may see, their consents too.
        policy(
            "enrol_consent",
            "other",
            select=f"{ME} IS NOT NULL AND enrolment_id IN (SELECT id FROM enrol_enrolment)",
        ),
    ]
)

# Making and ending a pair counts the places of both. Of somebody else nothing but that count is changed.
PLACES = """
CREATE FUNCTION enrol_enrolment_of_others() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before enrol_enrolment := OLD;
BEGIN
    IF public.core_me() IS NULL OR NEW.person_id = public.core_me() THEN
        RETURN NEW;
    END IF;
    before.partners := NEW.partners;
    before.waiting_since := NEW.waiting_since;
    IF NEW IS DISTINCT FROM before OR abs(NEW.partners - OLD.partners) > 1 THEN
        RAISE EXCEPTION 'an enrolment is changed by its own person'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrol_enrolment_of_others BEFORE UPDATE ON enrol_enrolment
    FOR EACH ROW EXECUTE FUNCTION enrol_enrolment_of_others();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("enrol", "0002_walls")]
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(PLACES)]
