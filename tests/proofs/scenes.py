"""The races: for each a world up to the moment, and what two or three people then do at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.test import override_settings

from bothways.core.clock import api as clock
from bothways.core.walls import api as walls
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import parts, rounds
from bothways.match import services as match
from bothways.match.models import Proposal, Round
from bothways.match.running import run_round
from bothways.match.tests.factory import a_round, proposed
from bothways.pair import services as pairs
from bothways.pair.models import Pair
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme
from tests.cast import Someone, someone
from tests.proofs.stage import Call


@dataclass
class World:
    """Amina is on side 0; Bo and Chen are on side 1; Eli coordinates two programmes."""

    amina: Someone
    bo: Someone
    chen: Someone
    eli: Someone
    one: Programme
    two: Programme


def world() -> World:
    amina, bo, chen, eli = (someone(name) for name in ("Amina", "Bo", "Chen", "Eli"))
    one, two = a_programme(eli), a_programme(eli, slug="hill-side", name="Hill Side")
    for programme in (one, two):
        programme.sides.update(max_capacity=2)
    return World(amina, bo, chen, eli, one, two)


# --- What people do, each as the database knows them --------------------------


def by(person: Someone, act: Call) -> Call:
    """As a page does it: inside the database as this person."""

    def inside() -> object:
        with walls.inside(person.who.token):
            return act()

    return inside


def by_a_job(work: Call) -> Call:
    def working() -> object:
        with walls.working():
            return work()

    return working


def proposal(a: Someone, b: Someone, programme: Programme) -> Proposal:
    both = {a.id, b.id}
    open_ones = Proposal.objects.filter(programme_id=programme.pk, state=Proposal.State.OPEN)
    return next(one for one in open_ones if set(one.people) == both)


def mine(person: Someone, programme: Programme) -> Enrolment:
    return Enrolment.objects.get(person_id=person.id, programme=programme)


def answers(person: Someone, one: Proposal, *, yes: bool = True) -> Call:
    return by(person, lambda: match.answer(person.who, proposal_id=one.pk, yes=yes).state)


def withdraws(person: Someone, programme: Programme) -> Call:
    pk = mine(person, programme).pk
    return by(person, lambda: enrol.withdraw(person.who, enrolment_id=pk))


def leaves(person: Someone) -> Call:
    return by(person, lambda: people.leave(person.who))


def pauses(person: Someone, programme: Programme) -> Call:
    pk = mine(person, programme).pk
    return by(person, lambda: enrol.pause(person.who, enrolment_id=pk).state)


def takes_consent_back(person: Someone, programme: Programme) -> Call:
    pk = mine(person, programme).pk
    return by(person, lambda: enrol.consent(person.who, enrolment_id=pk, answers={"match": False}))


def wants_fewer(person: Someone, programme: Programme) -> Call:
    pk = mine(person, programme).pk
    return by(person, lambda: enrol.save(person.who, enrolment_id=pk, capacity=1).capacity)


def ends(person: Someone, pair: Pair) -> Call:
    return by(person, lambda: pairs.end(person.who, pair_id=pair.pk))


def time_passes(job: Call) -> Call:
    """Eight days go by, for everybody, and a job runs."""

    def later() -> object:
        clock._offset += timedelta(days=8)
        return by_a_job(job)()

    return later


def a_round_runs(programme: Programme) -> Call:
    return by_a_job(lambda: a_round(programme).state)


@contextmanager
def one_clock() -> Iterator[None]:
    """What a run does to the clock ends with it."""
    before = clock._offset
    try:
        yield
    finally:
        clock._offset = before


# --- Up to the moment --------------------------------------------------------


def half_accepted(w: World) -> Proposal:
    """A proposal to Amina and Bo; she has said yes."""
    one = proposed(w.amina, w.bo, w.one)
    match.answer(w.amina.who, proposal_id=one.pk, yes=True)
    return one


def one_place(w: World) -> tuple[Proposal, Proposal]:
    """Amina said yes to Bo and to Chen, and then wished for one partner only."""
    enrolled(w.amina, w.one, capacity=2)
    enrolled(w.bo, w.one, side=1)
    enrolled(w.chen, w.one, side=1)
    a_round(w.one)
    both = proposal(w.amina, w.bo, w.one), proposal(w.amina, w.chen, w.one)
    for each in both:
        match.answer(w.amina.who, proposal_id=each.pk, yes=True)
    wants_fewer(w.amina, w.one)()
    return both


def a_pair_and_a_proposal(w: World) -> tuple[Pair, Proposal]:
    """Amina and Bo are a pair; she has said yes to Chen too."""
    enrolled(w.amina, w.one, capacity=2)
    pair = a_pair(w.amina, w.bo, w.one)
    one = proposed(w.amina, w.chen, w.one)
    match.answer(w.amina.who, proposal_id=one.pk, yes=True)
    return pair, one


def crossed(w: World) -> None:
    """Amina and Bo are enrolled in both programmes, and the ids of their enrolments run opposite ways."""
    for programme in (w.one, w.two):
        enrolled(w.amina, programme)
        enrolled(w.bo, programme, side=1)
    while (mine(w.amina, w.one).pk < mine(w.amina, w.two).pk) == (
        mine(w.bo, w.one).pk < mine(w.bo, w.two).pk
    ):
        withdraws(w.bo, w.two)()
        enrolled(w.bo, w.two, side=1)


# --- The scenes --------------------------------------------------------------


def accept_accept(w: World) -> list[Call]:
    one = proposed(w.amina, w.bo, w.one)
    return [answers(w.amina, one), answers(w.bo, one)]


def accept_accept_one_place(w: World) -> list[Call]:
    to_bo, to_chen = one_place(w)
    return [answers(w.bo, to_bo), answers(w.chen, to_chen)]


def accept_withdraw(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), withdraws(w.amina, w.one)]


def accept_withdraw_myself(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), withdraws(w.bo, w.one)]


def accept_leave(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), leaves(w.amina)]


def accept_leave_myself(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), leaves(w.bo)]


def accept_decline(w: World) -> list[Call]:
    one = half_accepted(w)
    return [answers(w.bo, one), answers(w.amina, one, yes=False)]


def accept_pause(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), pauses(w.amina, w.one)]


def accept_consent(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), takes_consent_back(w.amina, w.one)]


def accept_expire(w: World) -> list[Call]:
    return [answers(w.bo, half_accepted(w)), time_passes(match.close_expired)]


def accept_fewer(w: World) -> list[Call]:
    _pair, one = a_pair_and_a_proposal(w)
    return [answers(w.chen, one), wants_fewer(w.amina, w.one)]


def accept_end(w: World) -> list[Call]:
    pair, one = a_pair_and_a_proposal(w)
    return [answers(w.chen, one), ends(w.bo, pair)]


def end_end(w: World) -> list[Call]:
    pair = a_pair(w.amina, w.bo, w.one)
    return [ends(w.amina, pair), ends(w.bo, pair)]


def end_leave(w: World) -> list[Call]:
    pair = a_pair(w.amina, w.bo, w.one)
    return [ends(w.amina, pair), leaves(w.bo)]


def leave_leave_proposals(w: World) -> list[Call]:
    """Proposals between the two in both programmes."""
    crossed(w)
    a_round(w.one)
    a_round(w.two)
    return [leaves(w.amina), leaves(w.bo)]


def leave_leave_pairs(w: World) -> list[Call]:
    """Pairs of the two in both programmes."""
    crossed(w)
    a_pair(w.amina, w.bo, w.one)
    a_pair(w.amina, w.bo, w.two)
    return [leaves(w.amina), leaves(w.bo)]


def leave_leave_mixed(w: World) -> list[Call]:
    """A pair of the two in one programme and a proposal in the other."""
    crossed(w)
    a_pair(w.amina, w.bo, w.one)
    a_round(w.two)
    return [leaves(w.amina), leaves(w.bo)]


def withdraw_leave(w: World) -> list[Call]:
    crossed(w)
    a_pair(w.amina, w.bo, w.two)
    a_round(w.one)
    return [withdraws(w.amina, w.one), leaves(w.bo)]


def round_withdraw(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    enrolled(w.bo, w.one, side=1)
    return [a_round_runs(w.one), withdraws(w.bo, w.one)]


def round_leave(w: World) -> list[Call]:
    """The one who leaves has a pair in the other programme."""
    enrolled(w.chen, w.one, side=1)
    enrolled(w.amina, w.one)
    a_pair(w.amina, w.chen, w.two)
    return [a_round_runs(w.one), leaves(w.amina)]


def round_accept(w: World) -> list[Call]:
    enrolled(w.amina, w.one, capacity=2)
    one = half_accepted(w)
    enrolled(w.chen, w.one, side=1)
    return [a_round_runs(w.one), answers(w.bo, one)]


def does(one: Round) -> Call:
    return by_a_job(lambda: run_round(one.pk).state)


def stops(person: Someone, one: Round) -> Call:
    return by(person, lambda: rounds.stop_round(person.who, round_id=one.pk).state)


def round_stop(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    enrolled(w.bo, w.one, side=1)
    asked = rounds.ask(w.one.pk)
    return [does(asked), stops(w.eli, asked)]


def look_decline(w: World) -> list[Call]:
    """Chen is free; while it is looked between rounds, Bo says no to Amina."""
    enrolled(w.amina, w.one, capacity=2)
    one = half_accepted(w)
    enrolled(w.chen, w.one, side=1)
    return [does(rounds.ask(w.one.pk, kind=Round.Kind.BETWEEN)), answers(w.bo, one, yes=False)]


def in_parts(w: World) -> Round:
    """A round that waits for its parts to be listed."""
    enrolled(w.amina, w.one)
    enrolled(w.bo, w.one, side=1)
    asked = rounds.ask(w.one.pk)
    with override_settings(ROUND_IN_PARTS_FROM=1):
        run_round(asked.pk)
    return asked


def parts_stop(w: World) -> list[Call]:
    asked = in_parts(w)
    return [by_a_job(lambda: parts.list_some(asked.pk)), stops(w.eli, asked)]


def parts_leave(w: World) -> list[Call]:
    asked = in_parts(w)

    def listed_and_done() -> object:
        parts.list_some(asked.pk)
        return run_round(asked.pk).state

    return [by_a_job(listed_and_done), leaves(w.amina)]


def accept_withdraw_expire(w: World) -> list[Call]:
    return [
        answers(w.bo, half_accepted(w)),
        withdraws(w.amina, w.one),
        time_passes(match.close_expired),
    ]


def accept_end_leave(w: World) -> list[Call]:
    pair, one = a_pair_and_a_proposal(w)
    return [answers(w.chen, one), ends(w.bo, pair), leaves(w.amina)]


def accept_accept_leave(w: World) -> list[Call]:
    to_bo, to_chen = one_place(w)
    return [answers(w.bo, to_bo), answers(w.chen, to_chen), leaves(w.amina)]


Scene = Callable[[World], list[Call]]
TWO: list[Scene] = [
    accept_accept,
    accept_accept_one_place,
    accept_withdraw,
    accept_withdraw_myself,
    accept_leave,
    accept_leave_myself,
    accept_decline,
    accept_pause,
    accept_consent,
    accept_expire,
    accept_fewer,
    accept_end,
    end_end,
    end_leave,
    leave_leave_proposals,
    leave_leave_pairs,
    leave_leave_mixed,
    withdraw_leave,
    round_withdraw,
    round_leave,
    round_accept,
    round_stop,
    look_decline,
    parts_stop,
    parts_leave,
]
THREE: list[Scene] = [accept_withdraw_expire, accept_end_leave, accept_accept_leave]
