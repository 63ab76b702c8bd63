"""The engine's public names. Only `match` imports them; the engine itself knows no other room."""

from bothways.engine.best import best_of
from bothways.engine.candidates import count_pairs, feasible_pairs
from bothways.engine.everything import BestOfAll, Price, solve_all, verify_all
from bothways.engine.explain import (
    DISTANCE_BANDS_KM,
    HINTS,
    REASONS,
    LeftOver,
    PairReasons,
    explain_left_over,
    explain_pair,
)
from bothways.engine.pairs import Pairs
from bothways.engine.people import IN_PERSON, LETTER, PHONE, TIME_SLOTS, VIDEO, People, bits_of, language_bits
from bothways.engine.pricing import best_improving, improving_pairs
from bothways.engine.sieve import RADIUS_STEPS_KM
from bothways.engine.solve import Solution, solve
from bothways.engine.standing import Standing
from bothways.engine.tandem import TandemSolution, tandem
from bothways.engine.verify import NotOptimal, verify

__all__ = [
    "DISTANCE_BANDS_KM",
    "HINTS",
    "IN_PERSON",
    "LETTER",
    "PHONE",
    "RADIUS_STEPS_KM",
    "REASONS",
    "TIME_SLOTS",
    "VIDEO",
    "BestOfAll",
    "LeftOver",
    "NotOptimal",
    "PairReasons",
    "Pairs",
    "People",
    "Price",
    "Solution",
    "Standing",
    "TandemSolution",
    "best_improving",
    "best_of",
    "bits_of",
    "count_pairs",
    "explain_left_over",
    "explain_pair",
    "feasible_pairs",
    "improving_pairs",
    "language_bits",
    "solve",
    "solve_all",
    "tandem",
    "verify",
    "verify_all",
]
