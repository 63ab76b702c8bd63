"""Jobs count somebody's places. What somebody enrolled as, and whether, no job changes."""

from django.db import migrations

from bothways.core.walls.sql import WORKER, only

WALLS = only("enrol_enrolment", "partners, waiting_since", to=WORKER)


class Migration(migrations.Migration):
    dependencies = [("enrol", "0005_check_walls")]
    operations = [migrations.RunSQL(WALLS)]
