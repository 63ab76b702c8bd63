"""A programme is changed by its coordinators, and nobody makes themselves one: a role needs a code that is
spent in the same transaction.

Codes are looked up by their hash, through functions: their table is read by nobody but the coordinators whose
code it is, and by the job that forgets old ones.
"""

from django.db import migrations

from bothways.core.walls.sql import WRITER, function, grant, keeps, only, policy, wall, work
from bothways.core.walls.stay import WEB, WORKER

ALL = "SELECT, INSERT, UPDATE, DELETE"

FUNCTIONS = "\n".join(
    [
        "ALTER TABLE programme_invitation ADD COLUMN spent_in xid8;",
        function(
            "programme_coordinates(programme uuid)",
            "boolean",
            """SELECT EXISTS (SELECT 1 FROM public.programme_staff s WHERE s.programme_id = programme
            AND s.person_id = public.core_writer() AND s.role = 'coordinator')""",
        ),
        function(
            "programme_invited(programme uuid)",
            "boolean",
            """SELECT EXISTS (SELECT 1 FROM public.programme_invitation i WHERE i.programme_id = programme
            AND i.spent_in = pg_current_xact_id_if_assigned())""",
        ),
    ]
)

CODES = f"""
CREATE FUNCTION programme_code(hash bytea, hold boolean)
RETURNS TABLE (programme_id uuid, used_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF hold THEN
        PERFORM 1 FROM public.programme_invitation i WHERE i.code_hash = hash FOR UPDATE;
    END IF;
    RETURN QUERY SELECT i.programme_id, i.used_at, i.expires_at
        FROM public.programme_invitation i WHERE i.code_hash = hash;
END $$;

-- A code is for one programme; a code to set one up is for one that nobody coordinates yet.
CREATE FUNCTION programme_spend(hash bytea, programme uuid, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    moment := public.core_moment(moment);
    UPDATE public.programme_invitation i
    SET used_at = moment, programme_id = programme, spent_in = pg_current_xact_id()
    WHERE i.code_hash = hash AND i.used_at IS NULL AND i.expires_at > moment
      AND (i.programme_id = programme OR (i.programme_id IS NULL AND NOT EXISTS
           (SELECT 1 FROM public.programme_staff s WHERE s.programme_id = programme)));
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION programme_code(bytea, boolean), programme_spend(bytea, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION programme_code(bytea, boolean), programme_spend(bytea, uuid, timestamptz) TO {WEB};
"""

MINE = "programme_coordinates(programme_id)"


def of_coordinators(table: str) -> str:
    """Read by everybody, written by the coordinators."""
    public = policy(table, "public", select="true", insert=MINE, update=MINE, delete=MINE)
    return wall(table) + "\n" + public


WALLS = "\n".join(
    [
        wall("programme_programme"),
        policy(
            "programme_programme",
            "public",
            select="true",
            insert=f"{WRITER} IS NOT NULL AND NOT open AND opened_at IS NULL",
            # Whoever takes up a role holds the row before; the trigger says who changes it.
            update=f"{WRITER} IS NOT NULL",
        ),
        work("programme_programme", "update"),
        only("programme_programme", "open, next_round_at", to=WORKER),
        keeps(
            "programme_programme",
            "programme_of_its_coordinators",
            "core_writer() IS NOT NULL AND NEW IS DISTINCT FROM OLD AND NOT programme_coordinates(NEW.id)",
            "a programme is changed by its coordinators",
        ),
        *map(of_coordinators, ["programme_side", "programme_area", "programme_consenttext"]),
        grant("programme_invitation", web="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        wall("programme_invitation"),
        policy(
            "programme_invitation",
            "own",
            select=MINE,
            insert=f"{MINE} AND used_at IS NULL AND spent_in IS NULL",
            delete=MINE,
        ),
        work("programme_invitation", "select", "delete", where="used_at IS NULL"),
        only("programme_staff", "public_name"),
        "DROP POLICY role_insert ON programme_staff;",
        policy("programme_staff", "role", insert=f"person_id = {WRITER} AND programme_invited(programme_id)"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("core", "0007_no_second_way"), ("programme", "0004_checks")]
    operations = [
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(CODES),
        migrations.RunSQL(WALLS),
    ]
