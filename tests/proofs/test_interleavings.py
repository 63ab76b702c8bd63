"""Proof 6: an acceptance and a withdrawal at the same moment, and every couple of actions like them.

What is proved: however the statements of two (or three) actions are interleaved on real connections, there
is never a pair with somebody who left or withdrew, never one partner too many, never an open proposal with
somebody who is gone, and nobody is shown an error of the database (see `truths.py`).

How: `stage.py` stops each action before every SQL statement and every commit and lets a plan decide who goes
on; `photo.py` puts the database back; `scenes.py` has the couples. `./dev test` plays a sample of plans.
`./dev attack interleavings` plays every plan with up to two changes of hands (an even choice of 1,500 where
there are more) and 600 by dice, at least a thousand for each couple; three actions play a thousand by dice.
With the locks taken off the same stage finds the double acceptance, so it would see one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest

from bothways.enrol import access as enrol_access
from bothways.match import services as match
from bothways.people.leaving import finish_leaving
from tests.proofs import passes, scenes, scenes_gathering, truths
from tests.proofs.photo import Photo
from tests.proofs.scenes import Scene
from tests.proofs.stage import Call, Plan, Stage, dice, up_to_two_switches

pytestmark = pytest.mark.django_db(transaction=True)
# Plans of a couple in `./dev test`.
FEW = 6
# In `./dev attack`: by dice, and all with up to two changes of hands, or so many of them when there are more.
BY_DICE, SWITCHED = 600, 1500
MANY = 1000
SCENES = [*scenes.TWO, *passes.TWO, *scenes.THREE, *passes.THREE, *scenes_gathering.ALL]


class Found(list[str]):
    """What did not hold in some runs, and how many runs there were."""

    runs = 0
    waits = 0


def played(scene: Scene, plans: Callable[[list[int]], Iterable[Plan]]) -> Found:
    """Play a scene by many plans, each from the same photograph, and look at the truths after each."""
    calls = scene(scenes.world())
    found = Found()
    with Photo() as photo, Stage(len(calls)) as stage:
        alone = _lengths(stage, photo, calls)
        for plan in plans(alone):
            photo.put_back()
            with scenes.one_clock():
                run = stage.play(plan, calls)
                # The job of every minute: it may be needed, and it must do no harm.
                scenes.by_a_job(finish_leaving)()
                wrong = [*truths.untold(run.results), *run.faults, *truths.broken()]
            found.runs += 1
            found.waits += run.waits
            found += [f"{scene.__name__} {plan}: {what}" for what in wrong]
    return found


def _lengths(stage: Stage, photo: Photo, calls: list[Call]) -> list[int]:
    """How many statements each action takes when nobody is in its way."""
    lengths = []
    for number in range(len(calls)):
        photo.put_back()
        with scenes.one_clock():
            idle = [lambda: None] * len(calls)
            idle[number] = calls[number]
            lengths.append(stage.play(Plan(number), idle).steps[number])
    return lengths


def sample(lengths: list[int]) -> list[Plan]:
    """A few plans: half by dice, half with one or two changes of hands."""
    chance = random.Random(sum(lengths))
    switched = list(up_to_two_switches(lengths[:2]))
    return [*dice(FEW // 2), *chance.sample(switched, FEW // 2)]


def all_of(lengths: list[int]) -> list[Plan]:
    """Everything with up to two changes of hands (an even choice of it when it is very much), and dice."""
    if len(lengths) > 2:
        return dice(MANY)
    switched = list(up_to_two_switches(lengths))
    if len(switched) > SWITCHED:
        switched = random.Random(len(switched)).sample(switched, SWITCHED)
    return [*switched, *dice(max(BY_DICE, MANY - len(switched)))]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_few_ways_to_interleave(scene) -> None:
    found = played(scene, sample)
    assert found == []
    assert found.runs == FEW


@pytest.mark.attack
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_interleavings(scene) -> None:
    found = played(scene, all_of)
    print(f"{scene.__name__}: {found.runs} runs, {found.waits} waits for a lock")
    assert found == []
    assert found.runs >= MANY


def many_dice(_lengths: list[int]) -> list[Plan]:
    return dice(40)


def test_without_the_lock_both_yeses_are_lost(monkeypatch) -> None:
    monkeypatch.setattr(match, "lock", lambda rows, **_: rows)
    found = played(scenes.accept_accept, many_dice)
    assert any("both said yes, and nothing came of it" in what for what in found)


def test_without_the_lock_one_place_is_taken_twice(monkeypatch) -> None:
    """The database refuses the second one, and so one of the two would see an error page."""
    monkeypatch.setattr(enrol_access, "lock", lambda rows: rows)
    found = played(scenes.accept_accept_one_place, many_dice)
    assert any("IntegrityError" in what for what in found)
