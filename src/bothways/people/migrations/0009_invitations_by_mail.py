"""Invitations by mail are each one's own choice; a letter that came back lets letters to its reader rest."""

from django.db import migrations, models

# The door may set either mark of "no letters", never take one away, and change nothing else.
DOOR = """
CREATE OR REPLACE FUNCTION people_person_at_the_door() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF core_at_door() AND (
        to_jsonb(NEW) - 'letters_stopped_at' - 'letters_refused_at'
            IS DISTINCT FROM to_jsonb(OLD) - 'letters_stopped_at' - 'letters_refused_at'
        OR (NEW.letters_stopped_at IS DISTINCT FROM OLD.letters_stopped_at AND OLD.letters_stopped_at IS NOT NULL)
        OR (NEW.letters_refused_at IS DISTINCT FROM OLD.letters_refused_at AND OLD.letters_refused_at IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'the sign-in pages make accounts and change none'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# Whose letter came back. The door sees no list of letters: it shows one that it knows, and a recent one.
LETTER = """
CREATE FUNCTION people_reader_of_letter(letter uuid, since timestamptz) RETURNS uuid LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.person_id FROM public.core_delivery d JOIN public.people_person p ON p.id = d.person_id
    WHERE public.core_at_door() AND d.id = letter AND d.at > since AND d.way <> 'text' AND p.is_active;
$$;
REVOKE ALL ON FUNCTION people_reader_of_letter(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION people_reader_of_letter(uuid, timestamptz) TO bothways_web;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0010_about_one_thing"), ("people", "0008_codes_go_with_phones")]

    operations = [
        migrations.AddField("person", "calendar_letters", models.BooleanField(default=False)),
        migrations.RunSQL(DOOR, migrations.RunSQL.noop),
        migrations.RunSQL(LETTER, "DROP FUNCTION people_reader_of_letter(uuid, timestamptz);"),
    ]
