"""Rounds that are stopped, and looks between rounds. A round is asked for and stopped by its coordinators, and
what is over stays as it is."""

from django.db import migrations, models

from bothways.core.walls.sql import keeps, only, policy, wall, work
from bothways.core.walls.stay import WEB, WORKER

MINE = "programme_coordinates(programme_id)"

WALLS = "\n".join(
    [
        wall("match_round"),
        # How a round went is a matter of the programme and says nothing about a person.
        policy("match_round", "coordinated", select="true", insert=MINE, update=MINE),
        work("match_round", "insert", "update"),
        work("match_round", "delete", where="kind = 'between' AND state NOT IN ('queued', 'running')"),
        only("match_round", "state, stage, finished_at", to=WEB),
        only(
            "match_round",
            "state, stage, progress, checked, whole, one_in, again_at, fault, attempts, heard_at, finished_at",
            to=WORKER,
        ),
        keeps(
            "match_round",
            "match_round_over",
            "OLD.state NOT IN ('queued', 'running') AND NEW IS DISTINCT FROM OLD",
            "a round that is over stays as it is",
        ),
        keeps(
            "match_round",
            "match_round_by_coordinators",
            "core_writer() IS NOT NULL AND NEW.state NOT IN (OLD.state, 'stopped')",
            "people ask for rounds and stop them, workers do them",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("match", "0006_answers_are_ones_own"), ("programme", "0006_between_rounds")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="kind",
            field=models.CharField(
                choices=[("full", "Full"), ("between", "Between")], default="full", max_length=8
            ),
        ),
        migrations.AddField(model_name="round", name="again_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="round", name="one_in", field=models.BigIntegerField(null=True)),
        migrations.AlterField(
            model_name="round",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("stopped", "Stopped"),
                ],
                default="queued",
                max_length=8,
            ),
        ),
        migrations.RemoveConstraint(model_name="round", name="round_number"),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                fields=("programme", "kind", "number"), name="round_number_of_kind"
            ),
        ),
        migrations.RunSQL(WALLS),
    ]
