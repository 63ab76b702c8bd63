"""Row security for proposals and answers: of the two people they are for."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, function, grant, own, policy, sees_all, wall, work

ALL = "SELECT, INSERT, UPDATE, DELETE"

FUNCTIONS = "\n".join(
    [
        sees_all("match_answer_walls"),
        sees_all("match_proposal_begins"),
        sees_all("match_proposal_walls"),
        # The enrolments across from mine: of living proposals to me, which pairs are made of.
        function(
            "match_across()",
            "SETOF uuid",
            """SELECT x.id FROM public.match_proposal p, LATERAL (VALUES (p.left_id), (p.right_id)) x(id)
            WHERE public.core_me() IN (p.left_person, p.right_person) AND p.state <> 'closed'
              AND x.id IS NOT NULL""",
        ),
    ]
)


def two(column: str) -> str:
    return f"left_person = {column} OR right_person = {column}"


WALLS = "\n".join(
    [
        policy(
            "enrol_enrolment",
            "across",
            select=f"{ME} IS NOT NULL AND id IN (SELECT match_across())",
            update=f"{WRITER} IS NOT NULL AND id IN (SELECT match_across())",
        ),
        grant("match_round", web="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE, DELETE"),
        grant("match_proposal", web="SELECT, UPDATE", worker="SELECT, INSERT, UPDATE"),
        wall("match_proposal"),
        policy(
            "match_proposal",
            "two",
            select=two(ME),
            update=two(WRITER),
            update_to=f"{two(WRITER)} OR (SELECT core_leaver()) IS NOT NULL",
        ),
        policy(
            "match_proposal",
            "cut",
            select="(left_person IS NULL OR right_person IS NULL) AND (SELECT core_leaver()) IS NOT NULL",
        ),
        work("match_proposal", "select", "insert", "update"),
        grant("match_answer", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("match_answer"),
        policy(
            "match_answer",
            "two",
            select="proposal_id IN (SELECT id FROM match_proposal)",
            insert=f"person_id = {WRITER}",
            delete=f"{WRITER} IS NOT NULL AND proposal_id IN (SELECT id FROM match_proposal)",
        ),
        work("match_answer", "select", "delete"),
        grant("match_notagain", web="SELECT, INSERT, DELETE", worker="SELECT, INSERT, DELETE"),
        wall("match_notagain"),
        policy(
            "match_notagain",
            "two",
            select=f"low_person = {ME} OR high_person = {ME}",
            insert=f"low_person = {WRITER} OR high_person = {WRITER}",
            # "Never again" ends with the person, and not before.
            delete="low_person = (SELECT core_leaver()) OR high_person = (SELECT core_leaver())",
        ),
        work("match_notagain", "select"),
        grant("match_leftover", web="SELECT, DELETE", worker="SELECT, INSERT, DELETE"),
        wall("match_leftover"),
        own("match_leftover", "person_id"),
        work("match_leftover", "select", "insert", "delete"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_row_security"),
        ("enrol", "0003_row_security"),
        ("match", "0002_walls"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS), migrations.RunSQL(WALLS)]
