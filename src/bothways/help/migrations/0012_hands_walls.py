"""Names stay closed until two have said yes, and the database is who says so.

Whoever asks for a hand does not see who said yes: there is no row for them until they say yes too. Then one
function, and nothing else, opens the names of the two and how to reach them to each other.
"""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, grant, only, own, policy, wall, work
from bothways.core.walls.stay import WEB

COMPOSITE = """
ALTER TABLE help_handlike ADD CONSTRAINT hand_like_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
ALTER TABLE help_handask ADD CONSTRAINT hand_ask_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
ALTER TABLE help_handask ADD CONSTRAINT hand_ask_wide_in_own_entry
    FOREIGN KEY (wide_entry_id, person_id) REFERENCES core_entry (id, person_id);
ALTER TABLE help_handyes ADD CONSTRAINT hand_yes_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id);
"""
COMPOSITE_BACK = """
ALTER TABLE help_handlike DROP CONSTRAINT hand_like_own_entry;
ALTER TABLE help_handask DROP CONSTRAINT hand_ask_own_entry;
ALTER TABLE help_handask DROP CONSTRAINT hand_ask_wide_in_own_entry;
ALTER TABLE help_handyes DROP CONSTRAINT hand_yes_own_entry;
"""

# Whoever takes the one away sees not all of the other: the database itself lets it go along.
GO_ALONG = """
DO $$
DECLARE made_by_django text;
BEGIN
    SELECT conname INTO made_by_django FROM pg_constraint
    WHERE conrelid = 'help_handyes'::regclass AND confrelid = 'help_handask'::regclass;
    EXECUTE format('ALTER TABLE help_handyes DROP CONSTRAINT %I', made_by_django);
    SELECT conname INTO made_by_django FROM pg_constraint
    WHERE conrelid = 'help_handask'::regclass AND confrelid = 'programme_area'::regclass;
    EXECUTE format('ALTER TABLE help_handask DROP CONSTRAINT %I', made_by_django);
END $$;
ALTER TABLE help_handyes ADD CONSTRAINT hand_yes_goes_with_its_ask
    FOREIGN KEY (ask_id) REFERENCES help_handask (id) ON DELETE CASCADE;
ALTER TABLE help_handask ADD CONSTRAINT hand_ask_stays_without_its_area
    FOREIGN KEY (area_id) REFERENCES programme_area (id) ON DELETE SET NULL;
"""

WORDS = """
CREATE FUNCTION help_handyes_words() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.core_share s WHERE s.under = OLD.id;
    DELETE FROM public.core_text t WHERE t.id IN (OLD.text_id, OLD.asker_text_id) AND t.kind = 'hand';
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION help_handyes_words() FROM PUBLIC;
CREATE TRIGGER help_handyes_words AFTER DELETE ON help_handyes
    FOR EACH ROW EXECUTE FUNCTION help_handyes_words();

CREATE FUNCTION help_handask_walls() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.pair_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM pair_half WHERE pair_id = NEW.pair_id AND person_id = NEW.person_id) THEN
        RAISE EXCEPTION 'a hand is asked of the partner of one''s own pair'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION help_handask_walls() FROM PUBLIC;
CREATE TRIGGER help_handask_walls BEFORE INSERT ON help_handask
    FOR EACH ROW EXECUTE FUNCTION help_handask_walls();
"""
WORDS_BACK = """
DROP TRIGGER help_handask_walls ON help_handask; DROP FUNCTION help_handask_walls();
DROP TRIGGER help_handyes_words ON help_handyes; DROP FUNCTION help_handyes_words();
"""

# The second yes. The asker's own, in a session of theirs that stands, with words of their own.
ACCEPT = f"""
CREATE FUNCTION help_hand_accept(said uuid, entry uuid, words uuid, moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me uuid := public.core_writer();
    helper uuid;
    helpers_words uuid;
BEGIN
    SELECT y.person_id, y.text_id INTO helper, helpers_words
    FROM public.help_handyes y JOIN public.help_handask a ON a.id = y.ask_id
    WHERE y.id = said AND y.met_at IS NULL AND a.person_id = me
      AND a.day >= (public.core_moment(moment) - interval '1 day')::date
    FOR UPDATE OF y;
    IF NOT FOUND OR public.core_leaver() IS NOT NULL
       OR NOT EXISTS (SELECT 1 FROM public.core_entry e
                      WHERE e.id = entry AND e.person_id = me AND e.ended_at IS NULL)
       OR NOT EXISTS (SELECT 1 FROM public.core_text t WHERE t.id = words AND t.owner_id = me AND t.kind = 'hand')
    THEN
        RETURN false;
    END IF;
    UPDATE public.help_handyes SET met_at = public.core_moment(moment), asker_entry_id = entry,
        asker_text_id = words WHERE id = said;
    INSERT INTO public.core_share (text_id, owner_id, with_id, under)
    SELECT o.text_id, o.owner_id, CASE WHEN o.owner_id = me THEN helper ELSE me END, said
    FROM (SELECT p.name_text AS text_id, p.id AS owner_id FROM public.people_person p WHERE p.id IN (me, helper)
          UNION ALL VALUES (words, me), (helpers_words, helper)) o
    JOIN public.core_text t ON t.id = o.text_id AND t.owner_id = o.owner_id
    ON CONFLICT DO NOTHING;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION help_hand_accept(uuid, uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION help_hand_accept(uuid, uuid, uuid, timestamptz) TO {WEB};

-- When a pair has ended nothing stays open between the two: whoever ends it may not see the other's yes.
CREATE FUNCTION help_hand_pair_over(over uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.help_handyes y USING public.help_handask a, public.pair_half h, public.pair_pair p
    WHERE a.id = y.ask_id AND a.pair_id = over AND p.id = over AND p.ended_at IS NOT NULL
      AND h.pair_id = over AND h.person_id = y.person_id;
$$;
REVOKE ALL ON FUNCTION help_hand_pair_over(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION help_hand_pair_over(uuid) TO bothways_web, bothways_worker;
"""
ACCEPT_BACK = """
DROP FUNCTION help_hand_pair_over(uuid);
DROP FUNCTION help_hand_accept(uuid, uuid, uuid, timestamptz);
"""

FUNCTIONS = "\n".join(
    [
        function(
            "help_hand_asked()",
            "SETOF uuid",
            "SELECT a.id FROM public.help_handask a WHERE a.person_id = public.core_me()",
        ),
        function(
            "help_hand_said()",
            "SETOF uuid",
            "SELECT y.ask_id FROM public.help_handyes y WHERE y.person_id = public.core_me()",
        ),
        # That somebody would help, and not who.
        function(
            "help_hand_waiting(asked uuid)",
            "SETOF uuid",
            """SELECT y.id FROM public.help_handyes y JOIN public.help_handask a ON a.id = y.ask_id
            WHERE a.id = asked AND a.person_id = public.core_me() AND y.met_at IS NULL ORDER BY y.id""",
        ),
        function(
            "help_hand_people()",
            "SETOF uuid",
            """SELECT CASE WHEN y.person_id = public.core_me() THEN a.person_id ELSE y.person_id END
            FROM public.help_handyes y JOIN public.help_handask a ON a.id = y.ask_id
            WHERE y.met_at IS NOT NULL AND public.core_me() IN (y.person_id, a.person_id)""",
        ),
    ]
)

LIVE = """pair_id IN (SELECT p.id FROM pair_pair p WHERE p.ended_at IS NULL AND p.id IN (SELECT pair_mine()))"""
LIKED = f"""wide_at IS NOT NULL AND EXISTS (SELECT 1 FROM help_handlike l WHERE l.person_id = {ME}
    AND l.programme_id = help_handask.programme_id AND l.kind = help_handask.kind)
    AND EXISTS (SELECT 1 FROM enrol_enrolment e WHERE e.person_id = {ME}
    AND e.programme_id = help_handask.programme_id AND e.state IN ('active', 'paused'))"""
MET = "met_at IS NOT NULL AND ask_id IN (SELECT help_hand_asked())"

WALLS = "\n".join(
    [
        grant("help_handlike", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("help_handlike"),
        own("help_handlike", "person_id"),
        work("help_handlike", "select"),
        grant("help_handask", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        only("help_handask", "wide_at, wide_entry_id", to=WEB),
        wall("help_handask"),
        own("help_handask", "person_id"),
        policy(
            "help_handask",
            "asked",
            select=f"{ME} IS NOT NULL AND ({LIVE} OR ({LIKED}) OR id IN (SELECT help_hand_said()))",
        ),
        work("help_handask", "select"),
        work("help_handask", "delete", where="day < (SELECT core_moment('infinity'))::date"),
        grant("help_handyes", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("help_handyes"),
        policy(
            "help_handyes",
            "two",
            select=f"person_id = {ME} OR ({MET})",
            insert=f"person_id = {WRITER} AND met_at IS NULL AND core_owns_text(text_id)"
            " AND ask_id IN (SELECT id FROM help_handask) AND ask_id NOT IN (SELECT help_hand_asked())",
            delete=f"person_id = {WRITER} OR ({WRITER} IS NOT NULL AND {MET})",
        ),
        policy("people_person", "hands", select=f"{ME} IS NOT NULL AND id IN (SELECT help_hand_people())"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_no_second_way"),
        ("enrol", "0006_only_what_changes"),
        ("people", "0002_row_security"),
        ("pair", "0003_only_what_changes"),
        ("help", "0011_hands"),
    ]
    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(GO_ALONG, migrations.RunSQL.noop),
        migrations.RunSQL(WORDS, WORDS_BACK),
        migrations.RunSQL(ACCEPT, ACCEPT_BACK),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(WALLS),
    ]
