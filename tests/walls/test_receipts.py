"""Proof: nobody outside a pair reads a word without a receipt that was committed before.

The reading is rolled back, its connection is killed, the table of receipts is locked or full: there is a
receipt, or there are no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from bothways.core.clock.api import now
from bothways.core.receipts import api as receipts
from bothways.core.receipts.models import Receipt
from bothways.core.registry import api as registry
from bothways.core.walls.stay import WEB
from bothways.help import opening
from tests.walls.intruder import signed_in_as
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Where do I find a course?"
ENTER = "SELECT person FROM core_enter(%s, interval '0')"


@pytest.fixture
def world() -> World:
    return build()


@contextmanager
def locked_receipts() -> Iterator[None]:
    """Somebody else holds the whole table."""
    place = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        place.pop(ours, None)
    with psycopg.connect(**place) as other:
        other.execute("LOCK TABLE core_receipt IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def to_answer(world: World) -> int:
    """How many receipts there are for opening Amina's request (she has others: for her checks)."""
    return Receipt.objects.filter(subject_id=world.amina.id, task__startswith="To answer it").count()


def opened(world: World) -> tuple[Client, str]:
    """Eli's browser on the sealed request of Amina."""
    return world.browser("eli"), world.requests["coordinators"]


def test_what_eli_opens_amina_sees_at_once(world: World) -> None:
    browser, path = opened(world)
    assert WORDS not in browser.get(path).content.decode()
    assert WORDS in browser.post(f"{path}open/", follow=True).content.decode()
    box = registry.everything(world.amina.who)
    newest = next(section.rows for section in box if section.key == "receipts")[0]
    assert (newest["name"], newest["role"]) == ("Eli", "Coordinator")
    assert newest["task"].startswith("To answer it") and now() - newest["at"] < timedelta(seconds=10)


def test_a_receipt_of_the_same_transaction_opens_nothing(world: World) -> None:
    """Rolling back would erase the receipt and keep the reading: so until it is committed there is none."""
    reading = (
        "SELECT count(*) FROM core_text t JOIN help_request q ON q.text_id = t.id"
        " WHERE q.\"to\" = 'coordinators'"
    )
    request = world.requests["coordinators"].strip("/").split("/")[1]
    with signed_in_as(WEB) as one:
        with one.transaction(force_rollback=True):
            one.execute(ENTER, (world.eli.who.token,))
            made = one.execute(
                "INSERT INTO core_receipt (reader_id, reader_role, reader_name, subject_id, what, task, at)"
                " VALUES (core_me(), 'Coordinator', 'Eli', %s, 'request', 'answer', clock_timestamp())"
                " RETURNING id",
                (world.amina.id,),
            ).fetchone()
            one.execute(
                "INSERT INTO help_opening (request_id, person_id, receipt_id, at)"
                " VALUES (%s, core_me(), %s, clock_timestamp())",
                (request, made[0]),
            )
            assert one.execute(reading).fetchone() == (0,)
        assert to_answer(world) == 0
    # In the order that the product keeps, the same reading finds the words.
    opening.open_with_receipt(world.eli.who, request_id=request)
    with signed_in_as(WEB) as one, one.transaction(force_rollback=True):
        one.execute(ENTER, (world.eli.who.token,))
        assert one.execute(reading).fetchone() == (1,)
    # The reading was rolled back; the receipt is there.
    assert to_answer(world) == 1


def test_a_reader_whose_connection_is_killed_has_left_a_receipt(world: World) -> None:
    request = world.requests["coordinators"].strip("/").split("/")[1]
    opening.open_with_receipt(world.eli.who, request_id=request)
    with signed_in_as(WEB) as one:
        one.execute("BEGIN")
        one.execute(ENTER, (world.eli.who.token,))
        assert one.execute("SELECT count(*) FROM core_text WHERE kind = 'request'").fetchone()[0] >= 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [one.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            one.execute("SELECT 1")
    assert to_answer(world) == 1


def test_a_receipt_is_never_written_inside_another_transaction(world: World) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        receipts.write(
            world.eli.who, role="Coordinator", name="Eli", subject_id=world.amina.id, what="x", task="y"
        )


def test_while_receipts_cannot_be_written_nothing_is_shown(world: World) -> None:
    browser, path = opened(world)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        with locked_receipts():
            answer = browser.post(f"{path}open/")
            assert answer.status_code == 503 and WORDS not in answer.content.decode()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert WORDS not in browser.get(path).content.decode()
    assert to_answer(world) == 0


def test_when_the_database_takes_no_more_receipts_nothing_is_shown(world: World) -> None:
    """As on a full disk: the insert itself fails."""
    browser, path = opened(world)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$;"
            "CREATE TRIGGER disk_is_full BEFORE INSERT ON core_receipt EXECUTE FUNCTION disk_is_full()"
        )
    try:
        answer = browser.post(f"{path}open/")
        assert answer.status_code == 503 and WORDS not in answer.content.decode()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER disk_is_full ON core_receipt; DROP FUNCTION disk_is_full()")
    assert WORDS not in browser.get(path).content.decode()


def test_one_reader_opens_so_much_a_day_and_is_told(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_cap SET receipts_a_day = %s", [Receipt.objects.count() + 1])
    try:
        receipts.write(
            world.eli.who, role="Coordinator", name="Eli", subject_id=world.bo.id, what="x", task="y"
        )
        browser, path = opened(world)
        answer = browser.post(f"{path}open/", follow=True)
        assert answer.status_code == 409
        assert "Please go on tomorrow" in answer.content.decode()
        assert WORDS not in browser.get(path).content.decode()
        assert to_answer(world) == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_cap SET receipts_a_day = 60")
