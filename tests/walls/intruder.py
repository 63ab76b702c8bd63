"""A real connection with nothing but the serving role's rights, as an intruder with its password has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connections
from psycopg import sql


@contextmanager
def signed_in_as(group: str, alias: str = "default") -> Iterator[psycopg.Connection]:
    """A connection of a role that is in `group` (bothways_web, bothways_worker) and in nothing else."""
    owner = connections[alias]
    name = f"intruder_{group}_{owner.settings_dict['NAME']}"[:60]
    with owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        if cursor.fetchone() is None:
            made = sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}")
            cursor.execute(made.format(sql.Identifier(name), sql.Identifier(group)))
        may_connect = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
        database = sql.Identifier(owner.settings_dict["NAME"])
        cursor.execute(may_connect.format(database, sql.Identifier(name)))
    place = {**owner.get_connection_params(), "user": name}
    for ours in ("cursor_factory", "context", "client_encoding", "prepare_threshold"):
        place.pop(ours, None)
    with psycopg.connect(**place, autocommit=True) as connection:
        yield connection


def tables(connection: psycopg.Connection) -> list[str]:
    """Every table and view of the product."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1"
    )
    return [row[0] for row in rows]


def refused(connection: psycopg.Connection, statement: str, arguments: tuple[object, ...] = ()) -> bool:
    """Whether the database refuses a statement outright."""
    try:
        connection.execute(statement, arguments)
    except psycopg.Error:
        connection.rollback()
        return True
    return False
