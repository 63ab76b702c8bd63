"""Row security for gatherings: read by the confirmed members and the coordinators of their programme, written
by the coordinators. What somebody said to one is theirs alone; jobs read it to tell who comes, and to count."""

from django.db import migrations

from bothways.core.walls.sql import ME, WRITER, grant, keeps, only, policy, wall, work

# An answer goes with its enrolment whatever deletes that, and none slips in behind it.
COMPOSITE = """
ALTER TABLE gather_guest ADD CONSTRAINT guest_own_enrolment
    FOREIGN KEY (enrolment_id, person_id) REFERENCES enrol_enrolment (id, person_id) ON DELETE CASCADE;
"""
COMPOSITE_BACK = "ALTER TABLE gather_guest DROP CONSTRAINT guest_own_enrolment;"

MEMBER = """EXISTS (SELECT 1 FROM enrol_enrolment e
    WHERE e.programme_id = gather_gathering.programme_id AND e.person_id = {me} AND e.state IN ('active', 'paused'))"""
# My own enrolment, in the programme of the gathering that I answer.
MINE = f"""person_id = {WRITER} AND EXISTS (SELECT 1 FROM gather_gathering g
    JOIN enrol_enrolment e ON e.programme_id = g.programme_id
    WHERE g.id = gathering_id AND g.cancelled_at IS NULL
      AND e.id = enrolment_id AND e.person_id = {WRITER} AND e.state IN ('active', 'paused'))"""

WALLS = "\n".join(
    [
        grant("gather_gathering", web="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE"),
        only(
            "gather_gathering",
            "title, place, words, starts_at, minutes, sequence, untold, remind_at, cancelled_at",
            to="bothways_web",
        ),
        only("gather_gathering", "untold, remind_at, expected, expected_at", to="bothways_worker"),
        wall("gather_gathering"),
        policy(
            "gather_gathering",
            "members",
            select=f"{ME} IS NOT NULL AND ({MEMBER.format(me=ME)} OR programme_coordinates(programme_id))",
            insert="programme_coordinates(programme_id) AND expected_at IS NULL",
            update="programme_coordinates(programme_id)",
        ),
        work("gather_gathering", "select", "update"),
        keeps(
            "gather_gathering",
            "gather_gathering_keeps",
            "(OLD.expected_at IS NOT NULL AND (NEW.expected, NEW.expected_at)"
            " IS DISTINCT FROM (OLD.expected, OLD.expected_at))"
            " OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at)",
            "a number is written once, and what is called off stays called off",
        ),
        grant("gather_guest", web="SELECT, INSERT, UPDATE, DELETE", worker="SELECT, DELETE"),
        only("gather_guest", "coming, attended", to="bothways_web"),
        wall("gather_guest"),
        policy(
            "gather_guest",
            "own",
            select=f"person_id = {ME}",
            insert=MINE,
            update=f"person_id = {WRITER}",
            delete=f"person_id = {WRITER}",
        ),
        work("gather_guest", "select"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_each_way_its_notice"),
        ("enrol", "0007_checks_by_the_clock"),
        ("programme", "0006_between_rounds"),
        ("gather", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(COMPOSITE, COMPOSITE_BACK),
        migrations.RunSQL(WALLS),
    ]
