"""Forged rows: what belongs to one person, written once more by somebody else, straight into the tables.

The forger has read everything and knows every id, also those of the victim's sessions: the row is one
that the victim wrote, to the letter. Only who writes it is different.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import Error, connection

from bothways.people.models import Person
from tests.undone import undone

As = Callable[[], AbstractContextManager[object]]

COLUMNS = """
SELECT c.relname, a.attname, a.attgenerated <> '', format_type(a.atttypid, NULL) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' {more} ORDER BY 1, a.attnum
"""
# Values that stand in nobody's row, by type.
INVENTED: dict[str, tuple[Any, ...]] = {
    "uuid": ("12345678-1234-4234-8234-123456789012",),
    "timestamp with time zone": ("2020-01-01T00:00Z", "2040-01-01T00:00Z", "infinity"),
    "date": ("2040-01-01",),
    "boolean": (True, False),
    "smallint": (1, 2),
    "integer": (1, 2),
    "text": ("invented",),
    "character varying": ("invented",),
    "bytea": ("\\x1234",),
    "jsonb": ({"invented": 1},),
}


@dataclass(frozen=True)
class Column:
    """A column that says whose a row is."""

    table: str
    name: str


def personal_columns() -> list[Column]:
    """Every column in which a person's id stands. Found in the rows, so that no list can forget one."""
    everybody = list(Person.objects.values_list("id", flat=True))
    found = []
    for table, column, _, _ in _fetch(COLUMNS.format(more="AND a.atttypid = 'uuid'::regtype")):
        if table.startswith("core_inside"):
            continue
        if _fetch(f'SELECT 1 FROM "{table}" WHERE "{column}" = ANY(%s) LIMIT 1', [everybody]):
            found.append(Column(table, column))
    return found


def rows_of(column: Column, person: uuid.UUID) -> list[str]:
    """A person's rows, as JSON."""
    query = (
        f'SELECT row_to_json(r)::text FROM "{column.table}" r WHERE "{column.name}" = %s ORDER BY r.*::text'
    )
    return [row for (row,) in _fetch(query, [person])]


def written_again(column: Column, row: str, forger: As) -> str:
    """What the database says when `forger` writes a row that its owner wrote: "" when it lets it in.

    The owner's own row is taken away first, so that nothing else stands in the way.
    """
    table = column.table
    with undone():
        _as_if_never_written(table, row)
        insert = (
            f'INSERT INTO "{table}" OVERRIDING SYSTEM VALUE'
            f' SELECT * FROM json_populate_record(NULL::"{table}", %s::json)'
        )
        return _said(forger, insert, [row])


def _as_if_never_written(table: str, row: str) -> None:
    _run("SET LOCAL session_replication_role = replica")
    _run(f'DELETE FROM "{table}" r WHERE row_to_json(r)::text = %s', [row])
    _run("SET LOCAL session_replication_role = origin")


def _said(forger: As, statement: str, arguments: list[Any]) -> str:
    try:
        with forger():
            changed = _run(statement, arguments)
            _run("SET CONSTRAINTS ALL IMMEDIATE")
    except Error as error:
        return f"{getattr(error.__cause__, 'sqlstate', '')} {error}".splitlines()[0]
    return "" if changed else "nothing of it is there for them"


def _run(statement: str, arguments: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.rowcount


def _fetch(statement: str, arguments: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()


def changed(column: Column, row: str, forger: As) -> Iterator[tuple[str, str]]:
    """What the database says when `forger` changes each value of somebody's row, or takes the row away.

    A value becomes one that other rows have, none at all, and one that nobody has.
    """
    table = column.table
    for _, field, made, kind in _fetch(COLUMNS.format(more="AND c.oid = %s::regclass"), [table]):
        if made:
            continue
        for value in (*_others(table, field, row), None, *INVENTED.get(kind, ())):
            update = (
                f'UPDATE "{table}" r SET'
                f' "{field}" = (json_populate_record(NULL::"{table}", %s)).{field}'
                f" WHERE row_to_json(r)::text = %s"
                f' AND r."{field}" IS DISTINCT FROM (json_populate_record(NULL::"{table}", %s)).{field}'
            )
            wanted = json.dumps({field: value})
            with undone():
                yield field, _said(forger, update, [wanted, row, wanted])
    with undone():
        yield "DELETE", _said(forger, f'DELETE FROM "{table}" r WHERE row_to_json(r)::text = %s', [row])


def _others(table: str, field: str, row: str) -> list[str]:
    """Values that the field has in a few other rows."""
    mine = f'SELECT "{field}" v FROM "{table}" WHERE row_to_json("{table}")::text = %s'
    found = _fetch(
        f'SELECT DISTINCT r."{field}"::text FROM "{table}" r, ({mine}) mine'
        f' WHERE r."{field}"::text IS DISTINCT FROM mine.v::text LIMIT 3',
        [row],
    )
    return [value for (value,) in found if value is not None]
