"""What the database itself refuses for checks: whose they are, who sets them, and what may ever change."""

from django.db import migrations

from bothways.core.walls.sql import ME, grant, own, policy, wall, work

COMPOSITE = """
ALTER TABLE enrol_check ADD CONSTRAINT check_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
-- The coordinator who leaves is cut loose; what they set stays.
ALTER TABLE enrol_check ADD CONSTRAINT check_setter_entry
    FOREIGN KEY (set_entry_id, set_by) REFERENCES core_entry (id, person_id) ON DELETE SET NULL;
CREATE INDEX enrol_check_setter ON enrol_check (set_entry_id) WHERE set_entry_id IS NOT NULL;
DO $$
DECLARE made_by_django text;
BEGIN
    SELECT conname INTO made_by_django FROM pg_constraint
    WHERE conrelid = 'enrol_check'::regclass AND confrelid = 'enrol_enrolment'::regclass;
    EXECUTE format('ALTER TABLE enrol_check DROP CONSTRAINT %I', made_by_django);
END $$;
ALTER TABLE enrol_check ADD CONSTRAINT check_own_enrolment
    FOREIGN KEY (enrolment_id, person_id) REFERENCES enrol_enrolment (id, person_id) ON DELETE CASCADE;
-- The service counts days where the programme is; a day either way covers every time zone.
ALTER TABLE enrol_check ADD CONSTRAINT check_days CHECK (
    valid_until BETWEEN (set_at AT TIME ZONE 'UTC')::date
                AND ((set_at AT TIME ZONE 'UTC') + interval '5 years 1 day')::date);
-- A code lasts a day.
ALTER TABLE enrol_check ADD CONSTRAINT check_code_lasts CHECK (
    code_until > asked_at AND code_until <= asked_at + interval '24 hours');
"""

COMPOSITE_BACK = """
ALTER TABLE enrol_check DROP CONSTRAINT check_own_entry;
ALTER TABLE enrol_check DROP CONSTRAINT check_setter_entry;
ALTER TABLE enrol_check DROP CONSTRAINT check_days;
ALTER TABLE enrol_check DROP CONSTRAINT check_code_lasts;
DROP INDEX enrol_check_setter;
"""

STATES = """
CREATE FUNCTION enrol_check_walls() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE fault text := 'integrity_constraint_violation';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.valid_until IS NOT NULL THEN
            RAISE EXCEPTION 'a check begins with a code that its member asks for' USING ERRCODE = fault;
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.enrolment_id, NEW.person_id, NEW.entry_id, NEW.kind, NEW.asked_at)
       IS DISTINCT FROM (OLD.id, OLD.enrolment_id, OLD.person_id, OLD.entry_id, OLD.kind, OLD.asked_at) THEN
        RAISE EXCEPTION 'a check stays its member''s' USING ERRCODE = fault;
    END IF;
    IF OLD.valid_until IS NOT NULL THEN
        -- The one change allowed: the coordinator left, and the link to their account is cut.
        IF NEW.set_by IS NULL AND (NEW.valid_until, NEW.set_at) IS NOT DISTINCT FROM (OLD.valid_until, OLD.set_at) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a check that is set is never changed, only followed by another' USING ERRCODE = fault;
    END IF;
    IF NEW.valid_until IS NULL OR NEW.set_by IS NULL OR NOT EXISTS (
        SELECT 1 FROM programme_staff s JOIN enrol_enrolment e ON e.programme_id = s.programme_id
        WHERE e.id = NEW.enrolment_id AND s.person_id = NEW.set_by AND s.role = 'coordinator') THEN
        RAISE EXCEPTION 'a check is set by a coordinator of its own programme' USING ERRCODE = fault;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM core_entry WHERE id = NEW.set_entry_id AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'a check is set in a session that stands' USING ERRCODE = fault;
    END IF;
    -- As with the pause of an enrolment: the product's clock, and in a real database also its own.
    IF NEW.set_at >= OLD.code_until
       OR (OLD.code_until < clock_timestamp() - interval '5 minutes'
           AND EXISTS (SELECT 1 FROM core_installation WHERE NOT demo)) THEN
        RAISE EXCEPTION 'a code works for a day' USING ERRCODE = fault;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrol_check_walls BEFORE INSERT OR UPDATE ON enrol_check
    FOR EACH ROW EXECUTE FUNCTION enrol_check_walls();
"""

# A coordinator has no other way to a check than the hash of a code that its member gave them: these functions
# see past row security, and only as far as that hash.
DOORS = """
-- The one who is inside, as a coordinator of the programme. The owner's own connection (tests set things up
-- with it) is asked no session; a serving role always is, whatever it says.
CREATE FUNCTION enrol_sets_checks(coordinator uuid, programme uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.programme_staff s WHERE s.programme_id = programme
                   AND s.person_id = coordinator AND s.role = 'coordinator')
       AND (public.core_writer() IS NOT DISTINCT FROM coordinator
            OR (current_setting('role') = 'none' AND pg_has_role(session_user, current_user, 'MEMBER')));
$$;

CREATE FUNCTION enrol_check_with_code(hash bytea, moment timestamptz, coordinator uuid)
RETURNS TABLE (person_id uuid, kind smallint, side_id bigint, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.person_id, c.kind, e.side_id, p.language
    FROM public.enrol_check c
    JOIN public.enrol_enrolment e ON e.id = c.enrolment_id
    JOIN public.people_person p ON p.id = c.person_id
    WHERE c.code_hash = hash AND c.code_until > moment
      AND public.enrol_sets_checks(coordinator, e.programme_id);
$$;

CREATE FUNCTION enrol_check_set(hash bytea, until date, moment timestamptz, coordinator uuid, entry uuid)
RETURNS TABLE (person_id uuid, enrolment_id uuid, check_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held public.enrol_check;
BEGIN
    -- Whoever comes second waits here, and then finds no such code any more.
    SELECT * INTO held FROM public.enrol_check c
        WHERE c.code_hash = hash AND c.code_until > moment FOR UPDATE;
    IF NOT FOUND OR NOT public.enrol_sets_checks(coordinator, (SELECT e.programme_id
        FROM public.enrol_enrolment e WHERE e.id = held.enrolment_id)) THEN
        RETURN;
    END IF;
    -- Looking leaves a receipt that another transaction has committed; without one nothing is set.
    IF NOT EXISTS (SELECT 1 FROM public.core_receipt r WHERE r.reader_id = coordinator
                   AND r.subject_id = held.person_id AND r.xact <> pg_current_xact_id()
                   AND r.at > moment - interval '1 hour') AND public.core_writer() IS NOT NULL THEN
        RAISE EXCEPTION 'a check is set after a receipt' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    DELETE FROM public.enrol_check c
        WHERE c.enrolment_id = held.enrolment_id AND c.kind = held.kind AND c.valid_until IS NOT NULL;
    UPDATE public.enrol_check c SET valid_until = until, set_at = moment, set_by = coordinator,
        set_entry_id = entry, code_hash = NULL, code_until = NULL WHERE c.id = held.id;
    RETURN QUERY SELECT held.person_id, held.enrolment_id, held.id;
END $$;

REVOKE ALL ON FUNCTION enrol_sets_checks(uuid, uuid), enrol_check_walls(),
    enrol_check_with_code(bytea, timestamptz, uuid),
    enrol_check_set(bytea, date, timestamptz, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enrol_check_with_code(bytea, timestamptz, uuid),
    enrol_check_set(bytea, date, timestamptz, uuid, uuid) TO bothways_web;
"""

DOORS_BACK = """
DROP FUNCTION enrol_check_with_code(bytea, timestamptz, uuid);
DROP FUNCTION enrol_check_set(bytea, date, timestamptz, uuid, uuid);
DROP FUNCTION enrol_sets_checks(uuid, uuid);
"""

# Nobody but the function above changes a check: no serving role may update one.
WALLS = "\n".join(
    [
        grant("enrol_check", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("enrol_check"),
        own("enrol_check", "person_id"),
        # An acceptance and a pair's page read the other's checks that are set, never their codes.
        policy(
            "enrol_check",
            "other",
            select=f"{ME} IS NOT NULL AND valid_until IS NOT NULL"
            " AND enrolment_id IN (SELECT id FROM enrol_enrolment)",
        ),
        work("enrol_check", "select"),
        work("enrol_check", "delete", where="valid_until IS NULL"),
        # Wrong codes: each coordinator's own count.
        grant("enrol_codetries", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        wall("enrol_codetries"),
        own("enrol_codetries", "person_id"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("people", "0002_row_security"),
        ("programme", "0004_checks"),
        ("enrol", "0004_checks"),
    ]

    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(
            STATES, "DROP TRIGGER enrol_check_walls ON enrol_check; DROP FUNCTION enrol_check_walls();"
        ),
        migrations.RunSQL(DOORS, DOORS_BACK),
        migrations.RunSQL(WALLS),
    ]
