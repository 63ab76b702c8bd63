"""A check that is missing or has ended: kindly said to whose it is, and closed neutrally for the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.enrol import check_services
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import asking, checked, enrolled
from bothways.match.models import Answer, Proposal
from bothways.match.services import IS_CLOSED, answer
from bothways.match.tests.factory import a_round, accepted

pytestmark = pytest.mark.django_db
OPEN, MADE, CLOSED = Proposal.State.OPEN, Proposal.State.MADE, Proposal.State.CLOSED


def state(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


def test_a_new_requirement_waits_for_ones_own_yes(amina, bo, eli, programme, proposal) -> None:
    asking(eli, programme)
    with pytest.raises(Refused, match="My checks"):
        answer(amina.who, proposal_id=proposal.id, yes=True)
    assert state(proposal) == OPEN
    checked(amina, programme, eli)
    answer(amina.who, proposal_id=proposal.id, yes=True)
    assert answer(bo.who, proposal_id=proposal.id, yes=True).state == MADE


def test_an_ended_check_closes_neutrally_for_the_other(amina, bo, eli, programme, proposal) -> None:
    asking(eli, programme)
    checked(amina, programme, eli, days=1)
    answer(amina.who, proposal_id=proposal.id, yes=True)
    with travelled(timedelta(days=2)):
        with pytest.raises(Refused) as refusal:
            answer(bo.who, proposal_id=proposal.id, yes=True)
        assert str(refusal.value.words) == str(IS_CLOSED)
    assert state(proposal) == CLOSED
    assert not Answer.objects.exists()


def test_a_deleted_check_closes_in_the_same_words(amina, bo, eli, programme, proposal) -> None:
    asking(eli, programme)
    checked(amina, programme, eli)
    answer(amina.who, proposal_id=proposal.id, yes=True)
    mine = Enrolment.objects.get(person_id=amina.id)
    check_services.delete(amina.who, enrolment_id=mine.pk, kind="references")
    with pytest.raises(Refused) as refusal:
        answer(bo.who, proposal_id=proposal.id, yes=True)
    assert str(refusal.value.words) == str(IS_CLOSED)


def test_a_round_proposes_only_who_has_their_checks(amina, bo, eli, programme) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    a_round(programme)
    assert not Proposal.objects.exists()
    checked(amina, programme, eli)
    a_round(programme)
    assert set(Proposal.objects.get().people) == {amina.id, bo.id}


def test_pairs_stay_when_more_is_asked_and_when_a_check_ends(amina, bo, eli, programme) -> None:
    proposal = accepted(amina, bo, programme)
    asking(eli, programme)
    assert state(proposal) == MADE
    checked(amina, programme, eli, days=1)
    with travelled(timedelta(days=3)):
        assert state(proposal) == MADE
        assert Enrolment.objects.get(person_id=amina.id).partners == 1


def test_the_waiting_page_says_what_to_do(amina, eli, programme) -> None:
    enrolled(amina, programme)
    a_round(programme)
    asking(eli, programme)
    page = amina.browser().get(f"/p/{programme.slug}/waiting/").content.decode()
    assert "a coordinator looks at" in page and "References" in page
    assert f"/p/{programme.slug}/mine/checks/" in page
    home = amina.browser().get("/").content.decode()
    assert "A check is needed" in home and "/waiting/" not in home
