"""A notice about a hand is there, and is told, while something waits for its person; never longer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bothways.core.clock.api import today, travelled
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.models import Enrolment
from bothways.help import hands, tasks
from bothways.help.hand_models import HandAsk
from bothways.help.tests.test_hands import THEIRS, as_, asked, both_say_yes, likes
from bothways.pair import services as pairs
from bothways.people.api import leave

pytestmark = pytest.mark.django_db
SAID = {
    "hand.partner": "Your partner asks for a hand",
    "hand.asked": "Somebody asks for work that you like",
    "hand.yes": "Somebody would help you",
    "hand.met": "You have both said yes to a few hours of help",
    "hand.off": "A few hours of help were called off",
}


def news(person) -> list[str]:
    """The notices about hands on somebody's home page."""
    page = person.browser().get("/").content.decode()
    return [kind for kind, words in SAID.items() if re.search(rf'<a href="[^"]+">{words}', page)]


def told(person) -> int:
    """How many messages go to somebody in a day when jobs run, with the rights of jobs."""
    for hour in range(0, 30, 3):
        with travelled(timedelta(hours=hour, minutes=1)), walls.working():
            outbox.deliver()
    return Delivery.objects.filter(person_id=person.id).exclude(sent_at=None).count()


def withdraw(person) -> None:
    as_(person, enrol.withdraw, enrolment_id=Enrolment.objects.get(person_id=person.id).pk)


@pytest.fixture
def ask(amina, chen, programme, pair) -> HandAsk:
    """Amina asks her partner Bo, and members who like such work, as Chen does."""
    likes(chen, programme)
    made = asked(amina, programme, pair_id=pair.id)
    as_(amina, hands.widen, ask_id=made.id)
    tasks.tell_of_hand(str(made.id))
    # What else is new would be told too.
    Notice.objects.exclude(kind__startswith="hand.").delete()
    return made


ENDS: dict[str, Callable[..., object]] = {
    "taken back": lambda amina, ask: as_(amina, hands.take_back, ask_id=ask.id),
    "left": lambda amina, ask: leave(amina.who),
    "withdrawn": lambda amina, ask: withdraw(amina),
    "over": lambda amina, ask: HandAsk.objects.filter(id=ask.id).update(day=today() - timedelta(days=1)),
}


@pytest.mark.parametrize("way", ENDS)
def test_what_is_gone_is_neither_shown_nor_told(amina, bo, chen, ask, way) -> None:
    assert news(bo) == ["hand.partner"] and news(chen) == ["hand.asked"]
    before = Notice.objects.get(person_id=chen.id, kind="hand.asked")
    ENDS[way](amina, ask)
    Notice.objects.exclude(kind__startswith="hand.").delete()
    assert news(bo) == news(chen) == []
    # Nothing is written about it: when it went is nowhere to be read.
    after = Notice.objects.get(id=before.id)
    assert (after.seen_at, after.sent_at, after.due_at) == (None, None, None)
    assert told(bo) == told(chen) == 0


def test_what_waits_is_told(bo, chen, ask) -> None:
    assert told(bo) == told(chen) == 1


def test_when_the_pair_ends_only_its_own_question_goes(amina, bo, chen, ask, pair) -> None:
    as_(amina, pairs.end, pair_id=pair.id)
    assert news(bo) == [] and news(chen) == ["hand.asked"]


@pytest.mark.parametrize("how", ["switched off", "withdrawn"])
def test_who_is_asked_no_more_hears_no_more(chen, ask, programme, how) -> None:
    if how == "withdrawn":
        withdraw(chen)
    else:
        as_(chen, hands.set_likes, programme_id=programme.id, kinds={"moving"})
    assert news(chen) == [] and told(chen) == 0


def test_whoever_has_said_yes_is_asked_no_more_and_others_are(amina, bo, chen, ask) -> None:
    as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    assert news(chen) == [] and news(bo) == ["hand.partner"] and news(amina) == ["hand.yes"]
    assert told(chen) == 0 and told(bo) == told(amina) == 1


def test_a_yes_that_is_taken_away_waits_no_more(amina, bo, chen, ask) -> None:
    first, second = (as_(one, hands.offer, ask_id=ask.id, words=THEIRS) for one in (bo, chen))
    as_(bo, hands.call_off, yes_id=first.id)
    assert news(amina) == ["hand.yes"], "the other's still waits"
    as_(chen, hands.call_off, yes_id=second.id)
    assert news(amina) == [] and told(amina) == 0


def test_two_yeses_are_news_while_both_stand(amina, chen, ask) -> None:
    said = both_say_yes(amina, chen, ask)
    assert news(chen) == ["hand.met"] and news(amina) == []
    as_(amina, hands.call_off, yes_id=said.id)
    # Called off, she is asked as before.
    assert news(chen) == ["hand.asked", "hand.off"]


def test_two_yeses_are_no_news_after_the_day(amina, chen, ask) -> None:
    both_say_yes(amina, chen, ask)
    HandAsk.objects.filter(id=ask.id).update(day=today() - timedelta(days=1))
    assert news(chen) == [] and told(chen) == 0


def yeses(of: uuid.UUID) -> list[tuple[uuid.UUID, bool, bool]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ask_id, mine, met FROM help_hand_yeses(%s)", [of])
        return cursor.fetchall()


def test_nobody_asks_the_database_about_somebody_else(amina, bo, chen, dara, eli, ask) -> None:
    as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    expected = {amina.id: [(ask.id, False, False)], chen.id: [(ask.id, True, False)]}
    people = (amina, bo, chen, dara, eli)
    for person in people:
        with walls.acting_with(person.who.token):
            for other in people:
                assert yeses(other.id) == (expected.get(other.id, []) if other is person else [])
    for stay in (walls.visiting, walls.at_the_door):
        with stay():
            assert yeses(chen.id) == yeses(amina.id) == []


def test_a_job_asks_only_about_those_whom_it_is_going_to_tell(amina, chen, ask) -> None:
    as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    with walls.working():
        assert yeses(chen.id) == [(ask.id, True, False)]
    outbox.seen(chen.who, path=hands.path_of(ask))
    with walls.working():
        assert yeses(chen.id) == [] and yeses(amina.id) == [(ask.id, False, False)]


def test_many_notices_cost_as_much_as_one(amina, chen, ask, programme) -> None:
    def questions() -> int:
        with walls.acting_with(chen.who.token), CaptureQueriesContext(connection) as made:
            outbox.news(chen.who)
        return len(made)

    one = questions()
    for _number in range(4):
        asked(amina, programme)
    assert len(outbox.news(chen.who)) == 5 and questions() == one
