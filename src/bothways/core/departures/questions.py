"""Who left, and who of them is still here, asked of both databases. Knows no Django."""

from __future__ import annotations

import uuid
from typing import Any, Protocol


class Cursor(Protocol):
    """A cursor of Django or of psycopg."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...

    def fetchall(self) -> list[Any]: ...


def known(data: Cursor, keys: Cursor) -> set[uuid.UUID]:
    """Everybody among the tombstones and the departures beside the keys."""
    return _ids(data, "SELECT core_departures()") | _ids(keys, "SELECT keys_departures()")


def still_here(data: Cursor, keys: Cursor, others: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those known here or named in `others` who have a row or a key, or are missing among the tombstones."""
    asked = [sorted(known(data, keys) | others)]
    return _ids(data, "SELECT core_not_erased(%s::uuid[])", asked) | _ids(
        keys, "SELECT keys_not_destroyed(%s::uuid[])", asked
    )


def departures_in(url: str, function: str) -> set[uuid.UUID]:
    """Those that one database knows of; nobody when it has no such function yet."""
    import psycopg
    from psycopg import sql

    try:
        with psycopg.connect(url, connect_timeout=5) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT {}()").format(sql.Identifier(function)))
            return {row[0] for row in cursor.fetchall()}
    except psycopg.errors.UndefinedFunction:
        return set()


def _ids(cursor: Cursor, query: str, values: list[Any] | None = None) -> set[uuid.UUID]:
    cursor.execute(query, values)
    return {row[0] for row in cursor.fetchall()}
