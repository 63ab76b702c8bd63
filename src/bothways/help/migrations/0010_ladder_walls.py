"""Who sees a request when: a coordinator from the moment that its ladder has brought it there, and no earlier.

The ladder is climbed by jobs, by the database's clock, to rungs that the requester agreed to in a session of
their own. What is closed and old goes with its words.
"""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, grant, only, policy, wall, work
from bothways.core.walls.stay import WEB, WORKER

COMPOSITE = """
ALTER TABLE help_request ADD CONSTRAINT request_ladder_in_own_entry
    FOREIGN KEY (coordinators_entry_id, person_id) REFERENCES core_entry (id, person_id);
"""
COMPOSITE_BACK = "ALTER TABLE help_request DROP CONSTRAINT request_ladder_in_own_entry;"

STATES = """
CREATE OR REPLACE FUNCTION help_request_walls() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.pair_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM pair_half WHERE pair_id = NEW.pair_id AND person_id = NEW.person_id) THEN
            RAISE EXCEPTION 'a request goes to the partner of one''s own pair'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.service_at IS NOT NULL OR (NEW."to" = 'partner' AND NEW.coordinators_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a request begins on its first rung'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.person_id, NEW.entry_id, NEW.programme_id, NEW."to", NEW.pair_id, NEW.text_id)
       IS DISTINCT FROM
       (OLD.id, OLD.person_id, OLD.entry_id, OLD.programme_id, OLD."to", OLD.pair_id, OLD.text_id) THEN
        RAISE EXCEPTION 'a request stays its requester''s' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
        (('open', 'answered'), ('answered', 'open'), ('open', 'resolved'), ('answered', 'resolved'),
         ('open', 'taken_back'), ('answered', 'taken_back'), ('resolved', 'taken_back'),
         ('open', 'expired'), ('answered', 'expired'), ('expired', 'resolved'), ('expired', 'taken_back')) THEN
        RAISE EXCEPTION 'a request goes from % to % by no way', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'expired' AND OLD.state <> 'expired'
       AND (OLD.warned_at IS NULL OR OLD.expires_at > public.core_moment(NEW.closed_at)) THEN
        RAISE EXCEPTION 'a request expires when its requester was told and its time is over'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.expires_at < OLD.expires_at THEN
        RAISE EXCEPTION 'a request is not cut short' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.coordinators_at IS NOT NULL AND NEW.coordinators_at IS DISTINCT FROM OLD.coordinators_at)
       OR (NEW.service_at IS NOT NULL AND NEW.service_at IS DISTINCT FROM OLD.service_at) THEN
        IF OLD.state <> 'open' OR NEW.state <> 'open' OR OLD.coordinators_at IS NOT NULL
           AND NEW.coordinators_at IS DISTINCT FROM OLD.coordinators_at OR OLD.climbs_at IS NULL
           OR OLD.climbs_at > public.core_moment(GREATEST(NEW.coordinators_at, NEW.service_at)) THEN
            RAISE EXCEPTION 'a request goes on when it is open and its time is over'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF OLD.coordinators_at IS NOT NULL AND (NEW.coordinators_at IS NULL
       OR NEW.coordinators_entry_id IS DISTINCT FROM OLD.coordinators_entry_id) THEN
        RAISE EXCEPTION 'where a request has been it stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# With the rights of whoever changes the row, to know if it is the owner of the tables (who is no serving role).
LADDER = """
CREATE FUNCTION help_request_ladder() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT row_security_active('public.help_request') OR public.core_writer() = NEW.person_id THEN
        RETURN NEW;
    END IF;
    IF (NEW.coordinators_entry_id, NEW.wait_days) IS DISTINCT FROM (OLD.coordinators_entry_id, OLD.wait_days)
       OR NEW.service_id IS DISTINCT FROM OLD.service_id
       OR (NEW.service_at IS NULL AND OLD.service_at IS NOT NULL)
       OR (NEW.climbs_at IS NOT NULL AND (OLD.climbs_at IS NULL OR NEW.climbs_at < OLD.climbs_at))
       OR (public.core_writer() IS NOT NULL AND (NEW.expires_at, NEW.warned_at, NEW.coordinators_at,
           NEW.service_at) IS DISTINCT FROM (OLD.expires_at, OLD.warned_at, OLD.coordinators_at, OLD.service_at))
    THEN
        RAISE EXCEPTION 'where a request goes is said by its requester'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER help_request_ladder BEFORE UPDATE ON help_request
    FOR EACH ROW EXECUTE FUNCTION help_request_ladder();
"""
LADDER_BACK = "DROP TRIGGER help_request_ladder ON help_request; DROP FUNCTION help_request_ladder();"

# A request goes with its words, and no notice leads to where it was.
WORDS = """
CREATE FUNCTION help_request_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_text t WHERE t.id = OLD.text_id AND t.owner_id = OLD.person_id;
    -- Not when its requester leaves: it would look another way than an ended pair.
    IF public.core_leaver() IS NULL THEN
        UPDATE public.core_notice n SET seen_at = clock_timestamp()
            WHERE n.path = '/requests/' || OLD.id || '/' AND n.seen_at IS NULL
              AND n.person_id IN (SELECT OLD.person_id UNION ALL SELECT h.person_id FROM public.pair_half h
                  JOIN public.pair_pair p ON p.id = h.pair_id WHERE p.id = OLD.pair_id AND p.ended_at IS NULL);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION help_request_words() FROM PUBLIC;
CREATE TRIGGER help_request_words AFTER DELETE ON help_request
    FOR EACH ROW EXECUTE FUNCTION help_request_words();
"""
WORDS_BACK = "DROP TRIGGER help_request_words ON help_request; DROP FUNCTION help_request_words();"

OPENED = function(
    "help_opened()",
    "SETOF uuid",
    """SELECT t.id FROM public.help_request q
    JOIN public.programme_staff s ON s.programme_id = q.programme_id AND s.person_id = public.core_me()
    JOIN public.help_opening o ON o.request_id = q.id AND o.person_id = s.person_id AND o.ended_at IS NULL
    JOIN public.core_receipt r ON r.id = o.receipt_id AND r.reader_id = s.person_id
        AND r.subject_id = q.person_id AND r.xact <> pg_current_xact_id()
    CROSS JOIN LATERAL (SELECT q.text_id AS id UNION ALL SELECT y.text_id FROM public.help_reply y
        WHERE y.request_id = q.id AND y.person_id = q.person_id) t
    JOIN public.core_text c ON c.id = t.id AND c.owner_id = q.person_id
    WHERE q.coordinators_at IS NOT NULL AND q.state IN ('open', 'answered')
      AND (r.at > clock_timestamp() - interval '30 minutes'
           OR NOT EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo))""",
).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

STAFF = f"""(coordinators_at IS NOT NULL AND EXISTS (SELECT 1 FROM programme_staff s
    WHERE s.programme_id = help_request.programme_id AND s.person_id = {ME}))"""
MEANT = f"pair_id IN (SELECT pair_mine()) OR {STAFF}"
OVER = "request_id IN (SELECT id FROM help_request WHERE closed_at IS NOT NULL)"
# Of the words under a request a partner has the requester's and their own, and a coordinator the requester's
# and those that coordinators signed: neither learns what the other was told, or that there is one.
REPLIES = f"""person_id = {ME} OR EXISTS (SELECT 1 FROM help_request q WHERE q.id = help_reply.request_id
    AND (q.person_id = {ME} OR help_reply.person_id = q.person_id OR (help_reply.signed <> '' AND EXISTS (
        SELECT 1 FROM programme_staff s WHERE s.programme_id = q.programme_id AND s.person_id = {ME}))))"""

WALLS = "\n".join(
    [
        "DROP POLICY meant_select ON help_request; DROP POLICY meant_update ON help_request;",
        policy(
            "help_request",
            "meant",
            select=f"{ME} IS NOT NULL AND ({MEANT})",
            update=f"{WRITER} IS NOT NULL AND ({MEANT})",
        ),
        only(
            "help_request",
            "state, closed_at, closed_entry_id, coordinators_entry_id, service_id, service_at, wait_days,"
            " climbs_at, expires_at, warned_at",
            to=WEB,
        ),
        only(
            "help_request",
            "state, closed_at, coordinators_at, service_at, climbs_at, expires_at, warned_at",
            to=WORKER,
        ),
        work("help_request", "select"),
        work("help_request", "delete", where="closed_at IS NOT NULL"),
        policy(
            "help_request",
            "clock",
            to=WORKER,
            update="closed_at IS NULL",
            update_to="state IN ('open', 'answered') OR (state = 'expired' AND closed_entry_id IS NULL)",
        ),
        "DROP POLICY thread_select ON help_reply;",
        policy("help_reply", "thread", select=REPLIES),
        work("help_reply", "select", "delete", where=OVER),
        policy("help_opening", "over", to=WORKER, delete=OVER),
        grant("help_service", web="SELECT, INSERT, UPDATE"),
        only(
            "help_service",
            "area_id, sort, kind, name, about, place, hours, phone, web, mail, languages, valid_until, ended_at,"
            " found_by",
            to=WEB,
        ),
        wall("help_service"),
        policy(
            "help_service",
            "members",
            select=f"""{ME} IS NOT NULL AND (EXISTS (SELECT 1 FROM enrol_enrolment e
                WHERE e.programme_id = help_service.programme_id AND e.person_id = {ME})
                OR programme_coordinates(programme_id))""",
            insert="programme_coordinates(programme_id)",
            update="programme_coordinates(programme_id)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_no_second_way"),
        ("enrol", "0006_only_what_changes"),
        ("pair", "0003_only_what_changes"),
        ("programme", "0005_by_coordinators"),
        ("help", "0009_ladder"),
    ]
    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(STATES),
        migrations.RunSQL(LADDER, LADDER_BACK),
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(OPENED),
        migrations.RunSQL(WALLS),
    ]
