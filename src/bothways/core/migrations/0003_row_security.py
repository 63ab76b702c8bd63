"""Roles and row security: the serving roles, who is inside a transaction, and the walls of core's own tables."""

from django.db import migrations, models

from bothways.core.walls.sql import (
    AT_THE_DOOR,
    ME,
    WRITER,
    function,
    grant,
    own,
    policy,
    sees_all,
    wall,
    work,
)

# Roles belong to the whole server: another database of it, or a test running beside, may have made them.
ROLES = """
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bothways_web', 'bothways_worker'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', name);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'permission denied to make the role %', name
                        USING ERRCODE = 'insufficient_privilege',
                        HINT = 'An administrator makes it: CREATE ROLE bothways_web NOLOGIN; CREATE ROLE bothways_worker NOLOGIN;';
            END;
        END IF;
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO bothways_web, bothways_worker;
"""

# One row for each connection of the server: which transaction is whose. Only the functions below touch it.
# Unlogged: it says nothing that outlives a transaction, and writes no log.
INSIDE = """
CREATE UNLOGGED TABLE core_inside (
    pid integer PRIMARY KEY,
    xact xid8 NOT NULL,
    person uuid,
    entry uuid,
    how text NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE core_door (
    id smallint PRIMARY KEY CHECK (id = 1),
    key_hash bytea NOT NULL CHECK (length(key_hash) = 32)
);
REVOKE ALL ON core_inside, core_door FROM PUBLIC, bothways_web, bothways_worker;

CREATE FUNCTION core_inside_as(new_person uuid, new_entry uuid, new_how text) RETURNS void LANGUAGE sql
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.core_inside AS i (pid, xact, person, entry, how)
    VALUES (pg_backend_pid(), pg_current_xact_id(), new_person, new_entry, new_how)
    ON CONFLICT (pid) DO UPDATE SET xact = excluded.xact, person = excluded.person, entry = excluded.entry,
        how = excluded.how;
$$;
REVOKE ALL ON FUNCTION core_inside_as(uuid, uuid, text) FROM PUBLIC;

-- The product's clock, which tests and the demo move. In a database that is said to be real it does not move.
CREATE FUNCTION core_time(ahead interval) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT clock_timestamp() + CASE WHEN EXISTS (SELECT 1 FROM public.core_installation WHERE NOT demo)
                                    THEN interval '0' ELSE ahead END;
$$;

-- A session's token ties the transaction to its person, or to nobody when the session has ended.
CREATE FUNCTION core_enter(token text, ahead interval, OUT person uuid, OUT entry uuid) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT e.person_id, e.id INTO person, entry FROM public.core_entry e
        WHERE e.token_hash = sha256(convert_to(token, 'UTF8')) AND e.ended_at IS NULL
          AND e.expires_at > public.core_time(ahead);
    PERFORM public.core_inside_as(person, entry, 'session');
END $$;

-- The sign-in pages prove that they are the program, by a key that is in no database.
CREATE FUNCTION core_enter_door(door_key bytea) RETURNS uuid LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.core_door WHERE key_hash = sha256(door_key)) THEN
        RAISE EXCEPTION 'this is not the key of the door' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    PERFORM public.core_inside_as(NULL, NULL, 'door');
    RETURN NULL;
END $$;

-- Whoever said in their own session that they leave has a tombstone; erasing them needs nothing more.
CREATE FUNCTION core_enter_leaving(leaver uuid) RETURNS uuid LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.core_tombstone WHERE person_id = leaver) THEN
        leaver := NULL;
    END IF;
    PERFORM public.core_inside_as(leaver, NULL, 'leaving');
    RETURN leaver;
END $$;

CREATE FUNCTION core_go_out() RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.core_inside WHERE pid = pg_backend_pid();
$$;
"""

INSIDE_BACK = """
DROP FUNCTION core_go_out(), core_enter_leaving(uuid), core_enter_door(bytea), core_enter(text, interval),
    core_time(interval), core_inside_as(uuid, uuid, text);
DROP TABLE core_inside, core_door;
"""

HERE = "FROM public.core_inside WHERE pid = pg_backend_pid() AND xact = pg_current_xact_id_if_assigned()"

QUESTIONS = "\n".join(
    [
        function("core_me()", "uuid", f"SELECT person {HERE}"),
        # A calendar feed reads and never writes.
        function("core_writer()", "uuid", f"SELECT person {HERE} AND how IN ('session', 'leaving')"),
        function("core_leaver()", "uuid", f"SELECT person {HERE} AND how = 'leaving'"),
        function("core_at_door()", "boolean", f"SELECT EXISTS (SELECT 1 {HERE} AND how = 'door')"),
        function(
            "core_owns_text(text_id uuid)",
            "boolean",
            "SELECT EXISTS (SELECT 1 FROM public.core_text t WHERE t.id = text_id AND t.owner_id = public.core_writer())",
        ),
    ]
)
QUESTIONS_BACK = (
    "DROP FUNCTION core_me(), core_writer(), core_leaver(), core_at_door(), core_owns_text(uuid);"
)

# Who shared a text is asked at every reading: it stands in the row, so that no policy has to look it up.
OWNERS = """
UPDATE core_share SET owner_id = t.owner_id FROM core_text t WHERE t.id = core_share.text_id;
"""

CASCADE = """
DO $$
DECLARE made_by_django text;
BEGIN
    SELECT conname INTO made_by_django FROM pg_constraint
    WHERE conrelid = 'core_share'::regclass AND confrelid = 'core_text'::regclass;
    EXECUTE format('ALTER TABLE core_share DROP CONSTRAINT %I', made_by_django);
END $$;
ALTER TABLE core_share ADD CONSTRAINT share_goes_with_its_text
    FOREIGN KEY (text_id) REFERENCES core_text (id) ON DELETE CASCADE;
"""

RECEIPT = """
ALTER TABLE core_receipt ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
-- How many things of others one person may open within 24 hours, whatever the program says.
CREATE TABLE core_cap (
    id smallint PRIMARY KEY CHECK (id = 1),
    receipts_a_day integer NOT NULL CHECK (receipts_a_day BETWEEN 1 AND 500)
);
INSERT INTO core_cap VALUES (1, 60);
REVOKE ALL ON core_cap FROM PUBLIC, bothways_web, bothways_worker;

CREATE FUNCTION core_receipt_begins() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.xact := pg_current_xact_id();
    -- Two openings at the same moment are counted one after the other.
    PERFORM pg_advisory_xact_lock(hashtextextended('core_receipt ' || NEW.reader_id::text, 0));
    IF (SELECT count(*) FROM public.core_receipt r
        WHERE r.reader_id = NEW.reader_id AND r.at > NEW.at - interval '24 hours')
       >= (SELECT receipts_a_day FROM public.core_cap) THEN
        RAISE EXCEPTION 'one person opens so many things of others a day and no more'
            USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER core_receipt_begins BEFORE INSERT ON core_receipt
    FOR EACH ROW EXECUTE FUNCTION core_receipt_begins();
CREATE INDEX core_receipt_of_reader ON core_receipt (reader_id, at);
"""
RECEIPT_BACK = """
DROP TRIGGER core_receipt_begins ON core_receipt;
DROP FUNCTION core_receipt_begins();
DROP INDEX core_receipt_of_reader;
DROP TABLE core_cap;
ALTER TABLE core_receipt DROP COLUMN xact;
"""

WALLS = "\n".join(
    [
        grant("core_installation", web="SELECT", worker="SELECT"),
        grant("cache", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, INSERT, UPDATE, DELETE"),
        grant("django_migrations", web="SELECT", worker="SELECT"),
        # Sessions: one's own; opened at the door alone. Jobs may end them, not open them.
        grant("core_entry", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, UPDATE, DELETE"),
        wall("core_entry"),
        policy(
            "core_entry",
            "own",
            select=f"person_id = {ME}",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        policy(
            "core_entry",
            "door",
            select=AT_THE_DOOR,
            insert=AT_THE_DOOR,
            update=AT_THE_DOOR,
        ),
        work("core_entry", "select", "update"),
        # The log: anybody inside adds to it, each reads their own.
        grant("core_event", web="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE"),
        wall("core_event"),
        policy(
            "core_event",
            "own",
            select=f"person_id = {ME}",
            update=f"person_id = {WRITER}",
            update_to="person_id IS NULL",
        ),
        # A row that leaving cuts loose must still be visible to the statement that cuts it.
        policy("core_event", "cut", select="person_id IS NULL AND (SELECT core_leaver()) IS NOT NULL"),
        policy("core_event", "any", insert=f"{WRITER} IS NOT NULL OR {AT_THE_DOOR}"),
        work("core_event", "select", "insert", "update"),
        # Notices: left for anybody by somebody inside, read by the one they are for.
        grant("core_notice", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, INSERT, UPDATE, DELETE"),
        wall("core_notice"),
        policy(
            "core_notice",
            "own",
            select=f"person_id = {ME}",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        policy("core_notice", "any", insert=f"{WRITER} IS NOT NULL OR {AT_THE_DOOR}"),
        work("core_notice", "select", "insert", "update"),
        # Receipts: written by the reader, read by both, gone only with the subject.
        grant("core_receipt", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, UPDATE, DELETE"),
        wall("core_receipt"),
        policy(
            "core_receipt",
            "both",
            select=f"subject_id = {ME} OR reader_id = {ME}",
            insert=f"reader_id = {WRITER} AND (SELECT core_leaver()) IS NULL",
            update="reader_id = (SELECT core_leaver())",
            update_to="reader_id = '00000000-0000-0000-0000-000000000000'",
            delete="subject_id = (SELECT core_leaver())",
        ),
        policy(
            "core_receipt",
            "cut",
            select="reader_id = '00000000-0000-0000-0000-000000000000' AND (SELECT core_leaver()) IS NOT NULL",
        ),
        grant("core_tombstone", web="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE"),
        wall("core_tombstone"),
        policy(
            "core_tombstone",
            "own",
            select=f"person_id = {ME}",
            insert=f"person_id = {WRITER}",
            update=f"person_id = {WRITER}",
        ),
        work("core_tombstone", "select", "insert", "update"),
        # Texts: the writer's, and of those to whom the writer opened them. At the door only addresses, to
        # send a code to; a job sees an address only while a notice waits for its person.
        grant("core_text", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        wall("core_text"),
        own("core_text", "owner_id"),
        policy(
            "core_text",
            "shared",
            select=f"EXISTS (SELECT 1 FROM core_share s WHERE s.text_id = core_text.id AND s.with_id = {ME})",
            delete=f"EXISTS (SELECT 1 FROM core_share s WHERE s.text_id = core_text.id AND s.with_id = {WRITER})",
        ),
        policy(
            "core_text", "door", select=f"{AT_THE_DOOR} AND kind = 'address'", insert=AT_THE_DOOR
        ),
        work(
            "core_text",
            "select",
            where="kind = 'address' AND EXISTS (SELECT 1 FROM core_notice n"
            " WHERE n.person_id = core_text.owner_id AND n.sent_at IS NULL)",
        ),
        grant("core_share", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("core_share"),
        policy(
            "core_share",
            "both",
            select=f"with_id = {ME} OR owner_id = {ME}",
            insert=f"owner_id = {WRITER} AND core_owns_text(text_id)",
            delete=f"with_id = {WRITER} OR owner_id = {WRITER}",
        ),
    ]
)
TRIGGERS = "\n".join(map(sees_all, ["core_receipt_stays", "core_event_stays", "core_installation_stays"]))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_walls")]

    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(INSIDE, INSIDE_BACK),
        migrations.RunSQL(QUESTIONS, QUESTIONS_BACK),
        migrations.AddField("share", "owner_id", models.UUIDField(null=True)),
        migrations.RunSQL(OWNERS, migrations.RunSQL.noop),
        migrations.AlterField("share", "owner_id", models.UUIDField(db_index=True)),
        migrations.RunSQL(
            CASCADE,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AlterField(
                    "share",
                    "text",
                    models.ForeignKey("core.text", models.DO_NOTHING, related_name="shares"),
                )
            ],
        ),
        migrations.RunSQL(RECEIPT, RECEIPT_BACK),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS),
    ]
