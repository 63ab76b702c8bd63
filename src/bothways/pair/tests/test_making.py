"""Two yeses make a pair, and nothing else does."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404

from bothways.core.clock.api import now
from bothways.core.events.models import Event
from bothways.core.outbox.models import Notice
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import services as match
from bothways.match.models import Proposal
from bothways.match.tests.factory import proposed
from bothways.pair import api, selectors
from bothways.pair.models import Half, Pair
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def test_two_yeses_make_a_pair_with_both_names_open(amina, bo, programme, pair) -> None:
    assert {half.person_id for half in pair.halves.all()} == {amina.id, bo.id}
    assert pair.state == "live" and pair.programme_id == programme.pk
    assert api.partner_name(amina.who, pair) == "Bo"
    assert api.partner_name(bo.who, pair) == "Amina"
    assert api.partner_id(pair, amina.id) == bo.id
    assert set(Enrolment.objects.values_list("partners", flat=True)) == {1}


def test_one_yes_makes_nothing(amina, bo, programme) -> None:
    proposal = proposed(amina, bo, programme)
    match.answer(amina.who, proposal_id=proposal.id, yes=True)
    match.answer(amina.who, proposal_id=proposal.id, yes=True)
    assert not Pair.objects.exists()
    assert people.names_for(amina.who, [bo.id]) == {}


def test_the_second_yes_twice_makes_one_pair(amina, bo, pair) -> None:
    match.answer(bo.who, proposal_id=pair.proposal_id, yes=True)
    assert Pair.objects.count() == 1


def test_it_leaves_one_event_without_people_and_one_for_each(amina, bo, pair) -> None:
    made = Event.objects.get(kind="pair.made")
    assert (made.object_id, made.programme_id, made.person_id) == (pair.id, pair.programme_id, None)
    joined = Event.objects.filter(kind="pair.joined", object_id=pair.id)
    assert set(joined.values_list("person_id", flat=True)) == {amina.id, bo.id}


def test_both_are_told_once(amina, bo, pair) -> None:
    told = Notice.objects.filter(kind="pair.made")
    assert set(told.values_list("person_id", "path")) == {(p.id, f"/pairs/{pair.id}/") for p in (amina, bo)}


def test_who_said_no_to_notices_gets_none(amina, bo, programme) -> None:
    from bothways.enrol import services as enrol

    enrolment = enrolled(amina, programme)
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"notices": False})
    from bothways.pair.tests.factory import a_pair

    a_pair(amina, bo, programme)
    assert set(Notice.objects.filter(kind="pair.made").values_list("person_id", flat=True)) == {bo.id}


def test_nobody_else_finds_it(chen, dara, eli, pair, programme) -> None:
    enrolled(chen, programme)
    for other in (chen, dara, eli):
        with pytest.raises(Http404):
            api.open_pair(other.who, pair.id)
        assert api.pairs_of(other.who) == []


def refused_by_the_database(write) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_pair_without_both_yeses(amina, bo, programme) -> None:
    proposal = proposed(amina, bo, programme)

    def make() -> None:
        Pair.objects.create(programme_id=programme.pk, proposal=proposal, made_at=now())

    refused_by_the_database(make)
    match.answer(bo.who, proposal_id=proposal.id, yes=True)
    refused_by_the_database(make)


def halves_of(pair: Pair, proposal: Proposal) -> list[Half]:
    return [
        Half(pair=pair, number=0, person_id=proposal.left_person, enrolment_id=proposal.left_id),
        Half(pair=pair, number=1, person_id=proposal.right_person, enrolment_id=proposal.right_id),
    ]


def test_the_database_refuses_other_halves_than_the_two_people(chen, pair) -> None:
    """The same rows that `make` writes, once with one half, once with another person, once the other way."""
    proposal = pair.proposal

    def rewrite(change) -> None:
        Half.objects.filter(pair=pair).delete()
        Pair.objects.filter(id=pair.id).delete()
        again = Pair.objects.create(programme_id=pair.programme_id, proposal=proposal, made_at=now())
        Half.objects.bulk_create(change(halves_of(again, proposal)))

    def someone_else(halves: list[Half]) -> list[Half]:
        halves[1].person_id = chen.id
        return halves

    def swapped(halves: list[Half]) -> list[Half]:
        halves[0].number, halves[1].number = 1, 0
        return halves

    refused_by_the_database(lambda: rewrite(someone_else))
    refused_by_the_database(lambda: rewrite(swapped))
    refused_by_the_database(lambda: rewrite(lambda halves: halves[:1]))
    refused_by_the_database(lambda: Half.objects.filter(pair=pair, number=0).update(person_id=chen.id))
    rewrite(lambda halves: halves)


def test_the_database_keeps_an_ended_pair_ended(amina, pair) -> None:
    api.end(amina.who, pair_id=pair.id)
    ended = Pair.objects.filter(id=pair.id)
    refused_by_the_database(lambda: ended.update(state="live", ended_at=None))
    refused_by_the_database(lambda: ended.update(ended_at=now()))
    refused_by_the_database(lambda: ended.update(proposal_id=uuid.uuid4()))


def test_pairs_that_stand_come_first(amina, bo, chen, programme, pair) -> None:
    from bothways.enrol import services as enrol
    from bothways.pair.tests.factory import a_pair

    mine = Enrolment.objects.get(person_id=amina.id)
    api.end(bo.who, pair_id=pair.id)
    second = a_pair(amina, chen, programme)
    assert [one.id for one in api.pairs_of(amina.who)] == [second.id, pair.id]
    assert selectors.partner_name(amina.who, pair) == "your partner"
    assert enrol.Enrolment.objects.get(pk=mine.pk).partners == 1
