"""Row security for pairs: what belongs to a pair is its two people's, and nobody else's."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, grant, policy, sees_all, wall, work

MINE = "(SELECT pair_mine())"

FUNCTIONS = "\n".join(
    [
        *map(
            sees_all,
            "pair_pair_wall pair_half_wall pair_has_two_halves pair_signature_wall pair_card_wall".split(),
        ),
        # By my half; and by the proposal, because a pair is there a moment before its halves.
        function(
            "pair_mine()",
            "SETOF uuid",
            """SELECT h.pair_id FROM public.pair_half h WHERE h.person_id = public.core_me()
            UNION SELECT pp.id FROM public.pair_pair pp JOIN public.match_proposal p ON p.id = pp.proposal_id
            WHERE public.core_me() IN (p.left_person, p.right_person)""",
        ),
    ]
)


# The two of a pair learn each other's names when it is made. The second yes cannot read, nor share, the
# other's name by itself; whoever calls this opens nothing but what two yeses have opened.
NAMES = """
CREATE FUNCTION pair_open_names(made uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.core_share (text_id, owner_id, with_id, under)
    SELECT p.name_text, h.person_id, other.person_id, h.pair_id
    FROM public.pair_half h
    JOIN public.pair_pair pp ON pp.id = h.pair_id AND pp.state <> 'ended'
    JOIN public.pair_half other ON other.pair_id = h.pair_id AND other.person_id <> h.person_id
    JOIN public.people_person p ON p.id = h.person_id
    WHERE h.pair_id = made AND p.name_text IS NOT NULL
    ON CONFLICT DO NOTHING;
$$;
REVOKE ALL ON FUNCTION pair_open_names(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pair_open_names(uuid) TO bothways_web;
"""


def of_pair(table: str, column: str = "pair_id") -> str:
    mine = f"{WRITER} IS NOT NULL AND {column} IN {MINE}"
    return policy(table, "pair", select=f"{column} IN {MINE}", insert=mine, update=mine, delete=mine)


WALLS = "\n".join(
    [
        grant("pair_pair", web="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE"),
        wall("pair_pair"),
        policy(
            "pair_pair",
            "two",
            select=f"id IN {MINE}",
            insert=f"{WRITER} IS NOT NULL AND proposal_id IN (SELECT id FROM match_proposal)",
            update=f"{WRITER} IS NOT NULL AND id IN {MINE}",
        ),
        work("pair_pair", "select", "update"),
        grant("pair_half", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, UPDATE, DELETE"),
        wall("pair_half"),
        policy(
            "pair_half",
            "two",
            select=f"pair_id IN {MINE}",
            insert=f"{WRITER} IS NOT NULL AND pair_id IN {MINE}",
            update=f"{WRITER} IS NOT NULL AND pair_id IN {MINE}",
            delete="person_id = (SELECT core_leaver())",
        ),
        work("pair_half", "select", "update"),
        grant("pair_card", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("pair_card"),
        of_pair("pair_card"),
        grant("pair_signature", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("pair_signature"),
        policy(
            "pair_signature",
            "pair",
            select="card_id IN (SELECT id FROM pair_card)",
            insert=f"person_id = {WRITER}",
            delete=f"{WRITER} IS NOT NULL AND card_id IN (SELECT id FROM pair_card)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("people", "0002_row_security"),
        ("match", "0003_row_security"),
        ("pair", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS), migrations.RunSQL(NAMES), migrations.RunSQL(WALLS)]
