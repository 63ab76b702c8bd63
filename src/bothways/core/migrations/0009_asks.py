"""A code that stands for the session in which it was asked for: for one thing, once, from one phone."""

import uuid

from django.db import migrations, models

from bothways.core.walls.sql import ME, WRITER, function, grant, policy, wall, work

TRIES = 5

OWN_ENTRY = """
ALTER TABLE core_ask ADD CONSTRAINT ask_own_entry
    FOREIGN KEY (entry_id, person_id) REFERENCES core_entry (id, person_id) ON DELETE CASCADE;
CREATE INDEX ask_entry ON core_ask (entry_id);
"""
OWN_ENTRY_BACK = "DROP INDEX ask_entry; ALTER TABLE core_ask DROP CONSTRAINT ask_own_entry;"

# The program (by the key of the door) shows whom a message came from and the code in it. The code is held until
# the transaction ends, so that two messages at once are one after the other. A wrong one counts for every code
# of that sender. The session behind it must stand: signing out everywhere ends the codes too.
ENTER = f"""
ALTER TABLE core_inside ADD COLUMN asked uuid;
CREATE FUNCTION core_enter_ask(door_key bytea, sender bytea, code bytea, ahead interval, OUT person uuid, OUT entry uuid)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found record;
    moment timestamptz := public.core_time(ahead);
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.core_door WHERE key_hash = sha256(door_key)) THEN
        RAISE EXCEPTION 'this is not the key of the door' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    SELECT a.person_id, a.entry_id, a.object_id INTO found
        FROM public.core_ask a JOIN public.core_entry e ON e.id = a.entry_id
        WHERE a.sender_hash = sender AND a.code_hash = code AND a.tries < {TRIES} AND a.expires_at > moment
          AND e.ended_at IS NULL AND e.expires_at > moment
        LIMIT 1 FOR UPDATE OF a;
    IF found.person_id IS NULL THEN
        UPDATE public.core_ask SET tries = tries + 1 WHERE sender_hash = sender AND tries < {TRIES};
        PERFORM public.core_inside_as(NULL, NULL, 'answer');
        UPDATE public.core_inside SET asked = NULL WHERE pid = pg_backend_pid();
        RETURN;
    END IF;
    person := found.person_id;
    entry := found.entry_id;
    PERFORM public.core_inside_as(person, entry, 'answer');
    UPDATE public.core_inside SET asked = found.object_id WHERE pid = pg_backend_pid();
END $$;
REVOKE ALL ON FUNCTION core_enter_ask(bytea, bytea, bytea, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_enter_ask(bytea, bytea, bytea, interval) TO bothways_web;

CREATE OR REPLACE FUNCTION core_writer() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $walls$ SELECT person FROM public.core_inside
    WHERE pid = pg_backend_pid() AND xact = pg_current_xact_id_if_assigned()
      AND how IN ('session', 'leaving', 'answer') $walls$;
"""

# What the message is about, inside such a transaction; NULL in every other.
ASKED = function(
    "core_asked()",
    "uuid",
    "SELECT asked FROM public.core_inside WHERE pid = pg_backend_pid()"
    " AND xact = pg_current_xact_id_if_assigned() AND how = 'answer'",
)

WALLS = "\n".join(
    [
        grant("core_ask", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("core_ask"),
        policy(
            "core_ask",
            "own",
            select=f"person_id = {ME}",
            # Asked for in a session: a message cannot make another code.
            insert=f"person_id = {WRITER} AND tries = 0 AND (SELECT core_asked()) IS NULL",
            delete=f"person_id = {WRITER}",
        ),
        work("core_ask", "select", "delete"),
        # A message reads no words: of a new pair it opens the name, and that unread.
        "CREATE POLICY asked_select ON core_text AS RESTRICTIVE FOR SELECT TO bothways_web, bothways_worker"
        " USING ((SELECT core_asked()) IS NULL OR kind = 'name');",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_manners")]

    operations = [
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.UUIDField()),
                ("sender_hash", models.BinaryField(db_index=True, max_length=32)),
                ("code_hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("opens_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person_id", "kind", "object_id"), name="one_ask_a_thing")
                ],
            },
        ),
        migrations.RunSQL(OWN_ENTRY, OWN_ENTRY_BACK),
        migrations.RunSQL(ENTER, migrations.RunSQL.noop),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
