"""Published figures are public; only the job that publishes adds to them."""

from django.db import migrations

from bothways.core.walls.sql import grant, sees_all

WALLS = "\n".join(
    [
        sees_all("insight_publishedquarter_stays"),
        grant("insight_publishedquarter", web="SELECT", worker="SELECT, INSERT"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_row_security"), ("insight", "0002_walls")]
    operations = [migrations.RunSQL(WALLS)]
