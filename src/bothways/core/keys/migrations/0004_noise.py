"""The key of the noise in published figures. Only the job that makes them gets it."""

from django.db import migrations, models

from bothways.core.walls.sql import function
from bothways.core.walls.stay import WORKER

FUNCTIONS = (
    "REVOKE ALL ON keys_noisekey FROM PUBLIC, bothways_web, bothways_worker;"
    + function("keys_noise()", "bytea", "SELECT wrapped FROM public.keys_noisekey WHERE id = 1", to=WORKER)
    + f"""
-- Whoever comes first makes it; it is never replaced.
CREATE FUNCTION keys_noise_make(sealed bytea) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.keys_noisekey (id, wrapped) VALUES (1, sealed) ON CONFLICT DO NOTHING;
$$;
REVOKE ALL ON FUNCTION keys_noise_make(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys_noise_make(bytea) TO {WORKER};
"""
)


class Migration(migrations.Migration):
    dependencies = [("keys", "0003_departures")]

    operations = [
        migrations.CreateModel(
            name="NoiseKey",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_noise_key")
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION keys_noise(); DROP FUNCTION keys_noise_make(bytea);"),
    ]
