"""Messages on a phone. Only here a job reads words of one person for another, so the database decides which:
what its writer left free for it, after both said yes, in a pair that stands, while its reader has not had it.
"""

import django.db.models.deletion
from django.db import migrations, models

from bothways.core.walls.sql import ME, WORKER, WRITER, function, grant, policy, wall

STANDING = "(SELECT id FROM pair_pair WHERE ended_at IS NULL AND id IN (SELECT pair_mine()))"

MAY_GO = function(
    "talk_goes_by_text(of_text uuid)",
    "boolean",
    """SELECT EXISTS (
        SELECT 1 FROM public.talk_message m
        JOIN public.pair_pair p ON p.id = m.pair_id AND p.ended_at IS NULL
        JOIN public.talk_bytext w ON w.pair_id = m.pair_id AND w.person_id = m.person_id AND NOT w.reads
            AND w.at <= m.at
        JOIN public.talk_bytext r ON r.pair_id = m.pair_id AND r.person_id <> m.person_id AND r.reads
            AND r.at <= m.at
        JOIN public.core_share s ON s.text_id = m.text_id AND s.with_id = r.person_id
        JOIN public.people_person who ON who.id = r.person_id AND who.is_active AND who.notices_by = 'text'
        JOIN public.core_notice n ON n.person_id = r.person_id AND n.key = 'message.new:' || m.id
            AND n.sent_at IS NULL AND n.seen_at IS NULL
        WHERE m.text_id = of_text AND m.by_text)""",
    to=WORKER,
)

TRIGGERS = """
-- With a wish goes the yes to it: another time both say it anew.
CREATE FUNCTION talk_bytext_goes() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM talk_bytext WHERE pair_id = OLD.pair_id AND person_id <> OLD.person_id AND NOT reads;
    RETURN NULL;
END $$;
CREATE TRIGGER talk_bytext_goes AFTER DELETE ON talk_bytext
    FOR EACH ROW WHEN (OLD.reads) EXECUTE FUNCTION talk_bytext_goes();

CREATE FUNCTION talk_bytext_at_end() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM talk_bytext WHERE pair_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER talk_bytext_at_end AFTER UPDATE OF state ON pair_pair
    FOR EACH ROW WHEN (NEW.state = 'ended' AND OLD.state <> 'ended') EXECUTE FUNCTION talk_bytext_at_end();
REVOKE ALL ON FUNCTION talk_bytext_goes(), talk_bytext_at_end() FROM PUBLIC;
"""
TRIGGERS_BACK = """
DROP TRIGGER talk_bytext_at_end ON pair_pair;
DROP TRIGGER talk_bytext_goes ON talk_bytext;
DROP FUNCTION talk_bytext_goes(), talk_bytext_at_end();
"""

WALLS = "\n".join(
    [
        grant("talk_bytext", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("talk_bytext"),
        policy(
            "talk_bytext",
            "pair",
            select=f"pair_id IN {STANDING}",
            insert=f"person_id = {WRITER} AND pair_id IN {STANDING}",
            delete=f"person_id = {WRITER}",
        ),
        policy("talk_bytext", "own", select=f"person_id = {ME}"),
        policy("talk_message", "text", to=WORKER, select="by_text AND talk_goes_by_text(text_id)"),
        policy("core_text", "text", to=WORKER, select="kind = 'message' AND talk_goes_by_text(id)"),
    ]
)
WALLS_BACK = """
DROP POLICY text_select ON core_text;
DROP POLICY text_select ON talk_message;
DROP FUNCTION talk_goes_by_text(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_manners"),
        ("pair", "0005_closing"),
        ("people", "0007_phones"),
        ("talk", "0002_row_security"),
    ]
    operations = [
        migrations.AlterField("message", "text_id", models.UUIDField(unique=True)),
        migrations.AddField("message", "by_text", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="ByText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person_id", models.UUIDField(db_index=True)),
                ("reads", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pair.pair"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("pair", "person_id", "reads"), name="by_text_once")
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_BACK),
        migrations.RunSQL(MAY_GO + WALLS, WALLS_BACK),
    ]
