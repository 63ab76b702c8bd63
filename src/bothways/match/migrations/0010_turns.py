"""Parts of the passes of pricing, beside those of the listing: the same walls, and gone with the same round."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("match", "0009_by_text_message")]

    operations = [
        migrations.AddField("part", "turn", models.PositiveIntegerField(default=0)),
        migrations.RemoveConstraint("part", "part_once"),
        migrations.AddConstraint(
            "part", models.UniqueConstraint(fields=("round", "turn", "number"), name="part_once")
        ),
    ]
