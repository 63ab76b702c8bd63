"""What I can read about myself, and what is left when I leave."""

from __future__ import annotations

import pytest

from bothways.core.registry import api as registry
from bothways.enrol.tests.factory import enrolled
from bothways.match import glass_box
from bothways.match.models import Answer, LeftOver, NotAgain, Proposal
from bothways.match.services import answer
from bothways.match.tests.factory import a_round, accepted
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def rows(who, key: str) -> list[dict]:
    (found,) = (section for section in registry.everything(who) if section.key == key)
    return found.rows


def test_i_read_my_proposals_and_my_own_answer_only(amina, bo, proposal) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    (mine,), (theirs,) = rows(amina.who, "proposals"), rows(bo.who, "proposals")
    assert (mine["answer"], theirs["answer"]) == ("", "yes")
    assert mine["reasons"] == theirs["reasons"] != ""
    assert mine["state"] == theirs["state"] == "open"


def test_after_a_no_both_read_the_same(amina, bo, proposal) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    answer(amina.who, proposal_id=proposal.id, yes=False)
    assert rows(amina.who, "proposals") == rows(bo.who, "proposals")
    assert rows(bo.who, "proposals")[0]["state"] == "closed"
    assert rows(bo.who, "proposals")[0]["reasons"] == ""


def test_a_proposal_that_the_database_closed_has_no_reasons_either(bo, proposal) -> None:
    Proposal.objects.filter(id=proposal.id).update(right=None)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reasons) == ("closed", {})


def test_i_read_why_i_am_left_over(amina, dara, programme) -> None:
    enrolled(amina, programme)
    a_round(programme)
    assert rows(amina.who, "left_over")[0]["reason"] == "There are too few people here yet."
    assert rows(dara.who, "left_over") == []


def test_who_leaves_is_in_no_row_of_this_room(amina, bo, chen, programme) -> None:
    enrolled(chen, programme, side=1)
    a_round(programme)
    enrolled(amina, programme)
    a_round(programme)
    answer(amina.who, proposal_id=Proposal.objects.get().id, yes=False)
    made = accepted(amina, bo, programme)
    people.leave(amina.who)
    for model in (Proposal, Answer, NotAgain, LeftOver):
        for row in model.objects.values():
            assert amina.id not in row.values()
    made.refresh_from_db()
    assert (made.state, made.left_id, made.left_person) == ("closed", None, None)
    assert made.right_person == bo.id


def test_erasing_twice_is_once(amina, proposal) -> None:
    for _ in range(2):
        glass_box.erase(amina.id)
    proposal.refresh_from_db()
    assert proposal.state == "closed"
