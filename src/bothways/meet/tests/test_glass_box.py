"""What I hold in my hand and what goes when I leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.registry import api as registry
from bothways.meet import calendar, journal, services
from bothways.meet.models import Feed, JournalLine, Meeting, TookPlace
from bothways.meet.tests.conftest import planned
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def everything(person) -> dict[str, list[dict]]:
    return {section.key: section.rows for section in registry.everything(person.who)}


@pytest.fixture
def lived(amina, bo, pair) -> Meeting:
    meeting = planned(amina, pair)
    with travelled(timedelta(days=2)):
        services.say_it_took_place(amina.who, meeting_id=meeting.id)
        services.say_it_took_place(bo.who, meeting_id=meeting.id)
        journal.write(amina.who, pair_id=pair.id, words="A good day")
        journal.write(bo.who, pair_id=pair.id, words="Yes")
        calendar.make_feed(amina.who, instead_of="")
    return meeting


def test_everything_is_there(amina, bo, lived) -> None:
    mine = everything(amina)
    (meeting,) = mine["meetings"]
    assert meeting["planned_by_me"] is True
    assert meeting["said_at"] is not None
    assert len(mine["journal"]) == len(mine["calendar"]) == 1
    words = [row["words"] for row in mine["texts"]]
    assert "A good day" in words
    assert "The old mill" in words
    assert "Yes" not in words
    assert everything(bo)["meetings"][0]["planned_by_me"] is False


def test_leaving_takes_it_all_and_the_count_stays(amina, bo, lived) -> None:
    people.leave(amina.who)
    assert not Feed.objects.exists()
    assert not TookPlace.objects.filter(person_id=amina.id).exists()
    assert not JournalLine.objects.filter(person_id=amina.id).exists()
    lived.refresh_from_db()
    assert (lived.planned_by, lived.place_text, lived.place_by) == (None, None, None)
    assert Event.objects.filter(kind="meeting.took_place").count() == 1
    assert JournalLine.objects.filter(person_id=bo.id).count() == 1
    assert "meetings" in everything(bo)
