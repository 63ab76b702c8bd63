"""The notice of a proposal is there while the proposal waits, however it closes, and never says how."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.walls import api as walls
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import services
from bothways.match.models import Proposal
from bothways.match.tests.factory import a_round, proposed
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def news(one: Someone) -> list[str]:
    """Where the notices of proposals on Home lead."""
    page = one.browser().get("/").content.decode()
    return re.findall(r'<a href="([^"]+)">A proposal waits for you', page)


def told(one: Someone, *, from_hour: int = 0, hours: int = 30) -> int:
    """How many messages go to somebody when jobs run in these hours, with the rights of jobs."""
    before = Delivery.objects.filter(person_id=one.id).exclude(sent_at=None).count()
    for hour in range(from_hour, from_hour + hours, 3):
        with travelled(timedelta(hours=hour, minutes=1)), walls.working():
            outbox.deliver()
    return Delivery.objects.filter(person_id=one.id).exclude(sent_at=None).count() - before


def closings(amina: Someone, bo: Someone, proposal: Proposal) -> dict[str, Callable[[], object]]:
    def withdraw() -> None:
        mine = Enrolment.objects.get(person_id=bo.id, programme_id=proposal.programme_id)
        enrol.withdraw(bo.who, enrolment_id=mine.pk)

    def expire() -> None:
        # What has run out is over before the job that closes it comes by.
        Proposal.objects.filter(id=proposal.id).update(expires_at=now() - timedelta(seconds=1))

    return {
        "declined": lambda: services.answer(bo.who, proposal_id=proposal.id, yes=False),
        "left": lambda: people.leave(bo.who),
        "withdrawn": withdraw,
        "expired": expire,
        "blocked": lambda: services.not_again(proposal.programme_id, amina.id, bo.id),
    }


WAYS = ["declined", "left", "withdrawn", "expired", "blocked"]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_gone_as_soon_as_nothing_waits(amina, bo, proposal, way) -> None:
    assert news(amina) == [f"/proposals/{proposal.id}/"]
    before = Notice.objects.get(person_id=amina.id, kind="proposal.new")
    closings(amina, bo, proposal)[way]()
    assert news(amina) == []
    # Nothing is written about it: when it went is nowhere to be read.
    after = Notice.objects.get(id=before.id)
    assert (after.seen_at, after.sent_at, after.due_at) == (None, None, None)


def test_a_notice_for_each_proposal_and_none_for_who_refused_notices(amina, bo, chen, programme) -> None:
    programme.sides.filter(number=0).update(max_capacity=2)
    mine = enrolled(amina, programme, capacity=2)
    enrolled(bo, programme, side=1)
    quiet = enrolled(chen, programme, side=1)
    enrol.consent(chen.who, enrolment_id=quiet.id, answers={"notices": False})
    a_round(programme)
    assert Proposal.objects.filter(left=mine).count() == 2
    told = Notice.objects.filter(kind="proposal.new")
    assert sorted(told.values_list("person_id", flat=True)) == sorted([amina.id, amina.id, bo.id])
    paths = {f"/proposals/{one.id}/" for one in Proposal.objects.all()}
    assert set(told.filter(person_id=amina.id).values_list("path", flat=True)) == paths


def test_what_waits_is_told(amina, proposal) -> None:
    assert told(amina) == 1


def test_when_both_have_said_yes_elsewhere_it_is_gone_too(amina, bo, proposal) -> None:
    for one in (amina, bo):
        services.answer(one.who, proposal_id=proposal.id, yes=True)
    assert news(amina) == []


@pytest.mark.parametrize("way", WAYS)
def test_no_letter_goes_about_what_is_over(amina, bo, proposal, way) -> None:
    closings(amina, bo, proposal)[way]()
    assert told(amina) == told(amina, from_hour=8 * 24) == 0
    assert not Delivery.objects.filter(person_id=amina.id).exists()
    assert not Event.objects.filter(kind="notice.sent", person_id=amina.id).exists()


def test_what_else_is_new_is_told_and_only_that_was_told(amina, bo, proposal) -> None:
    services.answer(bo.who, proposal_id=proposal.id, yes=False)
    assert told(amina) == 0
    outbox.tell(amina.id, "sign_in.new", path="/me/sign-ins/", key="another")
    assert told(amina) == 1
    about = dict(Notice.objects.filter(person_id=amina.id).values_list("kind", "sent_at"))
    assert about["proposal.new"] is None and about["sign_in.new"] is not None
    # Somebody who changes how they are reached does not bring it back.
    outbox.consider_anew(amina.who)
    assert told(amina, from_hour=30) == 0


def test_the_second_proposal_of_a_round_still_waits(amina, bo, chen, programme) -> None:
    programme.sides.filter(number=0).update(max_capacity=2)
    enrolled(amina, programme, capacity=2)
    enrolled(bo, programme, side=1)
    enrolled(chen, programme, side=1)
    a_round(programme)
    first, second = (Proposal.objects.get(right_person=one.id) for one in (bo, chen))
    assert sorted(news(amina)) == sorted(f"/proposals/{one.id}/" for one in (first, second))
    services.answer(bo.who, proposal_id=first.id, yes=False)
    assert news(amina) == [f"/proposals/{second.id}/"]
    assert told(amina) == 1


@pytest.mark.parametrize("way", WAYS)
def test_every_way_costs_the_same_questions(amina, bo, programme, way) -> None:
    proposal = proposed(amina, bo, programme)
    closings(amina, bo, proposal)[way]()
    with CaptureQueriesContext(connection) as asked:
        outbox.news(amina.who)
    assert len(asked) == 2
