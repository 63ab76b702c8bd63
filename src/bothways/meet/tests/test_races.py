"""Both at once, with real threads and connections: first without the lock, then with it."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest
from tests.at_once import raised_at_once

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.meet import access, services
from bothways.meet.models import Meeting, TookPlace
from bothways.meet.tests.conftest import planned
from bothways.pair import services as pairs

pytestmark = pytest.mark.django_db(transaction=True)


def meet_in_the_middle(monkeypatch, *, patience: float) -> None:
    """Each waits, after its own word and before counting, for the other: at most `patience` seconds."""
    barrier = threading.Barrier(2)
    real = services._count_when_both_said

    def waiting(meeting, pair) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=patience)
        real(meeting, pair)
        # Neither commits before both have counted.
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=patience)

    monkeypatch.setattr(services, "_count_when_both_said", waiting)


def unlocked(monkeypatch) -> None:
    real = access.live_pair
    monkeypatch.setattr(access, "live_pair", lambda who, pair_id, lock=False: real(who, pair_id))


def both_say(amina, bo, meeting) -> list[Exception | None]:
    with travelled(timedelta(days=2)):
        return raised_at_once(
            *(
                lambda who=person.who: services.say_it_took_place(who, meeting_id=meeting.id)
                for person in (amina, bo)
            )
        )


def counted() -> int:
    return Event.objects.filter(kind="meeting.took_place").count()


def test_without_the_lock_what_both_confirmed_is_never_counted(amina, bo, pair, monkeypatch) -> None:
    meet_in_the_middle(monkeypatch, patience=30)
    meeting = planned(amina, pair)
    unlocked(monkeypatch)
    assert both_say(amina, bo, meeting) == [None, None]
    assert TookPlace.objects.count() == 2
    assert counted() == 0


def test_both_confirm_at_once_and_it_counts_once(amina, bo, pair, monkeypatch) -> None:
    # The lock keeps one of them from ever being there.
    meet_in_the_middle(monkeypatch, patience=1)
    meeting = planned(amina, pair)
    assert both_say(amina, bo, meeting) == [None, None]
    assert TookPlace.objects.count() == 2
    assert counted() == 1
    assert Meeting.objects.get().took_place_at is not None


def test_both_change_it_at_once_and_one_is_told(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    common = {"meeting_id": meeting.id, "sequence": 0, "starts_at": meeting.starts_at, "mode": 0, "place": ""}
    raised = raised_at_once(
        lambda: services.move(amina.who, minutes=30, **common),
        lambda: services.move(bo.who, minutes=90, **common),
    )
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "Refused"]
    assert Meeting.objects.get().sequence == 1


def test_no_meeting_is_left_planned_when_the_pair_ends_at_that_moment(amina, bo, pair) -> None:
    for _again in range(3):
        raised = raised_at_once(lambda: planned(amina, pair), lambda: pairs.end(bo.who, pair_id=pair.id))
        assert raised[1] is None
        assert raised[0] is None or isinstance(raised[0], Refused)
        assert not Meeting.objects.filter(state=Meeting.State.PLANNED).exists()


def test_the_same_form_at_once_plans_one_meeting(amina, pair) -> None:
    page = {"starts_at": planned(amina, pair).starts_at + timedelta(days=1), "meeting_id": pair.id}
    assert raised_at_once(*(lambda: planned(amina, pair, **page) for _twice in range(2))) == [None, None]
    assert Meeting.objects.count() == 2
