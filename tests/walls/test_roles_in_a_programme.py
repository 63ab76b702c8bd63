"""Proof: nobody makes themselves a coordinator, and nobody else changes a programme, by whatever SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bothways.core.walls.stay import WEB
from bothways.programme import codes
from bothways.programme import services as programmes
from bothways.programme.models import Staff
from tests.cast import Someone
from tests.walls.intruder import signed_in_as
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = """
INSERT INTO programme_staff (programme_id, person_id, entry_id, role, public_name, since)
SELECT %(programme)s, %(person)s, %(entry)s, 'coordinator', 'x', now()
"""
INVITATION = """
INSERT INTO programme_invitation (programme_id, code_hash, made_at, expires_at)
SELECT %(programme)s, %(hash)s, now(), now() + interval '1 day'
"""
SPENT = """
INSERT INTO programme_invitation (programme_id, code_hash, made_at, expires_at, used_at, spent_in)
SELECT %(programme)s, %(hash)s, now(), now() + interval '1 day', now(), pg_current_xact_id()
"""
CHANGES = (
    "UPDATE programme_programme SET name = 'x' WHERE id = %(programme)s",
    "UPDATE programme_programme SET open = NOT open WHERE id = %(programme)s",
    "UPDATE programme_side SET checks = 15 WHERE programme_id = %(programme)s",
    "DELETE FROM programme_area WHERE programme_id = %(programme)s",
    "INSERT INTO programme_consenttext (programme_id, purpose, version, words, made_at)"
    " VALUES (%(programme)s, 'match', 99, '{}', now())",
    "UPDATE programme_staff SET public_name = 'x' WHERE programme_id = %(programme)s",
    "DELETE FROM programme_staff WHERE programme_id = %(programme)s",
    INVITATION,
    SPENT,
    STAFF,
)


@pytest.fixture
def world() -> World:
    return build()


@contextmanager
def inside(who: Someone | None) -> Iterator[psycopg.Connection]:
    with signed_in_as(WEB) as connection, connection.transaction(force_rollback=True):
        if who is not None:
            connection.execute("SELECT core_enter(%s, interval '0')", (who.who.token,))
        yield connection


def about(world: World, who: Someone, code: str = "") -> dict[str, object]:
    ids = {"programme": world.programme.id, "person": who.id, "entry": who.who.entry_id}
    return {**ids, "hash": codes.hash_of(code)}


def changed(connection: psycopg.Connection, statement: str, values: dict[str, object]) -> int:
    try:
        with connection.transaction():
            return connection.execute(statement, values).rowcount
    except psycopg.Error as error:
        assert (error.sqlstate or "")[:5] in {"42501", "23000"}, error
        return 0


@pytest.mark.parametrize("name", ["amina", "dara", None])
def test_a_programme_is_nobodys_but_its_coordinators(world: World, name: str | None) -> None:
    who = getattr(world, name) if name else None
    values = about(world, who or world.amina)
    with inside(who) as connection:
        assert [one for one in CHANGES if changed(connection, one, values)] == []
    with inside(world.eli) as connection:
        assert changed(connection, CHANGES[0], about(world, world.eli)) == 1


def test_a_code_is_found_by_its_hash_alone_and_makes_one_coordinator(world: World) -> None:
    code = programmes.invite(world.eli.who, programme_id=world.programme.id)
    with inside(world.dara) as connection:
        assert connection.execute("SELECT * FROM programme_invitation").fetchall() == []
        values = about(world, world.dara, code)
        spend = "SELECT programme_spend(%(hash)s, %(programme)s, now())"
        guessed = about(world, world.dara, "A GUESS")
        assert connection.execute(spend, guessed).fetchone() == (False,)
        assert changed(connection, STAFF, values) == 0
        assert connection.execute(spend, values).fetchone() == (True,)
        assert changed(connection, STAFF, {**values, "person": world.amina.id}) == 0
        assert changed(connection, STAFF, values) == 1
    programmes.take_up(world.dara.who, code=code, public_name="Dara")
    with inside(world.amina) as connection:
        # Spent, and by another transaction.
        assert changed(connection, STAFF, about(world, world.amina, code)) == 0
    assert Staff.objects.filter(programme=world.programme).count() == 2
