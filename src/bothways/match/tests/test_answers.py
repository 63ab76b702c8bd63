"""Answers: who may not say yes, when, twice, after closing, over capacity; and what a no leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from tests.cast import Someone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.core.registry.api import _handlers
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import services
from bothways.match.models import Answer, NotAgain, Proposal
from bothways.match.services import answer
from bothways.match.tests.factory import a_round, accepted, proposed
from bothways.programme.models import Programme

pytestmark = pytest.mark.django_db
OPEN, MADE, CLOSED = Proposal.State.OPEN, Proposal.State.MADE, Proposal.State.CLOSED


@pytest.fixture
def made(monkeypatch) -> list[Proposal]:
    """Every proposal that "proposal.accepted" was fired for."""
    heard: list[Proposal] = []
    monkeypatch.setitem(_handlers, "proposal.accepted", {"tests": lambda proposal: heard.append(proposal)})
    return heard


def state(proposal: Proposal) -> str:
    return Proposal.objects.get(id=proposal.id).state


def partners(someone: Someone) -> int:
    return Enrolment.objects.get(person_id=someone.id).partners


def test_one_yes_makes_nothing(amina, bo, proposal, made) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    assert state(proposal) == OPEN
    assert (made, partners(amina), partners(bo)) == ([], 0, 0)


def test_two_yeses_make_it_once_and_take_a_place_each(amina, bo, proposal, made) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    answer(bo.who, proposal_id=proposal.id, yes=True)
    assert state(proposal) == MADE
    assert [one.id for one in made] == [proposal.id]
    assert (partners(amina), partners(bo)) == (1, 1)


def test_the_same_yes_twice_is_one(amina, bo, proposal, made) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    answer(amina.who, proposal_id=proposal.id, yes=True)
    assert Answer.objects.count() == 1
    assert state(proposal) == OPEN
    answer(bo.who, proposal_id=proposal.id, yes=True)
    assert answer(bo.who, proposal_id=proposal.id, yes=True).state == MADE
    assert len(made) == 1
    assert (partners(amina), partners(bo)) == (1, 1)


def test_nobody_answers_for_another(amina, bo, eli, chen, dara, proposal, programme) -> None:
    enrolled(chen, programme)
    for other in (eli, chen, dara):
        for yes in (True, False):
            with pytest.raises(Http404):
                answer(other.who, proposal_id=proposal.id, yes=yes)
    assert state(proposal) == OPEN
    assert not Answer.objects.exists()


def test_a_session_that_ended_answers_nothing(amina, proposal) -> None:
    end_entry(amina.who)
    for yes in (True, False):
        with pytest.raises(NotSignedIn):
            answer(amina.who, proposal_id=proposal.id, yes=yes)
    assert state(proposal) == OPEN


def test_a_no_closes_it_and_leaves_no_trace_of_who(amina, bo, proposal, made) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    answer(amina.who, proposal_id=proposal.id, yes=False)
    assert state(proposal) == CLOSED
    assert not Answer.objects.exists()
    assert NotAgain.objects.count() == 1
    about = Event.objects.filter(object_id=proposal.id, kind__in=["proposal.closed", "proposal.accepted"])
    assert [(event.kind, event.person_id, event.numbers) for event in about] == [
        ("proposal.closed", None, {})
    ]
    assert made == []


def test_after_a_no_nobody_can_say_yes_and_a_second_no_is_fine(amina, bo, proposal) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=False)
    assert answer(amina.who, proposal_id=proposal.id, yes=False).state == CLOSED
    assert answer(bo.who, proposal_id=proposal.id, yes=False).state == CLOSED
    for person in (amina, bo):
        with pytest.raises(Refused, match="says nothing about you"):
            answer(person.who, proposal_id=proposal.id, yes=True)
    assert NotAgain.objects.count() == 1


def test_a_yes_may_become_a_no_until_the_other_said_yes(amina, bo, proposal) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    assert answer(amina.who, proposal_id=proposal.id, yes=False).state == CLOSED
    with pytest.raises(Refused):
        answer(bo.who, proposal_id=proposal.id, yes=True)


def test_a_pair_is_not_undone_by_an_answer(amina, bo, programme) -> None:
    proposal = accepted(amina, bo, programme)
    with pytest.raises(Refused, match="its own page"):
        answer(amina.who, proposal_id=proposal.id, yes=False)
    assert state(proposal) == MADE


def test_a_no_costs_no_waiting_time_and_the_two_are_never_proposed_again(amina, bo, chen, programme) -> None:
    proposal = proposed(amina, bo, programme)
    waited = set(Enrolment.objects.values_list("person_id", "waiting_since"))
    answer(bo.who, proposal_id=proposal.id, yes=False)
    assert set(Enrolment.objects.values_list("person_id", "waiting_since")) == waited
    a_round(programme)
    assert not Proposal.objects.filter(state=OPEN).exists()
    enrolled(chen, programme, side=1)
    a_round(programme)
    assert {amina.id, chen.id} == set(Proposal.objects.get(state=OPEN).people)


def test_after_the_time_is_over_only_a_no_does_anything(amina, bo, proposal, programme) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    with travelled(timedelta(days=programme.answer_days, seconds=1)):
        with pytest.raises(Refused, match="says nothing about you"):
            answer(bo.who, proposal_id=proposal.id, yes=True)
        assert services.close_expired() == 1
        assert services.close_expired() == 0
    assert state(proposal) == CLOSED
    assert not Answer.objects.exists()
    # Silence costs nothing: they may be proposed to each other again.
    assert not NotAgain.objects.exists()
    a_round(programme)
    assert Proposal.objects.filter(state=OPEN).count() == 1


def test_a_paused_member_is_told_to_resume_first(amina, proposal) -> None:
    enrolments.pause(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id).id)
    with pytest.raises(Refused, match="End the pause first"):
        answer(amina.who, proposal_id=proposal.id, yes=True)
    assert state(proposal) == OPEN


def test_without_my_consent_i_cannot_say_yes(amina, proposal) -> None:
    mine = Enrolment.objects.get(person_id=amina.id)
    enrolments.consent(amina.who, enrolment_id=mine.id, answers={"match": False})
    with pytest.raises(Refused, match="Agree in your enrolment first"):
        answer(amina.who, proposal_id=proposal.id, yes=True)


@pytest.mark.parametrize("how", ["pause", "no consent"])
def test_what_stands_in_the_others_way_closes_it_without_a_word_about_it(
    amina, bo, proposal, made, how
) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    theirs = Enrolment.objects.get(person_id=bo.id)
    if how == "pause":
        enrolments.pause(bo.who, enrolment_id=theirs.id)
    else:
        enrolments.consent(bo.who, enrolment_id=theirs.id, answers={"match": False})
    with pytest.raises(Refused) as refused:
        answer(amina.who, proposal_id=proposal.id, yes=True)
    assert str(refused.value) == "This proposal is closed. It says nothing about you."
    assert state(proposal) == CLOSED
    assert (made, partners(amina), Answer.objects.count()) == ([], 0, 0)


def two_for(amina: Someone, bo: Someone, chen: Someone, programme: Programme) -> list[Proposal]:
    """Amina welcomes two partners, and is asked about Bo and about Chen."""
    programme.sides.filter(number=0).update(max_capacity=2)
    enrolled(amina, programme, capacity=2)
    enrolled(bo, programme, side=1)
    enrolled(chen, programme, side=1)
    a_round(programme)
    found = list(Proposal.objects.filter(state=OPEN))
    assert len(found) == 2
    return found


def test_a_place_that_was_taken_closes_the_other_proposals(amina, bo, chen, programme) -> None:
    with_bo, with_chen = sorted(two_for(amina, bo, chen, programme), key=lambda one: bo.id not in one.people)
    mine = Enrolment.objects.get(person_id=amina.id)
    enrolments.save(amina.who, enrolment_id=mine.id, capacity=1)
    answer(amina.who, proposal_id=with_bo.id, yes=True)
    answer(amina.who, proposal_id=with_chen.id, yes=True)
    answer(bo.who, proposal_id=with_bo.id, yes=True)
    assert (state(with_bo), state(with_chen)) == (MADE, CLOSED)
    with pytest.raises(Refused, match="says nothing about you"):
        answer(chen.who, proposal_id=with_chen.id, yes=True)
    assert (partners(amina), partners(chen)) == (1, 0)


def test_with_no_place_left_i_am_told_what_to_change(amina, bo, chen, programme) -> None:
    first, second = two_for(amina, bo, chen, programme)
    Enrolment.objects.filter(person_id=amina.id).update(partners=2)
    with pytest.raises(Refused, match="as many partners as you wished for"):
        answer(amina.who, proposal_id=first.id, yes=True)
    assert state(second) == OPEN


def test_withdrawing_closes_what_is_open(amina, bo, proposal, programme) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    enrolments.withdraw(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id).id)
    assert state(proposal) == CLOSED
    assert not Answer.objects.exists()
    with pytest.raises(Refused):
        answer(bo.who, proposal_id=proposal.id, yes=True)


def test_not_again_closes_a_made_proposal_and_is_said_once(amina, bo, programme) -> None:
    proposal = accepted(amina, bo, programme)
    for one, other in ((amina.id, bo.id), (bo.id, amina.id)):
        services.not_again(programme.id, one, other)
    assert state(proposal) == CLOSED
    assert NotAgain.objects.count() == 1


def test_a_pair_that_is_named_when_it_ends_is_closed(amina, bo, programme) -> None:
    proposal = accepted(amina, bo, programme)
    services.on_pair_ended(pair_id=proposal.id, programme_id=programme.id)
    assert state(proposal) == MADE
    services.on_pair_ended(pair_id=proposal.id, programme_id=programme.id, proposal_id=proposal.id)
    assert state(proposal) == CLOSED


def test_long_after_closing_a_proposal_names_nobody(amina, bo, proposal, programme) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=False)
    with travelled(timedelta(days=programme.answer_days + 29)):
        assert services.forget_closed() == 0
    with travelled(timedelta(days=programme.answer_days + 31)):
        assert services.forget_closed() == 1
        assert services.forget_closed() == 0
    proposal.refresh_from_db()
    assert (proposal.people, proposal.enrolments, proposal.reasons) == ([], [], {})
