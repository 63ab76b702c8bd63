"""Database URLs, and databases made where the role may make them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, unquote, urlsplit

from bothways.run.checks import require_database
from bothways.run.faults import Fault


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("postgres", "postgresql"):
        raise Fault(
            "DATABASE_URL and KEYS_DATABASE_URL must look like postgresql://role:password@host:5432/name: "
            "Bothways runs on PostgreSQL only."
        )
    return parts


def other(url: str, database: str) -> str:
    """The same server and role, another database."""
    parts = _parts(url)
    # Not urlunsplit: it drops the '//' when the host is empty, as it is for a local socket.
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{quote(database, safe='')}{query}"


def as_role(url: str, role: str, password: str) -> str:
    """The same server and database for another role (both already quoted for a URL)."""
    parts = _parts(url)
    place = parts.netloc.rpartition("@")[2]
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{role}:{password}@{place}{parts.path}{query}"


def name_in(url: str) -> str:
    return unquote(_parts(url).path.lstrip("/"))


def beside(url: str) -> str:
    """Where the keys go when nothing else is said: the same server, the name with `_keys`."""
    return other(url, f"{name_in(url) or 'bothways'}_keys")


def make(base: str, names: Iterable[str]) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(base, autocommit=True) as connection:
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in names:
            if name not in there:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _missing(url: str, variable: str) -> bool:
    """Whether the server answers but has no such database; any other trouble is a Fault."""
    try:
        require_database(url, name=variable)
    except Fault as fault:
        # A refused connection carries no SQLSTATE, so the server's own words must do.
        said = str(fault.__cause__)
        if f'database "{name_in(url)}" does not exist' in said:
            return True
        raise
    return False


def make_if_absent(url: str, variable: str) -> None:
    """On a server that is not ours: make the database if the role may, else say who should."""
    import psycopg
    from psycopg import sql

    name = name_in(url)
    if not _missing(url, variable):
        return
    try:
        with psycopg.connect(other(url, "postgres"), connect_timeout=5, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicateDatabase:
        pass
    except psycopg.Error as error:
        raise Fault(
            f"There is no database '{name}' and the role of {variable} may not make it. "
            f"Ask the administrator of the server to make it (createdb --owner=ROLE {name}), and try again."
        ) from error


# How long those who are just leaving a database are waited for.
LEAVING = 2.0
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
)


def require_alone(url: str) -> None:
    """Nobody else is connected to the database: no server, no worker, no other command."""
    import psycopg

    deadline = time.monotonic() + LEAVING
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        while others := (connection.execute(OTHERS).fetchone() or (0,))[0]:
            if time.monotonic() > deadline:
                raise Fault(
                    f"The database '{name_in(url)}' is in use by {others} connections. Stop every web server "
                    "and worker, and try again."
                )
            time.sleep(0.05)
