"""Phone numbers: a text under their person's key, found again by a keyed hash, and confirmed by the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from bothways.core.walls.sql import AT_THE_DOOR, ME, WORKER, WRITER, grant, policy, wall, work

TRIES = 5

# In one step, whoever asks and however many at once: the code is compared and its tries are counted, and the
# number is taken from the person who had it before. That person reads a notice, and their number goes.
CONFIRM = f"""
CREATE FUNCTION people_confirm_phone(given bytea, ahead interval) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine record;
    other record;
    moment timestamptz := public.core_time(ahead);
BEGIN
    SELECT * INTO mine FROM public.people_phone p
        WHERE p.person_id = public.core_writer() AND p.confirmed_at IS NULL AND p.code_until > moment
          AND p.tries < {TRIES} FOR UPDATE;
    IF mine.person_id IS NULL THEN
        RETURN false;
    END IF;
    IF mine.code_hash IS DISTINCT FROM given THEN
        UPDATE public.people_phone SET tries = tries + 1 WHERE person_id = mine.person_id;
        RETURN false;
    END IF;
    FOR other IN SELECT * FROM public.people_phone p
        WHERE p.number_hash = mine.number_hash AND p.person_id <> mine.person_id AND p.confirmed_at IS NOT NULL
        FOR UPDATE
    LOOP
        DELETE FROM public.core_text WHERE id = other.number_text AND owner_id = other.person_id;
        DELETE FROM public.people_phone WHERE person_id = other.person_id;
        INSERT INTO public.core_notice (id, person_id, kind, path, key, created_at)
            VALUES (gen_random_uuid(), other.person_id, 'phone.moved', '/me/reach/',
                    'phone.moved:' || gen_random_uuid(), moment);
    END LOOP;
    UPDATE public.people_phone SET confirmed_at = moment, code_hash = NULL, code_until = NULL, tries = 0
        WHERE person_id = mine.person_id;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION people_confirm_phone(bytea, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people_confirm_phone(bytea, interval) TO bothways_web;
"""

WALLS = "\n".join(
    [
        grant("people_phone", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        # Confirming is the function's alone. A job notes a number that takes nothing.
        "GRANT UPDATE (stopped_at, refused_at) ON people_phone TO bothways_web;",
        f"GRANT UPDATE (refused_at) ON people_phone TO {WORKER};",
        wall("people_phone"),
        policy(
            "people_phone",
            "own",
            select=f"person_id = {ME}",
            insert=f"person_id = {WRITER} AND confirmed_at IS NULL AND tries = 0",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        # A message that came in finds whose phone it is from, and stops or starts messages to it.
        policy("people_phone", "door", select=AT_THE_DOOR, update=AT_THE_DOOR),
        work("people_phone", "select", "update"),
        grant("people_receivedtext", web="SELECT, INSERT", worker="SELECT, DELETE"),
        wall("people_receivedtext"),
        policy("people_receivedtext", "door", select=AT_THE_DOOR, insert=AT_THE_DOOR),
        work("people_receivedtext", "select", "delete"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_manners"), ("people", "0006_manners")]

    operations = [
        migrations.CreateModel(
            name="Phone",
            fields=[
                ("person", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="phone", serialize=False, to=settings.AUTH_USER_MODEL)),
                ("number_hash", models.BinaryField(db_index=True, max_length=32)),
                ("number_text", models.UUIDField()),
                ("code_hash", models.BinaryField(max_length=32, null=True)),
                ("code_until", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), _negated=True),
                        fields=("number_hash",),
                        name="one_person_a_number",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceivedText",
            fields=[
                ("name_hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(CONFIRM, "DROP FUNCTION people_confirm_phone(bytea, interval);"),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
