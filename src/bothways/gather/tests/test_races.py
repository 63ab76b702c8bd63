"""At the same moment, with real threads and connections."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from django.db import IntegrityError
from django.http import Http404
from tests.at_once import raised_at_once

from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.outbox.models import Notice
from bothways.enrol import api as enrol
from bothways.gather import access, answers, services
from bothways.gather.models import Gathering, Guest
from bothways.gather.tasks import tell_of_gatherings
from bothways.gather.tests.conftest import changed, published
from bothways.people import api as people

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_tap_at_the_same_moment_is_one(amina, eli, programme) -> None:
    one = published(eli, programme)
    come = partial(answers.say_coming, amina.who, gathering_id=one.id, coming=True)
    assert raised_at_once(come, come, come) == [None] * 3
    assert Guest.objects.count() == Event.objects.filter(kind="gathering.coming").count() == 1


def test_without_the_lock_only_the_database_holds(amina, eli, programme, monkeypatch) -> None:
    """What the lock is for: one of the two would see an error page."""
    one = published(eli, programme)
    monkeypatch.setattr(access, "locked", lambda rows: rows)
    come = partial(answers.say_coming, amina.who, gathering_id=one.id, coming=True)
    raised = raised_at_once(*[come] * 4)
    assert Guest.objects.count() == 1
    assert all(error is None or isinstance(error, IntegrityError) for error in raised)


def test_the_same_form_at_the_same_moment_is_one_gathering(eli, programme) -> None:
    publish = partial(published, eli, programme, gathering_id=uuid.uuid4())
    assert raised_at_once(publish, publish) == [None, None]
    assert Gathering.objects.count() == Event.objects.filter(kind="gathering.published").count() == 1


def test_of_two_coordinators_at_once_the_second_learns_that_it_changed(eli, programme) -> None:
    one = published(eli, programme)
    raised = raised_at_once(*[partial(changed, eli, one, place=place) for place in ("School", "Library")])
    assert sorted(type(error) for error in raised if error) == [Refused]
    assert Gathering.objects.get().sequence == 1


@pytest.mark.parametrize("leaves", [False, True])
def test_no_answer_outlives_an_enrolment_that_ends_at_that_moment(amina, eli, programme, leaves) -> None:
    one = published(eli, programme)
    mine = enrol.of_person(amina.who)[0].id
    gone = (
        partial(people.leave, amina.who) if leaves else partial(enrol.withdraw, amina.who, enrolment_id=mine)
    )
    raised = raised_at_once(partial(answers.say_coming, amina.who, gathering_id=one.id, coming=True), gone)
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Http404) or leaves
    assert not Guest.objects.exists()


def test_called_off_while_somebody_says_that_they_come(amina, eli, programme) -> None:
    one = published(eli, programme)
    raised = raised_at_once(
        partial(answers.say_coming, amina.who, gathering_id=one.id, coming=True),
        partial(services.call_off, eli.who, gathering_id=one.id),
    )
    assert raised[1] is None and (raised[0] is None or isinstance(raised[0], Refused))
    tell_of_gatherings(0)
    assert Notice.objects.filter(person_id=amina.id).count() == Guest.objects.count()


def test_two_workers_tell_once(amina, eli, programme) -> None:
    one = published(eli, programme)
    answers.say_coming(amina.who, gathering_id=one.id, coming=True)
    changed(eli, one, place="The school")
    assert raised_at_once(*[partial(tell_of_gatherings, 0)] * 2) == [None, None]
    assert Notice.objects.filter(person_id=amina.id, kind="gathering.changed").count() == 1
    assert not Gathering.objects.get().untold
