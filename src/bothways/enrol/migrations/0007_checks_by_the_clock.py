"""A check is set now: in a real database its own clock says when that is."""

from django.db import migrations

DOORS = """
CREATE OR REPLACE FUNCTION enrol_check_with_code(hash bytea, moment timestamptz, coordinator uuid)
RETURNS TABLE (person_id uuid, kind smallint, side_id bigint, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.person_id, c.kind, e.side_id, p.language
    FROM public.enrol_check c
    JOIN public.enrol_enrolment e ON e.id = c.enrolment_id
    JOIN public.people_person p ON p.id = c.person_id
    WHERE c.code_hash = hash AND c.code_until > public.core_moment(moment)
      AND public.enrol_sets_checks(coordinator, e.programme_id);
$$;

CREATE OR REPLACE FUNCTION enrol_check_set(hash bytea, until date, moment timestamptz, coordinator uuid, entry uuid)
RETURNS TABLE (person_id uuid, enrolment_id uuid, check_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE held public.enrol_check;
BEGIN
    moment := public.core_moment(moment);
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
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_no_second_way"), ("enrol", "0006_only_what_changes")]
    operations = [migrations.RunSQL(DOORS, migrations.RunSQL.noop)]
