"""Both at once, with real threads and connections: first without the lock, then with it."""

from __future__ import annotations

import threading

import pytest
from django.http import Http404
from tests.at_once import raised_at_once

from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.texts.models import Share
from bothways.help import access, services
from bothways.help.models import Reply, Request
from bothways.help.tests.conftest import asked
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def taken_back_in_between(monkeypatch) -> threading.Event:
    """Bo's answer waits, after the check, until Amina took hers back (or a second)."""
    checked, taken_back = threading.Event(), threading.Event()
    real_check, real_take_back = services._check_may_reply, services.take_back

    def check(who, standing) -> None:
        real_check(who, standing)
        checked.set()
        taken_back.wait(1)

    def take_back(who, *, request_id) -> None:
        checked.wait(5)
        real_take_back(who, request_id=request_id)
        taken_back.set()

    monkeypatch.setattr(services, "_check_may_reply", check)
    monkeypatch.setattr(services, "take_back", take_back)
    return taken_back


def answer_and_take_back(amina, bo, request) -> list[Exception | None]:
    return raised_at_once(
        lambda: services.reply(bo.who, request_id=request.id, words="Yes"),
        lambda: services.take_back(amina.who, request_id=request.id),
    )


@pytest.mark.usefixtures("taken_back_in_between")
def test_without_the_lock_an_answer_slips_in_and_is_refused_by_the_wall_only(
    amina, bo, programme, pair, monkeypatch
) -> None:
    request = asked(amina, programme, pair)
    monkeypatch.setattr(access, "locked", lambda rows: rows)
    raised = answer_and_take_back(amina, bo, request)
    assert type(raised[0]).__name__ == "IntegrityError"


@pytest.mark.usefixtures("taken_back_in_between")
def test_an_answer_and_a_taking_back_wait_for_each_other(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    assert answer_and_take_back(amina, bo, request) == [None, None]
    assert Request.objects.get().state == "taken_back"
    assert not Share.objects.filter(under=request.id).exists()


def test_resolving_at_once_is_one_event(amina, programme, pair) -> None:
    request = asked(amina, programme)
    raised = raised_at_once(
        *(lambda: services.resolve(amina.who, request_id=request.id) for _twice in range(2))
    )
    assert raised == [None, None]
    assert Event.objects.filter(kind="request.resolved").count() == 1


def test_nothing_stays_open_when_the_pair_ends_at_that_moment(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    raised = raised_at_once(
        lambda: services.reply(bo.who, request_id=request.id, words="Yes"),
        lambda: pairs.end(amina.who, pair_id=pair.id),
    )
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Refused | Http404)
    assert not Share.objects.filter(under=request.id).exists()


def test_leaving_while_somebody_answers(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair)
    raised = raised_at_once(
        lambda: services.reply(bo.who, request_id=request.id, words="Yes"),
        lambda: people.leave(amina.who),
    )
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Refused | Http404)
    assert not Request.objects.exists()
    assert not Reply.objects.exists()
