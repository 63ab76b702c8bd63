"""How migrations write walls: rights of the two serving roles, and row security per command.

Migrations that have landed rely on these functions: add to them, do not change what they give.

A table without a line here can be read by nobody but its owner: forgetting it shows at once.
"""

from __future__ import annotations

from bothways.core.walls.stay import WEB, WORKER

COMMANDS = ("select", "insert", "update", "delete")
# In policies: the person inside (also a calendar program with a feed's token), and the person who may
# write. Written as sub-selects, which PostgreSQL asks once a statement and not once a row.
ME = "(SELECT core_me())"
WRITER = "(SELECT core_writer())"
AT_THE_DOOR = "(SELECT core_at_door())"


def grant(table: str, *, web: str = "", worker: str = "") -> str:
    """Rights on one table, as in "SELECT, INSERT"; nothing for a role that is not named."""
    given = [(WEB, web), (WORKER, worker)]
    lines = [f"REVOKE ALL ON {table} FROM {WEB}, {WORKER};"]
    lines += [f"GRANT {rights} ON {table} TO {role};" for role, rights in given if rights]
    return "\n".join(lines)


def only(table: str, columns: str, *, to: str = f"{WEB}, {WORKER}") -> str:
    """Narrow the right to change a table's rows to these columns, as in "state, closed_at"."""
    return f"REVOKE UPDATE ON {table} FROM {to};\nGRANT UPDATE ({columns}) ON {table} TO {to};"


def keeps(table: str, name: str, condition: str, sentence: str) -> str:
    """A trigger that refuses a change of a row, with `sentence`, when `condition` (of OLD and NEW) holds."""
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {condition} THEN
        RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();"""


def wall(table: str) -> str:
    """Turn row security on: from here on a serving role sees and writes what a policy lets through."""
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"


def policy(
    table: str,
    name: str,
    *,
    to: str = f"{WEB}, {WORKER}",
    select: str = "",
    insert: str = "",
    update: str = "",
    update_to: str = "",
    delete: str = "",
) -> str:
    """One policy for each command that has a condition; policies of one table add up.

    `update_to` is what an updated row must be when that is not what it had to be before.
    """
    lines = []
    if select:
        lines.append(f"CREATE POLICY {name}_select ON {table} FOR SELECT TO {to} USING ({select});")
    if insert:
        lines.append(f"CREATE POLICY {name}_insert ON {table} FOR INSERT TO {to} WITH CHECK ({insert});")
    if update:
        check = update_to or update
        lines.append(
            f"CREATE POLICY {name}_update ON {table} FOR UPDATE TO {to}"
            f" USING ({update}) WITH CHECK ({check});"
        )
    if delete:
        lines.append(f"CREATE POLICY {name}_delete ON {table} FOR DELETE TO {to} USING ({delete});")
    return "\n".join(lines)


def own(table: str, column: str, *, delete: bool = True) -> str:
    """Rows of a person: read by that person, written in that person's session."""
    writes = f"{column} = {WRITER}"
    return policy(
        table,
        "own",
        select=f"{column} = {ME}",
        insert=writes,
        update=writes,
        delete=writes if delete else "",
    )


def work(table: str, *commands: str, where: str = "true") -> str:
    """What jobs may do with rows of anybody."""
    return policy(table, "work", to=WORKER, **dict.fromkeys(commands, where))


def function(signature: str, returns: str, body: str, *, to: str = f"{WEB}, {WORKER}") -> str:
    """A function that runs with its owner's rights, over fixed schemas, for the serving roles alone."""
    return f"""
CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $walls$ {body} $walls$;
REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
{f"GRANT EXECUTE ON FUNCTION {signature} TO {to};" if to else ""}"""


def sees_all(trigger_function: str) -> str:
    """Let a trigger's check see every row: a wall that sees only my rows would wave others' through."""
    return (
        f"ALTER FUNCTION {trigger_function}() SECURITY DEFINER;\n"
        f"ALTER FUNCTION {trigger_function}() SET search_path = pg_catalog, public, pg_temp;\n"
        f"REVOKE ALL ON FUNCTION {trigger_function}() FROM PUBLIC;"
    )
