"""Both at once, with real threads and connections: first without the lock, then with it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.http import Http404
from tests.at_once import raised_at_once

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share
from bothways.help import access, ladder, opening, services, tasks
from bothways.help.ladder import Ladder
from bothways.help.models import Reply, Request
from bothways.help.tests.conftest import asked, listed
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


@pytest.fixture
def taken_back_while_it_climbs(monkeypatch) -> threading.Event:
    """The job has looked at a request and waits, before it writes, until Amina took it back (or a second)."""
    looked, taken_back = threading.Event(), threading.Event()
    real_look, real_take_back = ladder._is_due, services.take_back

    def look(request) -> bool:
        due = real_look(request)
        looked.set()
        taken_back.wait(1)
        return due

    def take_back(who, *, request_id) -> None:
        looked.wait(5)
        real_take_back(who, request_id=request_id)
        taken_back.set()

    monkeypatch.setattr(ladder, "_is_due", look)
    monkeypatch.setattr(services, "take_back", take_back)
    return taken_back


def climb_and_take_back(amina, request) -> list[Exception | None]:
    with travelled(timedelta(days=4)):
        return raised_at_once(
            lambda: tasks.climb(0), lambda: services.take_back(amina.who, request_id=request.id)
        )


@pytest.mark.usefixtures("taken_back_while_it_climbs")
def test_without_the_lock_only_the_wall_keeps_a_request_from_climbing_as_it_is_taken_back(
    amina, programme, pair, monkeypatch
) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    monkeypatch.setattr(access, "locked", lambda rows: rows)
    raised = climb_and_take_back(amina, request)
    assert isinstance(raised[0], DatabaseError)
    assert Request.objects.get().coordinators_at is None


@pytest.mark.usefixtures("taken_back_while_it_climbs")
def test_taking_back_at_the_moment_it_climbs_closes_it_for_everybody(amina, eli, programme, pair) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    assert climb_and_take_back(amina, request) == [None, None]
    assert Request.objects.get().state == "taken_back"
    with pytest.raises((Refused, Http404)):
        opening.open_with_receipt(eli.who, request_id=request.id)
    assert texts.read(eli.who, [request.text_id]) == {}


def test_taken_back_a_moment_before_it_never_climbs(amina, eli, programme, pair) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    with travelled(timedelta(days=4)):
        services.take_back(amina.who, request_id=request.id)
        assert not ladder._climb(request.id)
    assert Request.objects.get().coordinators_at is None


def test_two_workers_climb_one_rung_once(amina, eli, programme, pair) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(True, listed(eli, programme).id, 1))
    with travelled(timedelta(days=1, minutes=1)):
        raised = raised_at_once(*(lambda: tasks.climb(0) for _twice in range(2)))
    assert raised == [None, None]
    assert Request.objects.get(id=request.id).service_at is None
    assert Event.objects.filter(kind="request.climbed").count() == 1


def test_an_answer_at_the_moment_it_climbs_is_before_or_after(amina, bo, programme, pair) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    with travelled(timedelta(days=4)):
        raised = raised_at_once(
            lambda: tasks.climb(0),
            lambda: services.reply(bo.who, request_id=request.id, words="Yes"),
        )
    assert raised == [None, None]
    assert Request.objects.get().state == "answered"


def test_saying_no_to_a_rung_at_the_moment_it_climbs_is_before_or_after(amina, programme, pair) -> None:
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    with travelled(timedelta(days=4)):
        raised = raised_at_once(
            lambda: tasks.climb(0),
            lambda: ladder.set_ladder(amina.who, request_id=request.id, ladder=Ladder()),
        )
    assert raised == [None, None]
    after = Request.objects.get()
    assert (after.coordinators_at is None) == (after.coordinators_entry_id is None)
