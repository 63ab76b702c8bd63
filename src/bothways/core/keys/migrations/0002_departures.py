"""Whose key was destroyed: written by the database itself, in the transaction that destroys it."""

from django.db import migrations, models

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

DEPARTURES = """
CREATE FUNCTION keys_departures() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person_id FROM public.keys_departed
$$;
CREATE FUNCTION keys_not_destroyed(people uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person_id FROM public.keys_personkey WHERE person_id = ANY (people)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_initial")]

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
