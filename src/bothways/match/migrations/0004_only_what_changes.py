"""The reasons and the last day of a proposal stay what both were shown: they can only be taken away."""

from django.db import migrations

from bothways.core.walls.sql import keeps, only

WALLS = "\n".join(
    [
        only("match_proposal", "state, left_id, right_id, left_person, right_person, reasons"),
        keeps(
            "match_proposal",
            "match_proposal_reasons",
            "NEW.reasons IS DISTINCT FROM OLD.reasons AND NEW.reasons <> '{}'",
            "the reasons of a proposal are the same for both and stay",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("match", "0003_row_security")]
    operations = [migrations.RunSQL(WALLS)]

