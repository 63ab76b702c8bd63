"""Nobody looks into the sums, and each member adds to them once.

The serving roles have no right to `voice_sums` but the job's, which reads it to publish. A page goes through
functions with the owner's rights:

- `voice_waiting` says what waits for the person inside: who is a member since before the month began, and has
  neither answered nor closed it;
- `voice_read` gives the sealed sums to whoever they wait for. Without the key they say nothing;
- `voice_write` puts new ones in their place and marks the person inside, both or neither;
- `voice_mine` says where the person inside took part; `voice_forget` deletes all of it when figures are out.
"""

from django.db import migrations

from bothways.core.walls.sql import ME, function, grant, policy, wall, work
from bothways.core.walls.stay import WEB, WORKER

FUNCTIONS = "\n".join(
    [
        function(
            "voice_waiting(said timestamptz)",
            "TABLE (sums uuid, programme uuid, closes timestamptz)",
            """SELECT s.id, s.programme_id, s.closes_at
            FROM public.voice_sums s JOIN public.enrol_enrolment e ON e.programme_id = s.programme_id
            WHERE e.person_id = public.core_writer() AND public.core_leaver() IS NULL
              AND e.state IN ('active', 'paused') AND e.made_at < s.opens_at
              AND s.opens_at <= public.core_moment(said) AND public.core_moment(said) < s.closes_at
              AND NOT EXISTS (SELECT 1 FROM public.voice_done d
                              WHERE d.sums_id = s.id AND d.person_id = public.core_writer())""",
            to=WEB,
        ),
        function(
            "voice_read(the_sums uuid, said timestamptz)",
            "TABLE (public_key bytea, sums bytea, seal bytea)",
            """SELECT s.public_key, s.sums, s.seal FROM public.voice_sums s
            WHERE s.id = the_sums AND s.id IN (SELECT w.sums FROM public.voice_waiting(said) w)""",
            to=WEB,
        ),
        function(
            "voice_mine()",
            "TABLE (programme uuid, year integer, half integer)",
            """SELECT s.programme_id, s.year::integer, s.half::integer
            FROM public.voice_done d JOIN public.voice_sums s ON s.id = d.sums_id
            WHERE d.person_id = public.core_me()""",
            to=WEB,
        ),
        f"""
CREATE FUNCTION voice_write(the_sums uuid, said timestamptz, before bytea, new_sums bytea, new_seal bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Held first: of two at the same moment the second sees the mark of the first.
    PERFORM 1 FROM voice_sums WHERE id = the_sums FOR UPDATE;
    IF NOT EXISTS (SELECT 1 FROM voice_waiting(said) w WHERE w.sums = the_sums) THEN
        RETURN false;
    END IF;
    UPDATE voice_sums SET sums = new_sums, seal = new_seal
        WHERE id = the_sums AND seal = before AND octet_length(sums) = octet_length(new_sums);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO voice_done (id, sums_id, person_id) VALUES (gen_random_uuid(), the_sums, core_writer());
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION voice_write(uuid, timestamptz, bytea, bytea, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voice_write(uuid, timestamptz, bytea, bytea, bytea) TO {WEB};

CREATE FUNCTION voice_forget(the_sums uuid) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.voice_done WHERE sums_id = the_sums;
    DELETE FROM public.voice_sums WHERE id = the_sums;
$$;
REVOKE ALL ON FUNCTION voice_forget(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION voice_forget(uuid) TO {WORKER};
""",
    ]
)
FUNCTIONS_BACK = """
DROP FUNCTION voice_forget(uuid);
DROP FUNCTION voice_write(uuid, timestamptz, bytea, bytea, bytea);
DROP FUNCTION voice_mine();
DROP FUNCTION voice_read(uuid, timestamptz);
DROP FUNCTION voice_waiting(timestamptz);
"""

WALLS = "\n".join(
    [
        grant("voice_sums", worker="SELECT, INSERT"),
        wall("voice_sums"),
        work("voice_sums", "select", "insert"),
        # One's own mark is there to be read; only leaving takes it away, or one could answer twice.
        grant("voice_done", web="SELECT, DELETE", worker="SELECT, DELETE"),
        wall("voice_done"),
        policy("voice_done", "own", select=f"person_id = {ME}", delete="person_id = (SELECT core_leaver())"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_no_second_way"),
        ("enrol", "0007_checks_by_the_clock"),
        ("voice", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK), migrations.RunSQL(WALLS)]
