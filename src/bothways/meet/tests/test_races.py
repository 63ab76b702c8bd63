"""Both at once, with real threads and connections: first without the lock, then with it."""

from __future__ import annotations

import contextlib
import threading
from datetime import time, timedelta

import pytest
from tests.at_once import raised_at_once

from bothways.core.clock.api import now, today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.meet import access, series, services
from bothways.meet.models import Meeting, Series, TookPlace
from bothways.meet.tasks import fill_series
from bothways.meet.tests.conftest import chosen, planned
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


def test_both_choose_at_once_and_one_is_told(amina, bo, pair) -> None:
    raised = raised_at_once(
        lambda: chosen(amina, pair, minutes=30), lambda: chosen(bo, pair, at=time(9), minutes=90)
    )
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "Refused"]
    assert Series.objects.count() == 1


def test_both_choose_the_same_at_once_and_both_have_it(amina, bo, pair) -> None:
    assert raised_at_once(*(lambda one=one: chosen(one, pair) for one in (amina, bo))) == [None, None]
    assert Series.objects.count() == 1


def a_date(pair) -> Meeting:
    return Meeting.objects.filter(pair=pair, series__isnull=False, state="planned").earliest("slot")


def shift(person, meeting, hours) -> None:
    services.move(
        person.who,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        starts_at=meeting.starts_at + timedelta(hours=hours),
        minutes=meeting.minutes,
        mode=meeting.mode,
        place="",
    )


def test_both_move_a_date_at_once_and_one_is_told(amina, bo, pair) -> None:
    chosen(amina, pair)
    meeting = a_date(pair)
    raised = raised_at_once(lambda: shift(amina, meeting, 1), lambda: shift(bo, meeting, 2))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "Refused"]
    assert Meeting.objects.get(id=meeting.id).sequence == 1


def test_moved_and_left_out_at_once_it_is_left_out(amina, bo, pair) -> None:
    chosen(amina, pair)
    for _again in range(3):
        meeting = a_date(pair)
        raised = raised_at_once(
            lambda one=meeting: shift(amina, one, 1),
            lambda one=meeting: services.cancel(bo.who, meeting_id=one.id),
        )
        assert raised[1] is None
        assert raised[0] is None or isinstance(raised[0], Refused)
        assert Meeting.objects.get(id=meeting.id).state == "cancelled"


def test_ended_while_a_date_is_moved_nothing_is_left_planned(amina, bo, pair) -> None:
    for _again in range(3):
        chosen(amina, pair)
        meeting = a_date(pair)
        raised = raised_at_once(
            lambda one=meeting: shift(amina, one, 1), lambda: series.end(bo.who, pair_id=pair.id)
        )
        assert raised[1] is None
        assert raised[0] is None or isinstance(raised[0], Refused)
        assert not Meeting.objects.filter(state="planned", starts_at__gt=now()).exists()


def test_the_job_twice_at_once_makes_each_date_once(amina, pair) -> None:
    one = chosen(amina, pair)
    before = Meeting.objects.filter(series=one).count()
    with travelled(timedelta(days=21)):
        assert raised_at_once(*(lambda: fill_series(0) for _twice in range(2))) == [None, None]
    assert Meeting.objects.filter(series=one).count() == before + 3


def test_the_job_while_they_are_ended_leaves_nothing_planned(amina, bo, pair) -> None:
    for _again in range(3):
        chosen(amina, pair)
        with travelled(timedelta(days=21)):
            ended = raised_at_once(lambda: fill_series(0), lambda: series.end(bo.who, pair_id=pair.id))
            assert ended == [None, None]
            assert not Meeting.objects.filter(state="planned", starts_at__gt=now()).exists()


def test_the_job_while_the_pair_ends_leaves_nothing_planned(amina, bo, pair) -> None:
    chosen(amina, pair)
    with travelled(timedelta(days=21)):
        ended = raised_at_once(lambda: fill_series(0), lambda: pairs.end(bo.who, pair_id=pair.id))
        assert ended == [None, None]
        assert not Meeting.objects.filter(state="planned", starts_at__gt=now()).exists()


def test_a_pause_while_a_rhythm_is_chosen_has_no_dates(amina, bo, pair) -> None:
    until = today() + timedelta(days=300)
    raised = raised_at_once(
        lambda: chosen(amina, pair), lambda: pairs.pause(bo.who, pair_id=pair.id, until=until)
    )
    assert raised == [None, None]
    assert not Meeting.objects.filter(state="planned").exists()
