"""Two people at the same moment, on real connections: each race with the lock, and what it does without.

One of the two is late: it stops at a place in the middle of its transaction, until the other one is
through or is seen to wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import IntegrityError, connections
from tests.cast import Someone

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.registry.api import _handlers
from bothways.enrol import access as enrol_access
from bothways.enrol import places
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import rounds, running, services, writing
from bothways.match.models import Answer, NotAgain, Proposal, Round
from bothways.match.running import run_round
from bothways.match.services import answer
from bothways.match.tests.factory import a_round
from bothways.people import api as people
from bothways.programme.models import Programme

pytestmark = pytest.mark.django_db(transaction=True)
OPEN, MADE, CLOSED = Proposal.State.OPEN, Proposal.State.MADE, Proposal.State.CLOSED
# How long the late one waits for the other, which with the lock on waits for the late one.
A_WHILE = 0.6
Call = Callable[[], object]


class Race:
    """Runs `late` and `early` in two threads; `late` stops at `stop_at`, `early` starts there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.reached, self.through = threading.Event(), threading.Event()
        self.outcome: dict[str, Any] = {}

    def stop_at(self, room: ModuleType, name: str) -> None:
        """The late one stops after its first call of this function."""
        real = getattr(room, name)

        def stopping(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            if threading.current_thread().name == "late" and not self.reached.is_set():
                self.reached.set()
                self.through.wait(A_WHILE)
            return result

        self.monkeypatch.setattr(room, name, stopping)

    def run(self, *, late: Call, early: Call) -> tuple[Any, Any]:
        """What the two returned or raised: (late, early)."""
        threads = [
            threading.Thread(target=self._do, args=("late", late), name="late"),
            threading.Thread(target=self._do, args=("early", early), name="early"),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        return self.outcome["late"], self.outcome["early"]

    def _do(self, name: str, call: Call) -> None:
        try:
            if name == "early":
                assert self.reached.wait(10)
            self.outcome[name] = call()
        except Exception as error:
            self.outcome[name] = error
        finally:
            if name == "early":
                self.through.set()
            connections.close_all()


@pytest.fixture
def race(monkeypatch) -> Race:
    return Race(monkeypatch)


@pytest.fixture
def without_lock(monkeypatch) -> None:
    for room in (services, running, writing):
        monkeypatch.setattr(room, "lock", lambda rows, **_: rows)


@pytest.fixture
def made(monkeypatch) -> list:
    """Every proposal that "proposal.accepted" was fired for. Nobody else listens."""
    heard: list = []
    monkeypatch.setitem(_handlers, "proposal.accepted", {"tests": lambda proposal: heard.append(proposal.id)})
    return heard


def says(someone: Someone, proposal: Proposal, yes: bool = True) -> Call:
    return lambda: answer(someone.who, proposal_id=proposal.id, yes=yes).state


def state(proposal: Proposal) -> str:
    return Proposal.objects.get(id=proposal.id).state


def partners(*people: Someone) -> list[int]:
    rows = dict(Enrolment.objects.values_list("person_id", "partners"))
    return [rows[person.id] for person in people]


def both_accept(race: Race, amina: Someone, bo: Someone, proposal: Proposal) -> tuple[Any, Any]:
    race.stop_at(services, "_both_say_yes")
    return race.run(late=says(amina, proposal), early=says(bo, proposal))


def test_both_accept_at_once(race, amina, bo, proposal, made) -> None:
    assert both_accept(race, amina, bo, proposal) == (OPEN, MADE)
    assert made == [proposal.id]
    assert partners(amina, bo) == [1, 1]


def test_without_the_lock_both_said_yes_and_there_is_no_pair(
    race, without_lock, amina, bo, proposal, made
) -> None:
    assert both_accept(race, amina, bo, proposal) == (OPEN, OPEN)
    assert Answer.objects.count() == 2
    assert made == []


def test_the_same_person_twice_at_once(race, amina, proposal, made) -> None:
    race.stop_at(services.Answer.objects, "get_or_create")
    assert race.run(late=says(amina, proposal), early=says(amina, proposal)) == (OPEN, OPEN)
    assert Answer.objects.count() == 1
    assert made == []


def accept_while_the_other_declines(race: Race, amina: Someone, bo: Someone, proposal: Proposal) -> Any:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "_check_my_side")
    return race.run(late=says(bo, proposal), early=says(amina, proposal, yes=False))


def test_accept_against_decline(race, amina, bo, proposal, made) -> None:
    late, early = accept_while_the_other_declines(race, amina, bo, proposal)
    assert late == MADE
    assert isinstance(early, Refused)
    assert (made, state(proposal), NotAgain.objects.count()) == ([proposal.id], MADE, 0)


def test_without_the_lock_accept_against_decline_is_a_fault(
    race, without_lock, amina, bo, proposal, made
) -> None:
    late, early = accept_while_the_other_declines(race, amina, bo, proposal)
    assert isinstance(late, IntegrityError)
    assert early == CLOSED


def decline_while_the_other_accepts(race: Race, amina: Someone, bo: Someone, proposal: Proposal) -> Any:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "_held")
    return race.run(late=says(amina, proposal, yes=False), early=says(bo, proposal))


def test_decline_against_accept(race, amina, bo, proposal, made) -> None:
    late, early = decline_while_the_other_accepts(race, amina, bo, proposal)
    assert late == CLOSED
    assert isinstance(early, Refused)
    assert (made, state(proposal), partners(amina, bo)) == ([], CLOSED, [0, 0])


def test_without_the_lock_a_pair_is_closed_behind_its_back(
    race, without_lock, amina, bo, proposal, made
) -> None:
    assert decline_while_the_other_accepts(race, amina, bo, proposal) == (CLOSED, MADE)
    assert (made, state(proposal), partners(amina, bo)) == ([proposal.id], CLOSED, [1, 1])


def goes(person: Someone, how: str) -> Call:
    if how == "leaves":
        return lambda: people.leave(person.who)
    mine = Enrolment.objects.get(person_id=person.id)
    return lambda: enrolments.withdraw(person.who, enrolment_id=mine.id)


@pytest.mark.parametrize("how", ["withdraws", "leaves"])
def test_going_against_accept(race, amina, bo, proposal, made, how) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "on_withdrawn")
    heard = _handlers["enrolment.withdrawn"] | {"match": lambda **about: services.on_withdrawn(**about)}
    race.monkeypatch.setitem(_handlers, "enrolment.withdrawn", heard)
    _, early = race.run(late=goes(amina, how), early=says(bo, proposal))
    assert isinstance(early, Refused)
    assert (made, state(proposal), partners(bo)) == ([], CLOSED, [0])
    assert not Answer.objects.exists()


@pytest.mark.parametrize("how", ["withdraws", "leaves"])
def test_accept_against_going(race, amina, bo, proposal, made, how) -> None:
    """The yes came first: the pair is made, and then it is for `pair` to end it."""
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "_check_my_side")
    late, early = race.run(late=says(bo, proposal), early=goes(amina, how))
    assert (late, early) == (MADE, None)
    assert made == [proposal.id]
    assert not Enrolment.objects.filter(person_id=amina.id).exists()


def test_without_the_lock_accept_against_going_is_a_fault(
    race, without_lock, amina, bo, proposal, made
) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "_check_my_side")
    late, _ = race.run(late=says(bo, proposal), early=goes(amina, "withdraws"))
    assert isinstance(late, IntegrityError)


def accept_while_it_expires(race: Race, amina: Someone, bo: Someone, proposal: Proposal) -> tuple[Any, Any]:
    answer(amina.who, proposal_id=proposal.id, yes=True)
    race.stop_at(services, "_check_my_side")

    def expire() -> int:
        with travelled(timedelta(days=8)):
            return services.close_expired()

    return race.run(late=says(bo, proposal), early=expire)


def test_accept_against_expiry(race, amina, bo, proposal, made) -> None:
    """A yes that was in time stands; the job passes by and does not wait."""
    assert accept_while_it_expires(race, amina, bo, proposal) == (MADE, 0)
    assert (made, state(proposal)) == ([proposal.id], MADE)


def test_without_the_lock_accept_against_expiry_is_a_fault(
    race, without_lock, amina, bo, proposal, made
) -> None:
    late, early = accept_while_it_expires(race, amina, bo, proposal)
    assert isinstance(late, IntegrityError)
    assert early == 1


@pytest.fixture
def one_place(amina, bo, chen, programme) -> dict[str, Proposal]:
    """Amina has said yes to Bo and to Chen, and has place for one."""
    programme.sides.filter(number=0).update(max_capacity=2)
    mine = enrolled(amina, programme, capacity=2)
    for person in (bo, chen):
        enrolled(person, programme, side=1)
    a_round(programme)
    found = {}
    for person in (bo, chen):
        found[person.name] = Proposal.objects.get(right_person=person.id)
        answer(amina.who, proposal_id=found[person.name].id, yes=True)
    enrolments.save(amina.who, enrolment_id=mine.id, capacity=1)
    return found


def test_one_place_and_two_acceptances(race, amina, bo, chen, one_place, made) -> None:
    race.stop_at(places, "_agreed")
    late, early = race.run(late=says(bo, one_place["Bo"]), early=says(chen, one_place["Chen"]))
    assert late == MADE
    assert isinstance(early, Refused)
    assert made == [one_place["Bo"].id]
    assert partners(amina, bo, chen) == [1, 1, 0]
    assert state(one_place["Chen"]) == CLOSED


def test_without_the_lock_the_database_still_counts_the_places(
    race, amina, bo, chen, one_place, made
) -> None:
    race.monkeypatch.setattr(enrol_access, "lock", lambda rows: rows)
    race.stop_at(places, "_agreed")
    late, early = race.run(late=says(bo, one_place["Bo"]), early=says(chen, one_place["Chen"]))
    assert isinstance(late, IntegrityError)
    assert early == MADE
    assert partners(amina, bo, chen) == [1, 0, 1]


def test_two_coordinators_start_one_round(race, eli, programme) -> None:
    race.stop_at(rounds, "_insert")
    late, early = race.run(
        late=lambda: rounds.start_round(eli.who, programme_id=programme.id).id,
        early=lambda: rounds.ask(programme.id).id,
    )
    assert late == early
    assert Round.objects.count() == 1


def a_round_while_somebody_withdraws(
    race: Race, amina: Someone, bo: Someone, programme: Programme
) -> tuple[Any, Any]:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    race.stop_at(writing, "_still_standing")
    return race.run(late=lambda: a_round(programme).state, early=goes(bo, "withdraws"))


def test_a_round_against_withdrawing(race, amina, bo, programme) -> None:
    assert a_round_while_somebody_withdraws(race, amina, bo, programme) == (Round.State.DONE, None)
    assert not Proposal.objects.filter(state=OPEN).exists()


def test_without_the_lock_the_round_fails(race, without_lock, amina, bo, programme) -> None:
    late, early = a_round_while_somebody_withdraws(race, amina, bo, programme)
    assert isinstance(late, IntegrityError)
    assert early is None
    assert Round.objects.get().state == Round.State.FAILED


def test_two_workers_do_one_round_once(race, amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = rounds.ask(programme.id)
    race.stop_at(running, "read")
    late, early = race.run(late=lambda: run_round(mine.id).state, early=lambda: run_round(mine.id).state)
    assert (late, early) == (Round.State.DONE, Round.State.RUNNING)
    assert Proposal.objects.count() == 1
