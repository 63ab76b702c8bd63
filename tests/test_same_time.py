"""Time tells a seeker nothing: the two kinds of question are asked in turn, many times, and compared.

The test is a permutation test of the difference of the medians. It is strict: noise alone fails one run in
ten thousand for each pair of kinds.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import numpy as np
import pytest
from django.core.cache import cache
from django.test import Client

from bothways.people.tests.steps import ask_for_code, ask_to_join, join, visitor
from tests.every_state import World
from tests.test_same_look import UUID
from tests.undone import undone

pytestmark = [pytest.mark.django_db, pytest.mark.attack]

ROUNDS = 300
SHUFFLES = 20_000
LEVEL = 1e-4
# A difference of medians smaller than this part of them is lost in any network, whatever the statistics say.
LOST = 0.01


def seconds(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def in_turn(one: Callable[[], object], other: Callable[[], object], rounds: int) -> np.ndarray:
    """Seconds of both, asked in turn and in changing order: (rounds, 2)."""
    found = np.empty((rounds, 2))
    for number in range(rounds):
        for column in (0, 1) if number % 2 else (1, 0):
            found[number, column] = seconds((one, other)[column])
    return found


def chance_of(found: np.ndarray) -> tuple[float, float]:
    """How often shuffling gives medians as far apart as they are, and how far that is, as a part of them."""
    random = np.random.default_rng(20_261)
    medians = np.median(found, axis=0)
    seen = abs(medians[0] - medians[1])
    count = 0
    for _ in range(SHUFFLES):
        swap = random.integers(0, 2, len(found)).astype(bool)
        mixed = np.where(swap[:, None], found[:, ::-1], found)
        one, other = np.median(mixed, axis=0)
        count += abs(one - other) >= seen
    return (count + 1) / (SHUFFLES + 1), float(seen / medians.min())


def check(what: str, one: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS) -> None:
    in_turn(one, other, 10)
    chance, part = chance_of(in_turn(one, other, rounds))
    print(f"{what}: medians differ by {part:.2%}, by chance in {chance:.4f}")
    assert chance > LEVEL or part < LOST, what


def test_the_statistics_see_a_difference_and_no_difference() -> None:
    random = np.random.default_rng(7)
    # A quarter up and down, as answers of one process spread.
    same = random.gamma(16.0, 4e-4, (ROUNDS, 2))
    assert chance_of(same)[0] > 0.01
    assert chance_of(same * np.array([1.0, 1.15]))[0] <= 0.01


THINGS = {
    "pair": ("/pairs/{pair_id}/", "pair", "live"),
    "proposal": ("/proposals/{proposal_id}/", "proposal", "open"),
    "meeting": ("/meetings/{meeting_id}/", "meeting", "planned"),
    "request": ("/requests/{request_id}/", "request", "open"),
    "letter": ("/requests/{request_id}/", "letter", "open"),
}


@pytest.mark.parametrize("who", ["dara", "gul", "jun", "hana"])
@pytest.mark.parametrize("kind", sorted(THINGS))
def test_the_time_of_an_address_tells_nothing(kind: str, who: str, every_state: World, settings) -> None:
    """For a stranger, somebody near, somebody who was a partner once, and staff of another programme."""
    settings.EVEN_SECONDS = 0.25
    pattern, thing, state = THINGS[kind]
    real = pattern.format(**every_state.thing(thing, state).args)
    client = every_state.client(who)
    check(f"{kind}, {who}", lambda: client.get(real), lambda: client.get(UUID.sub(str(uuid.uuid4()), real)))


@pytest.mark.parametrize("begin", [ask_for_code, ask_to_join])
def test_the_time_of_sign_in_tells_nothing(begin, settings, capsys) -> None:
    settings.EVEN_SECONDS = 0.25
    join(visitor(), "known@example.org")

    def ask(address: Callable[[], str]) -> Callable[[], object]:
        def once() -> None:
            with undone():
                cache.clear()
                assert begin(Client(), address()).status_code == 302

        return once

    known = ask(lambda: "known@example.org")
    check(begin.__name__, known, ask(lambda: f"{uuid.uuid4().hex[:5]}@example.org"), rounds=60)
