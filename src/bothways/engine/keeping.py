"""A best flow in a network that changes: rows come and go, arrays grow, weights rise with what they weigh.

What `Standing` stands on. People are named by their places in memory here.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from bothways.engine.arrays import Bool, Int64
from bothways.engine.benches import loosen_all, sit_down, stand_up
from bothways.engine.changes import (
    OUT,
    empty_left,
    empty_right,
    fit,
    lessen,
    loosen_one,
    pairs_of_left,
    pairs_of_right,
    take_out,
    take_pairs_out,
)
from bothways.engine.growing import LEAST_PAIRS, Live, Side, Tree, lay_out
from bothways.engine.headroom import Spans
from bothways.engine.paths import settle
from bothways.engine.problem import Count, Problem
from bothways.engine.reach import Work, work
from bothways.engine.residual import NOBODY, Flow, Net, join_chains
from bothways.engine.rows import Row
from bothways.engine.solve import optimum, pair_order
from bothways.engine.weights import Weights, best_of_people, even_weights, longest_days, reweighed

NO_PEOPLE: Final[Int64] = np.empty(0, np.int64)
NO_PAIRS: Final = NO_PEOPLE


class Keeper:
    """The network, a flow in it, and all that is needed to keep the flow best."""

    net: Net
    flow: Flow
    weights: Weights
    work: Work
    _rooms: tuple[Int64, Int64]
    _firsts: tuple[Int64, Int64]
    _pairs: int  # how many places of the network's pairs are taken
    _loose: int  # how many pairs are out or in chains

    def __init__(self, given: Problem, count: Count) -> None:
        self.count: Count = count
        self.sides = side_of(given, 0), side_of(given, 1)
        self.tree = Tree(
            given.area_parent.copy(), given.area_capacity.copy(), np.zeros(given.areas, np.int64)
        )
        self.held_score, self.work = 0, work(0)
        area = given.left_area if given.areas else np.full(given.left_people, NOBODY, np.int64)
        best = int(self.sides[0].best.sum()), int(self.sides[1].best.sum())
        longest = longest_days(area, given.left_days, given.areas)
        self._spans = Spans(best, longest, int(given.right_days.max(initial=0)))
        self.weights = self._spans.weights()
        order = pair_order(given)
        flow = optimum(given, order, self.weights, even_weights(given))[1]
        used = np.zeros(len(given.left), np.bool_)
        used[np.flatnonzero(flow.used) if order is None else order[flow.used]] = True
        prices = flow.left_price, flow.right_price, flow.area_price
        self._lay_out(Live(given.left, given.right, given.score, used), area, prices)

    def add(self, hand: int, row: Row) -> int:
        """Fit a new person in; return their place."""
        self._outweigh(hand, row)
        self._make_room(hand, 1, len(row.partners))
        here, person = self.sides[hand], self.sides[hand].number
        here.number += 1
        self._write(hand, person, row)
        if hand == 0:
            self._enter(person, row.area)
        self._append(hand, person, row)
        self._fit(hand, person, NO_PEOPLE, NOBODY)
        return person

    def remove(self, hand: int, person: int) -> None:
        self._make_room(hand, 0, 0)
        here = self.sides[hand]
        around = self._empty(hand, person, True)
        partners = list(here.partners.get(person, ()))
        for other in partners:
            self._part(*((person, other) if hand == 0 else (other, person)))
        here.gone[person], here.days[person] = True, 0
        self._write_room(hand, person)
        around = np.concatenate([around, np.array(partners, np.int64)])
        self._fit_around(hand, NO_PEOPLE, around, self._area_of(hand, person))

    def alter(self, hand: int, person: int, row: Row, *, pairs_too: bool) -> None:
        """What `row` says holds from now on; with `pairs_too` its pairs are all that there are."""
        before = self._area_of(hand, person)
        self._outweigh(hand, row)
        self._make_room(hand, 0, len(row.partners))
        if hand == 0 and row.area != before:
            around = self._empty(hand, person, pairs_too)
            self._write(hand, person, row)
            self._move(person, row.area)
            self._append(hand, person, row)
            self._fit(hand, person, around, before)
            return
        gave, fresh = self._take_out_all_but(hand, person, row) if pairs_too else (NO_PEOPLE, row)
        self._write(hand, person, row)
        first = self._pairs
        self._append(hand, person, fresh)
        self._settle_changed(hand, person, gave, np.arange(first, self._pairs))

    def fix(self, k: int) -> None:
        """Pair k is held from now on; there is room for it."""
        left, right = int(self.net.left[k]), int(self.net.right[k])
        score, free = int(self.net.score[k]), bool(self.flow.used[k])
        lefts, rights = np.array([left], np.int64), np.array([right], np.int64)
        if not free:
            rights, lefts = self._empty(0, left, False), self._empty(1, right, False)
        take_out(self.net, self.flow, k)
        self._loose += 1
        self._join(left, right, score)
        new = (-1, -1) if free else (left, right)
        self._fit_two(new, lefts, rights, int(self.net.area[left]))

    def free(self, left: int, right: int, *, again: bool) -> None:
        """A held pair ends; `again`: it may be chosen again."""
        lefts, rights = np.array([left], np.int64), np.array([right], np.int64)
        if again:
            days, area = int(self.sides[0].days[left]), int(self.net.area[left])
            score = self.sides[0].partners[left][right]
            row = Row(0, days, area, np.array([right]), np.array([score]))
            self._outweigh(0, row)
            self._make_room(0, 0, 1)
            rights, lefts = self._empty(0, left, False), self._empty(1, right, False)
        self._part(left, right)
        if again:
            self._append(0, left, row)
        new = (left, right) if again else (-1, -1)
        self._fit_two(new, lefts, rights, int(self.net.area[left]))

    def room(self, hand: int, person: int) -> int:
        return int(self._rooms[hand][person])

    def served(self) -> list[Bool]:
        uses = self.flow.left_use, self.flow.right_use
        return [(use > 0) | (side.held > 0) for use, side in zip(uses, self.sides, strict=True)]

    def live(self) -> Live:
        net, size = self.net, self._pairs
        live = np.flatnonzero(net.left[:size] < len(net.left_room) - 1)
        return Live(net.left[live], net.right[live], net.score[live], self.flow.used[live])

    def above(self, area: int) -> Iterator[int]:
        while area >= 0:
            yield area
            area = int(self.tree.parent[area])

    def _outweigh(self, hand: int, row: Row) -> None:
        """See to it that the weights are large enough with this row too; ValueError if they cannot be."""
        there = self.sides[1 - hand]
        spans = self._spans.grown(hand, row, there.best)
        if not spans.kept_by(self.weights):
            spans = self._measured().grown(hand, row, there.best)
            self._reweigh(spans.weights())
        self._spans = spans

    def _measured(self) -> Spans:
        """The spans as they are now, without those who left."""
        live, (left, right) = self.live(), self.sides
        left.best, right.best = best_of_people(*live[:3], len(left.best), len(right.best))
        longest = longest_days(self.net.area, left.days, len(self.tree.parent))
        return Spans((int(left.best.sum()), int(right.best.sum())), longest, int(right.days.max()))

    def _reweigh(self, weights: Weights) -> None:
        flow, before = self.flow, self.weights
        self.weights = weights
        for price in (flow.left_price, flow.right_price, flow.area_price):
            price[:] = reweighed(price, before, weights)
        flow.left_price[-1], flow.right_price[-1] = OUT, -OUT
        self.net = self.net._replace(further=self._further)
        for hand in (0, 1):
            self._firsts[hand][:] = self._worth(hand)
        loosen_all(self.net.benches)
        settle(self.net, flow, self.work)

    @property
    def _further(self) -> int:
        return self.weights.unit if self.count == "pairs" else 0

    def _worth(self, hand: int) -> Int64:
        """What a first partner is worth to everybody of a side."""
        side, (unit, day) = self.sides[hand], self.weights
        person = 0 if self.count == "pairs" else unit
        first = np.where(side.held > 0, 0, person + day * side.days)
        return first + self._further if hand == 1 else first

    def _make_room(self, hand: int, people: int, pairs: int) -> None:
        """Lay the arrays out anew where they have become too short or too scattered."""
        full = people and self.sides[hand].full
        scattered = 3 * self._loose > max(self._pairs, LEAST_PAIRS)
        if full or scattered or self._pairs + pairs > len(self.net.left):
            flow, (n, m) = self.flow, (side.number for side in self.sides)
            prices = flow.left_price[:n].copy(), flow.right_price[:m].copy(), flow.area_price
            self._lay_out(self.live(), self.net.area[:n], prices, pairs)

    def _lay_out(self, live: Live, area: Int64, prices: tuple[Int64, Int64, Int64], more: int = 0) -> None:
        for side in self.sides:
            side.grow()
        first = self._worth(0), self._worth(1)
        self.net, self.flow = lay_out(live, self.sides, area, self.tree, first, self._further, prices, more)
        nodes = len(first[0]) + len(first[1]) + len(self.tree.parent)
        self.work = work(nodes)._replace(counted=self.work.counted)
        self._rooms = self.net.left_room, self.net.right_room
        self._firsts = self.net.first_left, self.net.first_right
        self._pairs, self._loose = len(live.left), 0

    def _write(self, hand: int, person: int, row: Row) -> None:
        side = self.sides[hand]
        side.capacity[person], side.days[person] = row.capacity, row.days
        self._write_room(hand, person)

    def _write_room(self, hand: int, person: int) -> None:
        side, (unit, day) = self.sides[hand], self.weights
        held = int(side.held[person])
        self._rooms[hand][person] = 0 if side.gone[person] else max(int(side.capacity[person]) - held, 0)
        first = 0 if held else (0 if self.count == "pairs" else unit) + day * int(side.days[person])
        self._firsts[hand][person] = first + hand * self._further
        if hand == 0:
            loosen_one(self.net, self.flow, person)

    def _join(self, left: int, right: int, score: int) -> None:
        """Book a held pair (and its end: `_part`)."""
        self.sides[0].partners.setdefault(left, {})[right] = score
        self.sides[1].partners.setdefault(right, {})[left] = score
        self._book(left, right, score, 1)

    def _part(self, left: int, right: int) -> None:
        score = self.sides[0].partners[left].pop(right)
        del self.sides[1].partners[right][left]
        self._book(left, right, score, -1)

    def _book(self, left: int, right: int, score: int, by: int) -> None:
        self.held_score += by * score
        for hand, person in enumerate((left, right)):
            self.sides[hand].held[person] += by
            self._write_room(hand, person)
        self._fill_areas(int(self.net.area[left]), by)

    def _fill_areas(self, area: int, by: int) -> None:
        for each in self.above(area):
            self.tree.held[each] += by
            self.net.area_room[each] = max(int(self.tree.capacity[each] - self.tree.held[each]), 0)

    def _enter(self, person: int, area: int) -> None:
        self.net.area[person] = area
        if area >= 0:
            sit_down(self.net.benches, person, area)

    def _move(self, person: int, area: int) -> None:
        before, held = int(self.net.area[person]), int(self.sides[0].held[person])
        stand_up(self.net.benches, person, before)
        self._fill_areas(before, -held)
        self._enter(person, area)
        self._fill_areas(area, held)

    def _empty(self, hand: int, person: int, out: bool) -> Int64:
        """Take back all of a person's units; their partners."""
        partners, gone = (empty_left, empty_right)[hand](self.net, self.flow, person, out)
        self._loose += gone
        return partners

    def _mine(self, hand: int, person: int) -> Int64:
        return (pairs_of_left, pairs_of_right)[hand](self.net, person)

    def _others(self, hand: int, pairs: Int64) -> Int64:
        """Who stands at the other end of pairs of a person of this side."""
        return (self.net.right, self.net.left)[hand][pairs].astype(np.int64)

    def _take_out_all_but(self, hand: int, person: int, row: Row) -> tuple[Int64, Row]:
        """Take out a person's pairs that are not in `row` as they are. Whose unit went with them, and the row
        with those of its pairs that are new."""
        wanted = dict(zip(row.partners.tolist(), row.scores.tolist(), strict=True))
        mine = self._mine(hand, person)
        others, scores = self._others(hand, mine), self.net.score[mine]
        same = [wanted.get(j) == score for j, score in zip(others.tolist(), scores.tolist(), strict=True)]
        stay = np.array(same, np.bool_)
        out, new = mine[~stay], ~np.isin(row.partners, others[stay])
        used = self._others(hand, out[self.flow.used[out]])
        take_pairs_out(self.net, self.flow, out)
        self._loose += len(out)
        return used, row._replace(partners=row.partners[new], scores=row.scores[new])

    def _settle_changed(self, hand: int, person: int, gave: Int64, new: Int64) -> None:
        """Make all best again around a person whose room, worth or pairs changed; `gave` lost a unit."""
        over = int((self.flow.left_use, self.flow.right_use)[hand][person] - self._rooms[hand][person])
        if over > 0:
            back = lessen(self.net, self.flow, self._mine(hand, person), over)
            gave, new = np.concatenate([gave, self._others(hand, back)]), np.concatenate([new, back])
        mine, area = np.array([person], np.int64), self._area_of(hand, person)
        self._fit_around(hand, mine, gave, area, new)

    def _append(self, hand: int, person: int, row: Row) -> None:
        net, first, end = self.net, self._pairs, self._pairs + len(row.partners)
        mine, theirs = (net.left, net.right) if hand == 0 else (net.right, net.left)
        mine[first:end], theirs[first:end], net.score[first:end] = person, row.partners, row.scores
        join_chains(net, first, end)
        self._pairs, self._loose = end, self._loose + end - first
        here, there = self.sides[hand], self.sides[1 - hand]
        here.best[person] = max(int(here.best[person]), int(row.scores.max(initial=0)))
        there.best[row.partners] = np.maximum(there.best[row.partners], row.scores)

    def _area_of(self, hand: int, person: int) -> int:
        return int(self.net.area[person]) if hand == 0 else NOBODY

    def _fit(self, hand: int, person: int, around: Int64, area: int) -> None:
        """Fit in a person without units, those `around` whose units they had, and `area` with those above."""
        if hand == 0:
            self._fit_two((person, -1), NO_PEOPLE, around, area)
        else:
            self._fit_two((-1, person), around, NO_PEOPLE, NOBODY)

    def _fit_two(self, new: tuple[int, int], lefts: Int64, rights: Int64, area: int) -> None:
        fit(self.net, self.flow, self.work, *new, lefts, rights, area, NO_PAIRS)

    def _fit_around(self, hand: int, mine: Int64, theirs: Int64, area: int, pairs: Int64 = NO_PAIRS) -> None:
        """Make all best again around people of this side (`mine`) and the other whose room or worth changed,
        an area with those above, and pairs that are new or gave a unit back."""
        lefts, rights = (mine, theirs) if hand == 0 else (theirs, mine)
        fit(self.net, self.flow, self.work, -1, -1, lefts, rights, area, pairs)


def side_of(given: Problem, hand: int) -> Side:
    best = best_of_people(given.left, given.right, given.score, given.left_people, given.right_people)[hand]
    capacity = (given.left_capacity, given.right_capacity)[hand].copy()
    days = (given.left_days, given.right_days)[hand].copy()
    number = len(capacity)
    return Side(number, capacity, days, best, np.zeros(number, np.int64), np.zeros(number, np.bool_))
