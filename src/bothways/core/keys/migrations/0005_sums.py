"""The keys of sums (the room `voice`). Only jobs get them: a page adds with the public half."""

from django.db import migrations, models

from bothways.core.walls.sql import function
from bothways.core.walls.stay import WORKER

FUNCTIONS = (
    "REVOKE ALL ON keys_sumskey FROM PUBLIC, bothways_web, bothways_worker;"
    + function(
        "keys_sums(the_id uuid)", "bytea", "SELECT wrapped FROM public.keys_sumskey WHERE id = the_id", to=WORKER
    )
    + f"""
-- Whoever comes first makes it; it is never replaced.
CREATE FUNCTION keys_sums_make(the_id uuid, sealed bytea) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.keys_sumskey (id, wrapped) VALUES (the_id, sealed) ON CONFLICT DO NOTHING;
$$;
CREATE FUNCTION keys_sums_keep(ids uuid[]) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.keys_sumskey WHERE id <> ALL (ids);
$$;
REVOKE ALL ON FUNCTION keys_sums_make(uuid, bytea), keys_sums_keep(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys_sums_make(uuid, bytea), keys_sums_keep(uuid[]) TO {WORKER};
"""
)


class Migration(migrations.Migration):
    dependencies = [("keys", "0004_noise")]

    operations = [
        migrations.CreateModel(
            name="SumsKey",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION keys_sums(uuid); DROP FUNCTION keys_sums_make(uuid, bytea);"
            " DROP FUNCTION keys_sums_keep(uuid[]);",
        ),
    ]
