"""A programme day by day: people come, wait, are proposed to each other, meet, part, come again, or give up.

What chance decides is drawn once for each person and each pair, before anything happens. So two ways of
choosing pairs meet the same people, who would answer in the same way.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from towns import synthetic, towns

from bothways.engine.api import feasible_pairs

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

DAYS: Final = 730
MEASURED: Final = (180, 545)  # spells of waiting that begin in this year count
PATIENCE: Final = 90  # days somebody waits on average before giving up
ANSWER: Final = 4  # days until both have answered
YES: Final = (0.6, 0.9, 500)  # proposals that two people accept: at score 0, at most, from this score on
TOGETHER: Final = 180  # days a pair lasts on average
AGAIN: Final = 0.6  # how many come back after a pair has ended
SPELLS: Final = 12  # more often nobody comes
HERE: Final = 1  # waiting; 0 is not yet there, busy or gone


class World(NamedTuple):
    """Everybody who will ever come, side by side, and every pair that is feasible among them by left.

    Persons are numbered through both sides: the right ones follow the left ones.
    """

    left: Int64
    right: Int64
    score: Int64
    start: Int64  # where the pairs of each left person begin
    by_right: Int64  # the pairs' numbers, by right person
    right_start: Int64
    sizes: tuple[int, int]
    arrival: Int64
    patience: Int64
    again: Bool
    yes: Bool
    lasts: Int64


def world(people: int, seed: int, patience: float = PATIENCE) -> World:
    """A programme to which `people` come within a year, half of them to each side."""
    rng = np.random.default_rng([seed, people])
    where = towns(people, rng, number=max(people // 1000, 1))
    arrivals = [np.repeat(np.arange(DAYS), rng.poisson(people / 730, DAYS)) for _ in range(2)]
    offers, wishes = (synthetic(len(days), where, rng, capacity=1)[0] for days in arrivals)
    pairs = feasible_pairs(offers, wishes)
    left, right = pairs.left.astype(np.int64), len(offers) + pairs.right.astype(np.int64)
    total = len(offers) + len(wishes)
    by_right = np.argsort(right, kind="stable")
    least, most, enough = YES
    likely = least + (most - least) * np.minimum(pairs.score / enough, 1)
    return World(
        left,
        right,
        pairs.score.astype(np.int64),
        np.searchsorted(left, np.arange(len(offers) + 1)),
        by_right,
        np.searchsorted(right[by_right], np.arange(len(offers), total + 1)),
        (len(offers), len(wishes)),
        np.concatenate(arrivals),
        np.ceil(rng.exponential(patience, (total, SPELLS))).astype(np.int64),
        rng.random((total, SPELLS)) < AGAIN,
        rng.random(len(left)) < likely,
        np.ceil(rng.exponential(TOGETHER, len(left))).astype(np.int64),
    )


# Given the pairs' numbers that are possible today and everybody's days of waiting: the numbers to propose.
Choose = Callable[[World, Int64, Int64], Int64]


class Plan(NamedTuple):
    """A round every `every` days (0: none) by `choose`; `at_once`: whoever comes gets the best there is."""

    every: int
    choose: Choose | None
    at_once: bool = False


class Outcome(NamedTuple):
    spells: int
    found: int
    waited: Int64  # days, of those who found a partner
    score: Float64
    rounds: int


class Replay:
    """One programme under one plan."""

    def __init__(self, given: World, plan: Plan) -> None:
        total = sum(given.sizes)
        self.world, self.plan = given, plan
        self.state = np.zeros(total, np.int8)
        self.spell = np.zeros(total, np.int64)
        self.since = np.zeros(total, np.int64)
        self.tried = np.zeros(len(given.left), np.bool_)
        self.answers: dict[int, list[int]] = defaultdict(list)
        self.ends: dict[int, list[int]] = defaultdict(list)
        self.begun: list[int] = []
        self.found: list[tuple[int, int]] = []  # (day the spell began, days waited)
        self.scores: list[int] = []
        self.rounds = 0

    def run(self) -> Outcome:
        order = np.argsort(self.world.arrival, kind="stable")
        first = np.searchsorted(self.world.arrival[order], np.arange(DAYS + 1))
        for day in range(DAYS):
            back = self.settle(day)
            came = np.concatenate([order[first[day] : first[day + 1]], np.array(back, np.int64)])
            self.welcome(came.astype(np.int64), day)
            if self.plan.at_once:
                for person in came.tolist():
                    self.fit_in(person, day)
            if self.plan.every and day % self.plan.every == 0:
                self.round(day)
        begun = np.array(self.begun)
        found = np.array(self.found, np.int64).reshape(-1, 2)
        counted = (found[:, 0] >= MEASURED[0]) & (found[:, 0] < MEASURED[1])
        spells = int(((begun >= MEASURED[0]) & (begun < MEASURED[1])).sum())
        return Outcome(spells, int(counted.sum()), found[counted, 1], np.array(self.scores), self.rounds)

    def settle(self, day: int) -> list[int]:
        """Answers that are due, pairs that end, people who give up; who comes back today."""
        for k in self.answers.pop(day, []):
            both = [int(self.world.left[k]), int(self.world.right[k])]
            if self.world.yes[k]:
                self.found += [(int(self.since[who]), int(day - self.since[who])) for who in both]
                if MEASURED[0] <= day < MEASURED[1]:
                    self.scores.append(int(self.world.score[k]))
                self.ends[day + int(self.world.lasts[k])].append(k)
            else:
                self.state[both] = HERE  # and the wait goes on
        back = []
        for k in self.ends.pop(day, []):
            for who in (int(self.world.left[k]), int(self.world.right[k])):
                spell = int(self.spell[who])
                if spell + 1 < SPELLS and self.world.again[who, spell]:
                    self.spell[who] = spell + 1
                    back.append(who)
        here = np.flatnonzero(self.state == HERE)
        tired = self.since[here] + self.world.patience[here, self.spell[here]] <= day
        self.state[here[tired]] = 0
        return back

    def welcome(self, came: Int64, day: int) -> None:
        self.state[came] = HERE
        self.since[came] = day
        self.begun += [day] * len(came)

    def fit_in(self, person: int, day: int) -> None:
        if self.state[person] != HERE:
            return
        w, lefts = self.world, self.world.sizes[0]
        if person < lefts:
            mine = np.arange(w.start[person], w.start[person + 1])
            free = self.state[w.right[mine]] == HERE
        else:
            mine = w.by_right[w.right_start[person - lefts] : w.right_start[person - lefts + 1]]
            free = self.state[w.left[mine]] == HERE
        mine = mine[free & ~self.tried[mine]]
        if len(mine):
            self.propose(mine[[np.argmax(w.score[mine])]], day)

    def round(self, day: int) -> None:
        self.rounds += 1
        w = self.world
        lefts = np.flatnonzero(self.state[: w.sizes[0]] == HERE)
        length = w.start[lefts + 1] - w.start[lefts]
        shift = np.repeat(w.start[lefts] - (np.cumsum(length) - length), length)
        possible = np.arange(len(shift)) + shift
        possible = possible[(self.state[w.right[possible]] == HERE) & ~self.tried[possible]]
        if len(possible) and self.plan.choose:
            self.propose(self.plan.choose(w, possible, day - self.since), day)

    def propose(self, chosen: Int64, day: int) -> None:
        both = np.concatenate([self.world.left[chosen], self.world.right[chosen]])
        if len(np.unique(both)) < len(both) or (self.state[both] != HERE).any() or self.tried[chosen].any():
            raise RuntimeError("somebody who is not free was proposed")
        self.tried[chosen] = True
        self.state[both] = 0
        self.answers[day + ANSWER] += chosen.tolist()
