"""Both at once, with real threads and connections: first without the lock, then with it."""

from __future__ import annotations

import contextlib
import threading
from functools import partial

import pytest
from django.db import IntegrityError
from tests.at_once import raised_at_once

from bothways.core.faults import Refused
from bothways.core.texts.models import Share, Text
from bothways.pair import services as pairs
from bothways.talk import services
from bothways.talk.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def at_the_same_number(monkeypatch) -> None:
    """Nobody writes before both have counted, or some seconds have passed."""
    barrier = threading.Barrier(2)
    real = services._next_number

    def counted(pair) -> int:
        number = real(pair)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return number

    monkeypatch.setattr(services, "_next_number", counted)


def both_write(amina, bo, pair) -> list[Exception | None]:
    return raised_at_once(
        lambda: services.send(amina.who, pair_id=pair.id, words="one"),
        lambda: services.send(bo.who, pair_id=pair.id, words="two"),
    )


def test_without_the_lock_two_take_one_place(amina, bo, pair, monkeypatch) -> None:
    at_the_same_number(monkeypatch)
    real = services.live_pair
    monkeypatch.setattr(services, "live_pair", lambda who, pair_id, lock=False: real(who, pair_id))
    raised = both_write(amina, bo, pair)
    assert [type(error) for error in raised if error] == [IntegrityError]


def test_both_write_at_once_and_both_are_there(amina, bo, pair, monkeypatch) -> None:
    at_the_same_number(monkeypatch)
    assert both_write(amina, bo, pair) == [None, None]
    assert sorted(Message.objects.values_list("number", flat=True)) == [1, 2]


def test_a_double_tap_at_the_same_moment_is_one_message(amina, pair) -> None:
    send = partial(services.send, amina.who, pair_id=pair.id, words="once", message_id=pair.id)
    assert raised_at_once(send, send) == [None, None]
    assert Message.objects.count() == Text.objects.filter(kind="message").count() == 1


def test_nothing_is_left_open_when_the_pair_ends_at_that_moment(amina, bo, pair) -> None:
    raised = raised_at_once(
        lambda: services.send(amina.who, pair_id=pair.id, words="late"),
        lambda: pairs.end(bo.who, pair_id=pair.id),
    )
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Refused)
    assert not Share.objects.filter(with_id=bo.id).exists()
    assert Text.objects.filter(kind="message").count() == Message.objects.count()
