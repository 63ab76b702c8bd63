"""Who says that they come at the moment at which a gathering is called off sees no fault: the service asks
whether it stands, and whoever came in between is told like everybody else who comes."""

from django.db import migrations

from bothways.core.walls.sql import WRITER, policy

# My own enrolment, in the programme of the gathering that I answer.
MINE = f"""person_id = {WRITER} AND EXISTS (SELECT 1 FROM gather_gathering g
    JOIN enrol_enrolment e ON e.programme_id = g.programme_id
    WHERE g.id = gathering_id
      AND e.id = enrolment_id AND e.person_id = {WRITER} AND e.state IN ('active', 'paused'))"""


class Migration(migrations.Migration):
    dependencies = [("gather", "0002_row_security")]
    operations = [
        migrations.RunSQL("DROP POLICY own_insert ON gather_guest;" + policy("gather_guest", "own", insert=MINE)),
    ]
