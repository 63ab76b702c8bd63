"""Planning, changing, cancelling, and saying that it took place."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.outbox import api as outbox
from bothways.core.texts.models import Text
from bothways.meet import selectors, services
from bothways.meet.api import tiles
from bothways.meet.models import Meeting, TookPlace
from bothways.meet.tests.conftest import in_hours, planned
from bothways.meet.where import where
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def news(person, kind: str) -> int:
    return sum(1 for notice in outbox.news(person.who) if notice.kind == kind)


def moved(person, meeting, **changes):
    wanted = {
        "sequence": meeting.sequence,
        "starts_at": meeting.starts_at,
        "minutes": meeting.minutes,
        "mode": meeting.mode,
        "place": "The old mill",
        **changes,
    }
    return services.move(person.who, meeting_id=meeting.id, **wanted)


def test_amina_plans_and_both_read_where(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    assert where(bo.who, meeting).place == "The old mill"
    assert where(amina.who, meeting).place == "The old mill"
    assert (news(bo, "meeting.planned"), news(amina, "meeting.planned")) == (1, 0)
    assert events("meeting.planned") == 1


def test_the_same_form_twice_is_one_meeting(amina, bo, pair) -> None:
    once = uuid.uuid4()
    first = planned(amina, pair, meeting_id=once)
    assert planned(amina, pair, meeting_id=once).id == first.id
    assert Meeting.objects.count() == 1
    assert news(bo, "meeting.planned") == 1


def test_who_may_not_plan(amina, chen, dara, eli, pair) -> None:
    for stranger in (chen, dara, eli):
        with pytest.raises(Http404):
            planned(stranger, pair)
    identity.end_all_entries(amina.id)
    with pytest.raises(identity.NotSignedIn):
        planned(amina, pair)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("hours", [-1, 24 * 367])
def test_a_time_that_does_not_fit_is_refused(amina, pair, hours) -> None:
    with pytest.raises(Refused):
        planned(amina, pair, hours)


def test_an_ended_pair_plans_nothing(amina, bo, pair) -> None:
    pairs.end(bo.who, pair_id=pair.id)
    with pytest.raises(Refused):
        planned(amina, pair)


def test_there_is_an_end_to_how_many(amina, pair, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_COMING", 2)
    planned(amina, pair, 24)
    planned(amina, pair, 48)
    with pytest.raises(Refused):
        planned(amina, pair, 72)


def test_either_changes_it_and_the_other_is_told(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    later = in_hours(48)
    changed = moved(bo, meeting, starts_at=later, place="The library")
    assert (changed.starts_at, changed.sequence) == (later, 1)
    assert where(amina.who, changed).place == "The library"
    assert news(amina, "meeting.moved") == 1
    # The words that were replaced are nowhere any more.
    assert Text.objects.filter(kind="meeting place").count() == 1


def test_nothing_changed_is_no_change(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    assert moved(bo, meeting).sequence == 0
    assert news(amina, "meeting.moved") == 0


def test_the_later_of_two_changes_is_told(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    moved(bo, meeting, minutes=90)
    with pytest.raises(Refused):
        moved(amina, meeting, minutes=30)
    # The same change from a page that is old by now is done already.
    assert moved(amina, meeting, minutes=90).sequence == 1


def test_a_meeting_that_began_or_was_cancelled_is_not_changed(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    with travelled(timedelta(days=2)):
        for act in (
            lambda: moved(amina, meeting, minutes=30),
            lambda: services.cancel(bo.who, meeting_id=meeting.id),
        ):
            with pytest.raises(Refused):
                act()
    services.cancel(bo.who, meeting_id=meeting.id)
    with pytest.raises(Refused):
        moved(amina, meeting, minutes=30)


def test_cancelling_twice_cancels_once(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    services.cancel(bo.who, meeting_id=meeting.id)
    again = services.cancel(amina.who, meeting_id=meeting.id)
    assert (again.state, again.sequence) == ("cancelled", 1)
    assert events("meeting.cancelled") == 1
    assert (news(amina, "meeting.cancelled"), news(bo, "meeting.cancelled")) == (1, 0)


def test_it_counts_once_when_both_said_so(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    with travelled(timedelta(days=2)):
        services.say_it_took_place(amina.who, meeting_id=meeting.id)
        services.say_it_took_place(amina.who, meeting_id=meeting.id)
        assert events("meeting.took_place") == 0
        services.say_it_took_place(bo.who, meeting_id=meeting.id)
        services.say_it_took_place(bo.who, meeting_id=meeting.id)
    assert events("meeting.took_place") == 1
    assert events("meeting.confirmed") == 2
    event = Event.objects.get(kind="meeting.took_place")
    assert (event.object_id, event.programme_id, event.person_id) == (meeting.id, pair.programme_id, None)


def test_when_it_cannot_be_said(amina, bo, chen, dara, eli, pair) -> None:
    meeting = planned(amina, pair)
    with pytest.raises(Refused):
        services.say_it_took_place(amina.who, meeting_id=meeting.id)
    with travelled(timedelta(days=2)):
        for stranger in (chen, dara, eli):
            with pytest.raises(Http404):
                services.say_it_took_place(stranger.who, meeting_id=meeting.id)
    services.cancel(bo.who, meeting_id=meeting.id)
    with travelled(timedelta(days=2)), pytest.raises(Refused):
        services.say_it_took_place(amina.who, meeting_id=meeting.id)
    assert not TookPlace.objects.exists()


def test_the_database_takes_no_word_but_ones_own(amina, bo, chen, pair) -> None:
    meeting = planned(amina, pair)
    after = now() + timedelta(days=2)
    forged = [
        # Amina's word from Bo's session, a stranger's word, and a word before the beginning.
        {"person_id": amina.id, "entry_id": bo.who.entry_id, "at": after},
        {"person_id": chen.id, "entry_id": chen.who.entry_id, "at": after},
        {"person_id": amina.id, "entry_id": amina.who.entry_id, "at": now()},
    ]
    for row in forged:
        with pytest.raises(IntegrityError), transaction.atomic():
            TookPlace.objects.create(meeting=meeting, **row)
            transaction.get_connection().check_constraints()


def test_the_database_counts_nothing_that_only_one_said(amina, pair) -> None:
    meeting = planned(amina, pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(id=meeting.id).update(took_place_at=now())


def test_when_the_pair_ends_its_coming_meetings_are_cancelled(amina, bo, pair) -> None:
    with travelled(timedelta(days=-3)):
        past = planned(amina, pair, 24)
    coming = planned(amina, pair, 24)
    pairs.end(bo.who, pair_id=pair.id)
    past.refresh_from_db()
    coming.refresh_from_db()
    assert (past.state, coming.state, coming.sequence) == ("planned", "cancelled", 1)
    assert where(bo.who, coming).place == ""
    assert tiles(amina.who) == []


def test_when_bo_leaves_amina_has_no_meeting_with_nobody(amina, bo, pair) -> None:
    meeting = planned(bo, pair)
    people.leave(bo.who)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.planned_by, meeting.place_text) == ("cancelled", None, None)
    assert tiles(amina.who) == []


def test_two_meetings_at_one_time_are_both_kept_and_shown(amina, pair) -> None:
    first = planned(amina, pair, 24, minutes=120)
    second = planned(amina, pair, 25)
    third = planned(amina, pair, 26)
    assert [s.id for s in selectors.whole(amina.who, second, pair).also_then] == [first.id]
    assert selectors.whole(amina.who, third, pair).also_then == []


def test_the_home_page_asks_and_reminds(amina, bo, pair) -> None:
    assert tiles(amina.who) == []
    first = planned(amina, pair, 2)
    planned(amina, pair, 24)
    (tile,) = tiles(bo.who)
    assert (tile.url, tile.urgent) == (f"/meetings/{first.id}/", False)
    with travelled(timedelta(hours=4)):
        ask, following = tiles(bo.who)
        assert (ask.urgent, ask.url) == (True, f"/meetings/{first.id}/")
        assert following.urgent is False
        services.say_it_took_place(bo.who, meeting_id=first.id)
        assert [tile.urgent for tile in tiles(bo.who)] == [False]
        assert [tile.urgent for tile in tiles(amina.who)] == [True, False]
    with travelled(timedelta(days=20)):
        # Nobody is asked for ever.
        assert tiles(amina.who) == []
