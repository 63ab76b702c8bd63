"""Row security for meetings and journals, which are their pair's, and for feeds, each opened by its token."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, grant, own, policy, sees_all, wall

MINE = "(SELECT pair_mine())"

# A calendar program has no session: the token of the link stands for its person, who reads and never writes.
FEED = """
CREATE FUNCTION meet_enter_feed(token text) RETURNS uuid LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found uuid;
BEGIN
    SELECT f.person_id INTO found FROM public.meet_feed f
        WHERE f.token_hash = sha256(convert_to(token, 'UTF8'));
    PERFORM public.core_inside_as(found, NULL, 'feed');
    RETURN found;
END $$;
"""

WALLS = "\n".join(
    [
        sees_all("meet_tookplace_walls"),
        sees_all("meet_meeting_counts"),
        grant("meet_meeting", web="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE"),
        wall("meet_meeting"),
        policy(
            "meet_meeting",
            "pair",
            select=f"pair_id IN {MINE}",
            insert=f"{WRITER} IS NOT NULL AND pair_id IN {MINE}",
            update=f"{WRITER} IS NOT NULL AND pair_id IN {MINE}",
        ),
        grant("meet_tookplace", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("meet_tookplace"),
        policy(
            "meet_tookplace",
            "pair",
            select="meeting_id IN (SELECT id FROM meet_meeting)",
            insert=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        grant("meet_journalline", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("meet_journalline"),
        policy(
            "meet_journalline",
            "pair",
            select=f"pair_id IN {MINE}",
            insert=f"person_id = {WRITER} AND pair_id IN {MINE}",
            delete=f"person_id = {WRITER}",
        ),
        # After a pair has ended and its proposal was cleared, one's own lines stay one's own.
        policy("meet_journalline", "own", select=f"person_id = {ME}"),
        grant("meet_feed", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        wall("meet_feed"),
        own("meet_feed", "person_id"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("pair", "0002_row_security"),
        ("meet", "0002_walls"),
    ]
    operations = [migrations.RunSQL(FEED, "DROP FUNCTION meet_enter_feed(text);"), migrations.RunSQL(WALLS)]
