"""Whose key was destroyed: written by the database itself, in the transaction that destroys it."""

from django.db import migrations, models

from bothways.core.walls.sql import function

DESTROYED = """
CREATE FUNCTION keys_personkey_destroyed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.keys_departed (person_id, left_on)
    VALUES (OLD.person_id, (now() AT TIME ZONE 'UTC')::date) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER keys_personkey_destroyed AFTER DELETE ON keys_personkey
    FOR EACH ROW EXECUTE FUNCTION keys_personkey_destroyed();
"""

DEPARTURES = (
    function("keys_departures()", "SETOF uuid", "SELECT person_id FROM public.keys_departed")
    + function(
        "keys_not_destroyed(people uuid[])",
        "SETOF uuid",
        "SELECT person_id FROM public.keys_personkey WHERE person_id = ANY (people)",
    )
    + "REVOKE ALL ON keys_departed FROM PUBLIC, bothways_web, bothways_worker;"
    + "REVOKE ALL ON FUNCTION keys_personkey_destroyed() FROM PUBLIC;"
)


class Migration(migrations.Migration):
    dependencies = [("keys", "0002_functions")]

    operations = [
        migrations.CreateModel(
            name="Departed",
            fields=[
                ("person_id", models.UUIDField(primary_key=True, serialize=False)),
                ("left_on", models.DateField()),
            ],
        ),
        migrations.RunSQL(
            DESTROYED,
            "DROP TRIGGER keys_personkey_destroyed ON keys_personkey; DROP FUNCTION keys_personkey_destroyed();",
        ),
        migrations.RunSQL(
            DEPARTURES, "DROP FUNCTION keys_departures(); DROP FUNCTION keys_not_destroyed(uuid[]);"
        ),
    ]
