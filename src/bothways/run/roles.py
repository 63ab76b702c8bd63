"""As whom each process signs in to PostgreSQL: the owner prepares, roles that own nothing serve.

Migrations give all rights to two roles that cannot sign in (`bothways_web`, `bothways_worker`). For every
database there are two that can, and have nothing else: `<database>_web_login`, `<database>_worker_login`.
Where somebody else looks after roles, `WEB_DATABASE_URL`, `WORKER_DATABASE_URL` and the same for the keys
name them, and `DATABASE_URL`, the owner's, is needed on the machine that prepares and nowhere else.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from bothways.run import databases, keyfiles
from bothways.run.faults import Fault, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from psycopg import sql

OWNER, WEB, WORKER = "owner", "web", "worker"
SERVING = (WEB, WORKER)
VARIABLE = "BOTHWAYS_ROLE"

# Commands of the command line that make or mend the database itself. All others see what a page sees.
OWNERS = {
    "migrate",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "installation",
    "erase-departed",
    "demo",
    "setup-code",
}


def of_command(arguments: list[str]) -> str:
    """The role in which a command of the command line runs, unless the environment names one."""
    name = arguments[0] if arguments else ""
    if name in OWNERS:
        return OWNER
    return WORKER if name == "procrastinate" else WEB


def urls(role: str) -> tuple[str, str]:
    """The addresses of the data and of the keys for a process in this role; starts the embedded server."""
    from bothways.run import embedded

    if role in SERVING:
        given = os.environ.get(_variable(role, "")), os.environ.get(_variable(role, "KEYS_"))
        if given[0] and given[1]:
            return given[0], given[1]
    elif role != OWNER:
        raise Fault(f"{VARIABLE} is '{role}'; it can be {OWNER}, {WEB} or {WORKER}.")
    main, keys = embedded.database_urls()
    if role == OWNER:
        return main, keys
    return serving_url(main, role), serving_url(keys, role)


def environment(role: str, main: str, keys: str) -> dict[str, str]:
    """What a child needs to serve in this role, and nothing of the owner's.

    `main` and `keys` are the owner's addresses.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OWNERS_VARIABLES}
    given = {name: os.environ.get(name) for name in (_variable(role, ""), _variable(role, "KEYS_"))}
    return {
        **kept,
        VARIABLE: role,
        _variable(role, ""): given[_variable(role, "")] or serving_url(main, role),
        _variable(role, "KEYS_"): given[_variable(role, "KEYS_")] or serving_url(keys, role),
    }


_OWNERS_VARIABLES = {"DATABASE_URL", "KEYS_DATABASE_URL"}


def _variable(role: str, kind: str) -> str:
    return f"{role.upper()}_{kind}DATABASE_URL"


def require_owner() -> None:
    """Raise Fault where the environment names roles of a server and not the server's owner: the embedded
    server, which would be started instead, is not theirs."""
    names = [_variable(role, kind) for role in SERVING for kind in ("", "KEYS_")]
    given = [name for name in names if os.environ.get(name)]
    if given and not os.environ.get("DATABASE_URL"):
        raise Fault(
            f"{given[0]} is set, and DATABASE_URL is not. 'serve-all' prepares the database as its owner: "
            f"set DATABASE_URL too, or unset {', '.join(given)} to use the embedded server."
        )


def login(url: str, role: str) -> str:
    """The role that signs in to this database to serve. PostgreSQL's names end at 63 bytes."""
    return f"{databases.name_in(url)[:48]}_{role}_login"


def serving_url(url: str, role: str) -> str:
    """The owner's address with the serving role in the owner's place."""
    name = login(url, role)
    return databases.as_role(url, quote(name, safe=""), password(name))


def password(name: str) -> str:
    """A role's password, made from the master key: every machine that may serve can make it again."""
    key = (os.environ.get(keyfiles.MASTER) or keyfiles.master_key()).encode()
    return hashlib.blake2b(name.encode(), key=key[:64], digest_size=24, person=b"bothways.role").hexdigest()


def settle(main: str, keys: str) -> None:
    """Make the roles that serve, or give them today's password, and let nobody else connect.

    Does nothing where the environment names all of them. Raises Fault with what an administrator is to
    run when the owner may not make roles.
    """
    for url, kind in ((main, ""), (keys, "KEYS_")):
        wanted = [role for role in SERVING if not os.environ.get(_variable(role, kind))]
        if wanted:
            _settle(url, wanted)


def _settle(url: str, wanted: list[str]) -> None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            # Machines that start together take turns: two ALTERs of one role at once are an error.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('bothways roles'))")
            for statement in _statements(connection, url, wanted):
                connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        names = ", ".join(login(url, role) for role in wanted)
        raise Fault(
            f"The owner of {databases.name_in(url)} may not make the roles that serve ({first_line(error)}). "
            f"Ask the administrator of the server to make {names} (the lines are in "
            "docs/how-to/run-a-server.md), and name them with WEB_DATABASE_URL, WORKER_DATABASE_URL "
            "and the same for the keys."
        ) from error


def _statements(connection: psycopg.Connection, url: str, wanted: list[str]) -> Iterator[sql.Composed]:
    from psycopg import sql

    database = sql.Identifier(databases.name_in(url))
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database)
    if os.environ.get("BOTHWAYS_DEMO") == "1":
        # Filling the demo is the owner's work, done with the rights of a page and of a job.
        for role in SERVING:
            yield sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(f"bothways_{role}"))
    for role in wanted:
        name = login(url, role)
        there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        made = sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
            if not there
            else "{} ROLE {} LOGIN PASSWORD {}"
        )
        verb = sql.SQL("ALTER" if there else "CREATE")
        yield made.format(verb, sql.Identifier(name), sql.Literal(password(name)))
        yield sql.SQL("GRANT {} TO {}").format(sql.Identifier(f"bothways_{role}"), sql.Identifier(name))
        yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(name))
