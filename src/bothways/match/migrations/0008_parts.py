"""The working data of large rounds: read and written by jobs alone, gone in the statement that ends the round."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from bothways.core.walls.sql import grant, only, wall, work
from bothways.core.walls.stay import WORKER

GONE = """
CREATE FUNCTION match_round_without_parts() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM public.match_part WHERE round_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION match_round_without_parts() FROM PUBLIC;
CREATE TRIGGER match_round_without_parts AFTER UPDATE ON match_round
    FOR EACH ROW WHEN (NEW.state NOT IN ('queued', 'running')) EXECUTE FUNCTION match_round_without_parts();
"""
BACK = """
DROP TRIGGER match_round_without_parts ON match_round;
DROP FUNCTION match_round_without_parts();
"""

WALLS = "\n".join(
    [
        # Compressed already.
        "ALTER TABLE match_part ALTER COLUMN content SET STORAGE EXTERNAL;",
        grant("match_part", worker="SELECT, INSERT, UPDATE, DELETE"),
        only("match_part", "pairs, whole, content", to=WORKER),
        wall("match_part"),
        work("match_part", "select", "insert", "update", "delete"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("match", "0007_between_and_stopped")]

    operations = [
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("first", models.PositiveIntegerField(default=0)),
                ("last", models.PositiveIntegerField(default=0)),
                ("pairs", models.PositiveIntegerField(default=0)),
                ("whole", models.BooleanField(default=True)),
                ("content", models.BinaryField(null=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="match.round"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("round", "number"), name="part_once")],
            },
        ),
        migrations.RunSQL(GONE, BACK),
        migrations.RunSQL(WALLS),
    ]
