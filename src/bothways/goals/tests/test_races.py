"""At the same moment, with real threads and connections."""

from __future__ import annotations

from functools import partial

import pytest
from tests.at_once import raised_at_once

from bothways.core.faults import Refused
from bothways.core.outbox.models import Notice
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text
from bothways.goals import services
from bothways.goals.models import Goal
from bothways.goals.tests.conftest import noted
from bothways.pair import services as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_tap_at_the_same_moment_is_one(amina, bo, pair) -> None:
    add = partial(noted, amina, pair=pair, goal_id=pair.id)
    assert raised_at_once(add, add) == [None, None]
    assert Goal.objects.count() == Text.objects.filter(kind="goal").count() == 1
    assert Notice.objects.filter(person_id=bo.id, kind="goal.shared").count() == 1


def test_the_limit_holds_on_two_devices_at_once(amina, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    raised = raised_at_once(lambda: noted(amina), lambda: noted(amina))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "Refused"]
    assert Goal.objects.count() == Text.objects.filter(kind="goal").count() == 1


@pytest.mark.parametrize("leaves", [False, True])
def test_nothing_stays_open_when_the_pair_ends_at_that_moment(amina, bo, pair, leaves) -> None:
    goal = noted(amina)
    gone = (lambda: people.leave(bo.who)) if leaves else (lambda: pairs.end(bo.who, pair_id=pair.id))
    told = {"goal_id": goal.id, "words": "Learn to drive", "pair_id": pair.id}
    share = partial(services.change, amina.who, **told)
    raised = raised_at_once(share, gone)
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Refused)
    assert not Share.objects.filter(text_id=goal.text_id).exists()
    assert texts.read(bo.who, [goal.text_id]) == {}
    assert set(texts.read(amina.who, [goal.text_id]).values()) == {"Learn to drive"}


def test_shared_with_two_at_once_is_open_to_one(amina, bo, dara, eli, pair) -> None:
    other = a_pair(amina, dara, a_programme(eli, slug="another"))
    goal = noted(amina)
    both = [
        lambda one=one: services.change(amina.who, goal_id=goal.id, words="Learn to drive", pair_id=one.id)
        for one in (pair, other)
    ]
    assert raised_at_once(*both) == [None, None]
    assert Share.objects.filter(text_id=goal.text_id).count() == 1


def test_moved_from_one_to_the_other_while_the_first_ends(amina, bo, dara, eli, pair) -> None:
    """Neither waits for the other for ever, and it ends up with the second alone."""
    other = a_pair(amina, dara, a_programme(eli, slug="another"))
    goal = noted(amina, pair=pair)
    told = {"goal_id": goal.id, "words": "Learn to drive", "pair_id": other.id}
    move = partial(services.change, amina.who, **told)
    assert raised_at_once(move, lambda: pairs.end(bo.who, pair_id=pair.id)) == [None, None]
    assert [one.under for one in Share.objects.filter(text_id=goal.text_id)] == [other.id]


def test_deleted_while_it_is_changed_leaves_no_words(amina, pair) -> None:
    goal = noted(amina)
    raised = raised_at_once(
        lambda: services.delete(amina.who, goal_id=goal.id),
        lambda: services.change(amina.who, goal_id=goal.id, words="Other words", pair_id=pair.id),
    )
    assert raised[0] is None
    assert not Goal.objects.exists() and not Text.objects.filter(kind="goal").exists()


def test_written_while_its_writer_leaves_stays_nowhere(amina, pair) -> None:
    raised = raised_at_once(lambda: noted(amina, pair=pair), lambda: people.leave(amina.who))
    assert raised[1] is None
    assert not Goal.objects.exists() and not Text.objects.filter(owner_id=amina.id).exists()
