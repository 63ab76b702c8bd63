"""Walls of regular meetings: they are their pair's; a job adds dates that the rhythm gives, and nothing else."""

from django.db import migrations

from bothways.core.walls.sql import WRITER, grant, keeps, only, policy, wall, work

MINE = "(SELECT pair_mine())"
CHANGES = (
    "starts_at, minutes, mode, place_text, place_by, link_text, link_by, planned_by, sequence, state,"
    " took_place_at, moved, like_series"
)

# Which days a rhythm gives, said once more in the database's own words.
DAYS = """
CREATE FUNCTION meet_rhythm_has(kind text, starts date, day date) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT day >= starts AND CASE kind
        WHEN 'weekly' THEN (day - starts) % 7 = 0
        WHEN 'fortnightly' THEN (day - starts) % 14 = 0
        WHEN 'monthly' THEN extract(dow FROM day) = extract(dow FROM starts) AND CASE
            WHEN extract(day FROM starts) > 28 THEN extract(month FROM day + 7) <> extract(month FROM day)
            ELSE (extract(day FROM day)::int - 1) / 7 = (extract(day FROM starts)::int - 1) / 7 END
        ELSE false END;
$$;
REVOKE ALL ON FUNCTION meet_rhythm_has(text, date, date) FROM PUBLIC;
"""

DATES = """
CREATE FUNCTION meet_date_of_series() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.series_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM public.meet_series s JOIN public.pair_pair p ON p.id = s.pair_id
        WHERE s.id = NEW.series_id AND s.pair_id = NEW.pair_id AND s.programme_id = NEW.programme_id
          AND s.ended_at IS NULL AND p.state <> 'ended'
          AND public.meet_rhythm_has(s.rhythm, s.starts_on, NEW.slot)
          AND NEW.starts_at BETWEEN NEW.slot - interval '2 days' AND NEW.slot + interval '3 days'
          AND NOT NEW.moved AND NEW.like_series AND NEW.minutes = s.minutes AND NEW.mode = s.mode) THEN
        RAISE EXCEPTION 'a date is made as the rhythm of a pair that stands gives it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION meet_date_of_series() FROM PUBLIC;
CREATE TRIGGER meet_date_of_series BEFORE INSERT ON meet_meeting
    FOR EACH ROW EXECUTE FUNCTION meet_date_of_series();
"""

# Asked as whoever writes, not as the owner: for the role of jobs, outside of anybody's leaving.
JOBS = """
CREATE FUNCTION meet_job_keeps() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, 'bothways_worker', 'MEMBER')
       AND NOT pg_has_role(current_user, 'bothways_web', 'MEMBER')
       AND public.core_writer() IS NULL
       AND ((NEW.minutes, NEW.mode, NEW.place_text, NEW.place_by, NEW.link_text, NEW.link_by, NEW.planned_by,
             NEW.took_place_at, NEW.moved, NEW.like_series)
            IS DISTINCT FROM
            (OLD.minutes, OLD.mode, OLD.place_text, OLD.place_by, OLD.link_text, OLD.link_by, OLD.planned_by,
             OLD.took_place_at, OLD.moved, OLD.like_series)
            OR 'cancelled' IN (OLD.state, NEW.state)
            OR (NEW.starts_at <> OLD.starts_at AND (OLD.moved OR OLD.took_place_at IS NOT NULL
                OR abs(extract(epoch FROM NEW.starts_at - OLD.starts_at)) > 86400))) THEN
        RAISE EXCEPTION 'a job keeps dates with their rhythm and changes nothing else'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION meet_job_keeps() FROM PUBLIC;
CREATE TRIGGER meet_job_keeps BEFORE UPDATE ON meet_meeting
    FOR EACH ROW EXECUTE FUNCTION meet_job_keeps();
"""

WORDS = """
        ((NEW.{what}_text, NEW.{what}_by) IS DISTINCT FROM (OLD.{what}_text, OLD.{what}_by)
           AND NEW.{what}_by <> core_writer())"""


def own_words(by: str) -> str:
    """A row takes words only from the one who writes it, and its maker only goes away."""
    return f"(NEW.{by} IS DISTINCT FROM OLD.{by} AND NEW.{by} IS NOT NULL) OR " + " OR ".join(
        WORDS.format(what=what) for what in ("place", "link")
    )


def made_by(by: str) -> str:
    words = " AND ".join(f"({what}_by IS NULL OR {what}_by = {WRITER})" for what in ("place", "link"))
    return f"pair_id IN {MINE} AND {by} = {WRITER} AND {words}"


WALLS = "\n".join(
    [
        only("meet_meeting", CHANGES),
        "DROP POLICY pair_insert ON meet_meeting;",
        policy("meet_meeting", "pair", insert=made_by("planned_by")),
        "DROP TRIGGER meet_meeting_names ON meet_meeting; DROP FUNCTION meet_meeting_names();",
        keeps(
            "meet_meeting",
            "meet_meeting_names",
            own_words("planned_by"),
            "words about a meeting are written by the one whose words they are",
        ),
        "GRANT INSERT ON meet_meeting TO bothways_worker;",
        work("meet_meeting", "select", "update", where="series_id IS NOT NULL"),
        policy(
            "meet_meeting",
            "job",
            to="bothways_worker",
            insert="series_id IS NOT NULL AND planned_by IS NULL AND place_by IS NULL AND link_by IS NULL"
            " AND took_place_at IS NULL AND state <> 'cancelled'",
        ),
        grant("meet_series", web="SELECT, INSERT, UPDATE", worker="SELECT, UPDATE"),
        only(
            "meet_series",
            "minutes, mode, place_text, place_by, link_text, link_by, set_by, sequence, ended_at",
        ),
        wall("meet_series"),
        policy(
            "meet_series",
            "pair",
            select=f"pair_id IN {MINE}",
            insert=made_by("set_by"),
            update=f"{WRITER} IS NOT NULL AND pair_id IN {MINE}",
        ),
        work("meet_series", "select"),
        keeps(
            "meet_series",
            "meet_series_names",
            own_words("set_by"),
            "words about regular meetings are written by the one whose words they are",
        ),
        keeps(
            "meet_series",
            "meet_series_ends_once",
            "OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at",
            "regular meetings that have ended stay ended",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_no_second_way"),
        ("pair", "0004_names_of_the_two"),
        ("meet", "0005_series"),
    ]
    operations = [
        migrations.RunSQL(DAYS),
        migrations.RunSQL(DATES),
        migrations.RunSQL(JOBS),
        migrations.RunSQL(WALLS),
    ]
