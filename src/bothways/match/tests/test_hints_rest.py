"""Reasons and hints rest for a week: nobody finds out about one person by changing wishes again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import selectors, services
from bothways.match.models import LeftOver
from bothways.match.tests.factory import a_round, proposed
from bothways.match.writing import HINTS_REST

pytestmark = pytest.mark.django_db

# What a seeker would try, one after the other, to see who is behind the hints.
TRIES = [
    {"times": 1 << 6},
    {"modes": 2},
    {"radius_km": 50},
    {"speak": [1 * 4 + 2]},
    {"needs": 1},
    {"times": 1 << 8},
]


def told(seeker) -> tuple[str, list] | None:
    """What somebody is told about why they wait."""
    (mine,) = selectors.standing(seeker.who)
    return (mine.left_over.reason, mine.left_over.hints) if mine.left_over else None


def tried(seeker, programme, days: int, tries: list[dict]) -> list:
    """Change the wishes before each of several rounds, and keep what was told after each."""
    enrolled(seeker, programme)
    mine = Enrolment.objects.get(person_id=seeker.id)
    found = []
    for number, wish in enumerate(tries):
        with travelled(timedelta(days=days * number)):
            enrolments.save(seeker.who, enrolment_id=mine.pk, **wish)
            a_round(programme)
            found.append(told(seeker))
    return found


@pytest.fixture
def others(programme, bo, chen, dara) -> None:
    """Three people whom only one time of the week keeps apart from a seeker."""
    for person in (bo, chen, dara):
        enrolled(person, programme, side=1, times=1 << 8, needs=0)


def test_changing_wishes_tells_one_thing_a_week(amina, programme, others) -> None:
    """Six tries within a week say what the first one said."""
    found = tried(amina, programme, days=1, tries=TRIES)
    assert found[0] is not None and found == [found[0]] * len(TRIES)


def test_a_week_later_the_wishes_of_then_are_answered(amina, programme, others) -> None:
    found = tried(amina, programme, days=HINTS_REST.days, tries=TRIES[:4])
    assert len({str(one) for one in found}) > 2


def test_pausing_or_a_proposal_does_not_bring_new_hints_sooner(amina, programme, others) -> None:
    enrolled(amina, programme)
    a_round(programme)
    first = told(amina)
    mine = Enrolment.objects.get(person_id=amina.id)
    enrolments.pause(amina.who, enrolment_id=mine.pk)
    a_round(programme)
    assert told(amina) is None
    enrolments.resume(amina.who, enrolment_id=mine.pk)
    proposal = proposed(amina, someone("Fatima"), programme)
    assert told(amina) is None
    services.answer(amina.who, proposal_id=proposal.id, yes=False)
    enrolments.save(amina.who, enrolment_id=mine.pk, modes=2)
    a_round(programme)
    assert told(amina) == first


def test_old_reasons_are_gone_when_there_is_nothing_to_say(amina, bo, programme) -> None:
    enrolled(amina, programme)
    a_round(programme)
    assert LeftOver.objects.filter(person_id=amina.id).count() == 1
    with travelled(HINTS_REST):
        proposed(amina, bo, programme)
        assert not LeftOver.objects.exists()
