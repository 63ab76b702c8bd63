"""The races of a round whose passes are shared: its job against a hand, and whoever stops it or leaves."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

from bothways.enrol.tests.factory import enrolled
from bothways.match import listing, parts, pricing
from bothways.match.models import Round
from bothways.match.running import run_round
from tests.cast import someone
from tests.proofs.scenes import World, by_a_job, in_parts, leaves, stops
from tests.proofs.stage import Call


def all_listed(w: World) -> Round:
    """A round that only needs to be solved: two people on each side, who all suit each other."""
    enrolled(someone("Dara"), w.one)
    enrolled(w.chen, w.one, side=1)
    asked = in_parts(w)
    with patch.object(listing, "MOST_PAIRS", 0):
        parts.list_some(asked.pk)
    return asked


def solves(one: Round) -> Call:
    """Its own job: each left person is a part, and it has little patience with hands."""

    def work() -> object:
        with (
            patch.object(listing, "MOST_PAIRS", 0),
            patch.multiple(pricing, ROWS=1, PAUSE=0.001, PATIENCE=0.002),
        ):
            return run_round(one.pk).state

    return by_a_job(work)


def helps(one: Round) -> Call:
    return by_a_job(lambda: pricing.price_some(one.pk))


def passes_hand(w: World) -> list[Call]:
    asked = all_listed(w)
    return [solves(asked), helps(asked)]


def passes_stop(w: World) -> list[Call]:
    asked = all_listed(w)
    return [solves(asked), stops(w.eli, asked)]


def passes_leave(w: World) -> list[Call]:
    asked = all_listed(w)
    return [solves(asked), leaves(w.amina)]


def passes_hand_leave(w: World) -> list[Call]:
    asked = all_listed(w)
    return [solves(asked), helps(asked), leaves(w.amina)]


TWO: list[Callable[[World], list[Call]]] = [passes_hand, passes_stop, passes_leave]
THREE: list[Callable[[World], list[Call]]] = [passes_hand_leave]
