"""What the database itself refuses: changed consent texts, crooked trees of areas, roles by somebody else."""

from django.db import migrations

CONSENT_TEXTS = """
CREATE FUNCTION programme_consenttext_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent text is never changed, only followed by the next version'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER programme_consenttext_stays BEFORE UPDATE OR DELETE ON programme_consenttext
    FOR EACH ROW EXECUTE FUNCTION programme_consenttext_stays();
"""

AREAS = """
CREATE FUNCTION programme_area_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above bigint := NEW.parent_id;
    above_programme uuid;
    above_lat integer;
    next_above bigint;
    steps integer := 0;
BEGIN
    IF above IS NULL THEN
        RETURN NEW;
    END IF;
    -- Two moves at once could each look right and make a ring together.
    PERFORM 1 FROM programme_programme WHERE id = NEW.programme_id FOR NO KEY UPDATE;
    WHILE above IS NOT NULL LOOP
        IF above = NEW.id OR steps > 2000 THEN
            RAISE EXCEPTION 'an area cannot be inside itself' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT programme_id, lat_e5, parent_id INTO above_programme, above_lat, next_above
            FROM programme_area WHERE id = above;
        IF above_programme IS DISTINCT FROM NEW.programme_id THEN
            RAISE EXCEPTION 'an area is inside an area of its own programme'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF above_lat IS NOT NULL THEN
            RAISE EXCEPTION 'a town holds no other areas' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        above := next_above;
        steps := steps + 1;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER programme_area_tree BEFORE INSERT OR UPDATE OF parent_id, programme_id ON programme_area
    FOR EACH ROW EXECUTE FUNCTION programme_area_tree();
"""

# A role names the session it was taken up in, and that session is the person's own.
STAFF = """
ALTER TABLE programme_staff ADD CONSTRAINT programme_staff_own_session
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
"""


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            CONSENT_TEXTS,
            "DROP TRIGGER programme_consenttext_stays ON programme_consenttext;"
            "DROP FUNCTION programme_consenttext_stays();",
        ),
        migrations.RunSQL(
            AREAS,
            "DROP TRIGGER programme_area_tree ON programme_area; DROP FUNCTION programme_area_tree();",
        ),
        migrations.RunSQL(STAFF, "ALTER TABLE programme_staff DROP CONSTRAINT programme_staff_own_session;"),
    ]
