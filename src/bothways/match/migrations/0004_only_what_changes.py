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
        keeps(
            "match_proposal",
            "match_proposal_of_others",
            """(OLD.left_person <> core_writer() AND NEW.left_person IS DISTINCT FROM OLD.left_person)
       OR (OLD.right_person <> core_writer() AND NEW.right_person IS DISTINCT FROM OLD.right_person)""",
            "who leaves is cut loose, and nobody else",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("match", "0003_row_security")]
    operations = [migrations.RunSQL(WALLS)]
