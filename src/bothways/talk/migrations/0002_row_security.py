"""Row security for messages, which are their pair's while it stands and their writer's always, and for
bookmarks, which are nobody else's."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, grant, only, policy, wall

# Those of my pairs that stand. Jobs see every pair, and none of them is theirs.
STANDING = "(SELECT id FROM pair_pair WHERE ended_at IS NULL AND id IN (SELECT pair_mine()))"

WALLS = "\n".join(
    [
        grant("talk_message", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("talk_message"),
        policy(
            "talk_message",
            "pair",
            select=f"pair_id IN {STANDING}",
            insert=f"person_id = {WRITER} AND pair_id IN {STANDING} AND core_owns_text(text_id)",
            delete=f"person_id = {WRITER}",
        ),
        policy("talk_message", "own", select=f"person_id = {ME}"),
        grant("talk_bookmark", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        only("talk_bookmark", "at", to="bothways_web"),
        wall("talk_bookmark"),
        policy(
            "talk_bookmark",
            "own",
            select=f"person_id = {ME}",
            insert=f"person_id = {WRITER} AND pair_id IN {STANDING}",
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("pair", "0002_row_security"),
        ("talk", "0001_initial"),
    ]
    operations = [migrations.RunSQL(WALLS)]
