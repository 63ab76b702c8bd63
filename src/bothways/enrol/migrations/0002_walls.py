"""What the database itself refuses: whose an enrolment is, how it becomes active, and that a consent stays."""

from django.db import migrations

COMPOSITE = """
ALTER TABLE enrol_enrolment ADD CONSTRAINT enrolment_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
ALTER TABLE enrol_consent ADD CONSTRAINT consent_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
-- Django cascades by deleting the consents first; here only the database itself may, after the enrolment.
DO $$
DECLARE made_by_django text;
BEGIN
    SELECT conname INTO made_by_django FROM pg_constraint
    WHERE conrelid = 'enrol_consent'::regclass AND confrelid = 'enrol_enrolment'::regclass;
    EXECUTE format('ALTER TABLE enrol_consent DROP CONSTRAINT %I', made_by_django);
END $$;
ALTER TABLE enrol_consent ADD CONSTRAINT consent_own_enrolment
    FOREIGN KEY (enrolment_id, person_id) REFERENCES enrol_enrolment (id, person_id) ON DELETE CASCADE;
"""

COMPOSITE_BACK = """
ALTER TABLE enrol_enrolment DROP CONSTRAINT enrolment_own_entry;
ALTER TABLE enrol_consent DROP CONSTRAINT consent_own_entry;
"""

STATES = """
CREATE FUNCTION enrol_enrolment_walls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.partners <> 0 THEN
            RAISE EXCEPTION 'an enrolment begins as a draft' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSE
        IF (NEW.id, NEW.person_id, NEW.programme_id) IS DISTINCT FROM (OLD.id, OLD.person_id, OLD.programme_id) THEN
            RAISE EXCEPTION 'an enrolment stays its person''s' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.confirm_from IS NOT NULL AND NEW.confirm_from IS DISTINCT FROM OLD.confirm_from THEN
            RAISE EXCEPTION 'the pause is set once' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
            (('draft', 'waiting'), ('waiting', 'active'), ('active', 'paused'), ('paused', 'active')) THEN
            RAISE EXCEPTION 'an enrolment goes from % to % by no way', OLD.state, NEW.state
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.state = 'waiting' AND NEW.state = 'active' THEN
            -- The product's own clock is compared, which the demo and the tests move. In a database
            -- that is said to be real, the database's clock must agree, give or take five minutes.
            IF NEW.waiting_since IS NULL OR NEW.waiting_since < OLD.confirm_from
               OR (OLD.confirm_from > clock_timestamp() + interval '5 minutes'
                   AND EXISTS (SELECT 1 FROM core_installation WHERE NOT demo)) THEN
                RAISE EXCEPTION 'an enrolment is confirmed after its pause'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
    END IF;
    IF NEW.side_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM programme_side WHERE id = NEW.side_id AND programme_id = NEW.programme_id) THEN
        RAISE EXCEPTION 'the side is of another programme' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.area_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM programme_area WHERE id = NEW.area_id AND programme_id = NEW.programme_id) THEN
        RAISE EXCEPTION 'the area is of another programme' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrol_enrolment_walls BEFORE INSERT OR UPDATE ON enrol_enrolment
    FOR EACH ROW EXECUTE FUNCTION enrol_enrolment_walls();
"""

CONSENTS = """
CREATE FUNCTION enrol_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.replaced_at IS NULL AND EXISTS (
            SELECT 1 FROM programme_consenttext t JOIN enrol_enrolment e ON e.programme_id = t.programme_id
            WHERE t.id = NEW.text_id AND t.purpose = NEW.purpose AND e.id = NEW.enrolment_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a consent answers a text of its own programme and purpose'
            USING ERRCODE = 'integrity_constraint_violation';
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.replaced_at IS NULL AND NEW.replaced_at IS NOT NULL
           AND (NEW.id, NEW.enrolment_id, NEW.text_id, NEW.person_id, NEW.entry_id, NEW.purpose, NEW.given, NEW.at)
               IS NOT DISTINCT FROM
               (OLD.id, OLD.enrolment_id, OLD.text_id, OLD.person_id, OLD.entry_id, OLD.purpose, OLD.given, OLD.at)
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a consent is never changed, only followed by the next'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- The cascade runs when the enrolment's own row is gone already.
    IF EXISTS (SELECT 1 FROM enrol_enrolment WHERE id = OLD.enrolment_id) THEN
        RAISE EXCEPTION 'a consent goes only with its enrolment' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER enrol_consent_stays BEFORE INSERT OR UPDATE OR DELETE ON enrol_consent
    FOR EACH ROW EXECUTE FUNCTION enrol_consent_stays();
"""


def drop(table: str, name: str) -> str:
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("programme", "0001_initial"), ("enrol", "0001_initial")]

    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(STATES, drop("enrol_enrolment", "enrol_enrolment_walls")),
        migrations.RunSQL(CONSENTS, drop("enrol_consent", "enrol_consent_stays")),
    ]
