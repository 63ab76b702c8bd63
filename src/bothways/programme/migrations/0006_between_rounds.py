"""Whether a programme looks for pairs between its rounds too: off, until its coordinators say so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programme", "0005_by_coordinators")]
    operations = [
        migrations.AddField(
            model_name="programme",
            name="between_rounds",
            field=models.BooleanField(default=False),
        ),
    ]
