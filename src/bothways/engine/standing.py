"""A best set of pairs that is kept best while people come, go and change, one at a time."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from bothways.engine.arrays import Bool, Int64, Integers, refuse
from bothways.engine.changes import (
    OUT,
    empty_left,
    empty_right,
    find,
    fit,
    leave_area,
    lessen,
    pairs_of_left,
    pairs_of_right,
    take_out,
    take_pairs_out,
)
from bothways.engine.growing import LEAST_PAIRS, Live, Side, Tree, lay_out
from bothways.engine.headroom import Spans
from bothways.engine.paths import settle
from bothways.engine.problem import Count, Problem, problem
from bothways.engine.reach import Work, work
from bothways.engine.residual import NOBODY, Flow, Net, join_chains
from bothways.engine.rows import HANDS, Hand, Row, hand_of, row_of, whole
from bothways.engine.solve import Solution, optimum, pair_order
from bothways.engine.verify import verify
from bothways.engine.weights import Weights, best_of_people, longest_days, reweighed

NO_PEOPLE: Final[Int64] = np.empty(0, np.int64)
NO_PAIRS: Final = NO_PEOPLE


class Standing:
    """The best set of pairs, kept up to date.

    Parameters
    ----------
    left, right, score, left_capacity, right_capacity, left_area, area_parent, area_capacity, waiting, count
        As for `solve`. The arrays are copied.

    Notes
    -----
    After every call the choice is what `solve` would find from scratch (the same people, days and score; of
    several equally good choices it may be another), with the held pairs fixed, and `potentials` prove it.

    A call that raises ValueError has changed nothing. The choice depends only on the calls and their order.

    Method: the newcomer gets a price at which none of their pairs pays, and then each unit of theirs goes
    round by a shortest path; whoever left gives their units back, and what then pays around them is filled
    (`paths`). Nobody's held pair is on any path. A call looks at what is near; now and then one takes longer
    because the arrays are laid out anew or the weights have become too small: each time an eighth more people
    or pairs have come, a third of the pairs is out or scattered, or the sum of scores has doubled.
    """

    _net: Net
    _flow: Flow
    _work: Work
    _rooms: tuple[Int64, Int64]
    _firsts: tuple[Int64, Int64]
    _pairs: int  # how many places of the network's pairs are taken
    _loose: int  # how many pairs are out or in chains

    def __init__(
        self,
        left: Integers,
        right: Integers,
        score: Integers,
        left_capacity: Integers,
        right_capacity: Integers,
        left_area: Integers | None = None,
        area_parent: Integers | None = None,
        area_capacity: Integers | None = None,
        waiting: tuple[Integers, Integers] | None = None,
        count: Count = "people",
    ) -> None:
        given = problem(
            left,
            right,
            score,
            left_capacity,
            right_capacity,
            left_area,
            area_parent,
            area_capacity,
            waiting,
            count,
        )
        self._count: Count = count
        self._sides = side_of(given, 0), side_of(given, 1)
        self._tree = Tree(
            given.area_parent.copy(), given.area_capacity.copy(), np.zeros(given.areas, np.int64)
        )
        self._held_score, self._work = 0, work(0)
        area = given.left_area if given.areas else np.full(given.left_people, NOBODY, np.int64)
        best = int(self._sides[0].best.sum()), int(self._sides[1].best.sum())
        longest = longest_days(area, given.left_days, given.areas)
        self._spans = Spans(best, longest, int(given.right_days.max(initial=0)))
        self.weights = self._spans.weights()
        order = pair_order(given)
        _, flow = optimum(given, order, self.weights)
        used = np.zeros(len(given.left), np.bool_)
        used[np.flatnonzero(flow.used) if order is None else order[flow.used]] = True
        prices = flow.left_price, flow.right_price, flow.area_price
        live = Live(
            given.left.astype(np.int32), given.right.astype(np.int32), given.score.astype(np.int32), used
        )
        self._lay_out(live, area, prices)

    def arrive(
        self,
        side: Hand,
        capacity: int,
        days: int,
        partners: Integers,
        scores: Integers,
        area: int | None = None,
    ) -> int:
        """Fit a new person in; return their index on their side.

        Parameters
        ----------
        side : "left" or "right"
        capacity, days : int
            How many partners they would welcome, >= 0, and how long they have waited, >= 0.
        partners, scores : integers (k,)
            Indices of people of the other side, each once, none who left, and what each pair is worth, >= 0.
        area : int, optional
            For a left person, where there are areas.
        """
        hand = hand_of(side)
        row = row_of(*self._beside(hand), capacity, days, partners, scores, area)
        self._outweigh(hand, row)
        self._make_room(hand, 1, len(row.partners))
        here, person = self._sides[hand], self._sides[hand].number
        here.number += 1
        self._write(hand, person, row)
        if hand == 0:
            self._enter(person, row.area)
        self._append(hand, person, row)
        self._fit(hand, person, NO_PEOPLE, NOBODY)
        return person

    def leave(self, side: Hand, person: int) -> None:
        """Take a person out, with all their pairs and held pairs. Their index is not used again."""
        hand = hand_of(side)
        self._present(hand, person)
        self._make_room(hand, 0, 0)
        here = self._sides[hand]
        around = self._empty(hand, person, True)
        partners = list(here.partners.get(person, ()))
        for other in partners:
            self._part(*((person, other) if hand == 0 else (other, person)))
        here.gone[person], here.days[person] = True, 0
        self._write_room(hand, person)
        around = np.concatenate([around, np.array(partners, np.int64)])
        lefts, rights = (NO_PEOPLE, around) if hand == 0 else (around, NO_PEOPLE)
        area = int(self._net.area[person]) if hand == 0 else NOBODY
        fit(self._net, self._flow, self._work, -1, -1, lefts, rights, area, NO_PAIRS)

    def change(
        self,
        side: Hand,
        person: int,
        *,
        capacity: int | None = None,
        days: int | None = None,
        partners: Integers | None = None,
        scores: Integers | None = None,
        area: int | None = None,
    ) -> None:
        """Change what is known of a person; what is not given stays. `partners` and `scores`, given together,
        are all their pairs from now on. Held pairs stay, even if there are more than the new capacity."""
        hand = hand_of(side)
        self._present(hand, person)
        if (partners is None) != (scores is None):
            raise ValueError("partners and scores go together: give both or neither")
        here, before = self._sides[hand], int(self._net.area[person]) if hand == 0 else NOBODY
        row = row_of(
            *self._beside(hand),
            int(here.capacity[person]) if capacity is None else capacity,
            int(here.days[person]) if days is None else days,
            () if partners is None else partners,
            () if scores is None else scores,
            before if area is None and before >= 0 else area,
        )
        held = list(here.partners.get(person, ()))
        refuse(np.isin(row.partners, held), "partners", "is held with this person")
        self._outweigh(hand, row)
        self._make_room(hand, 0, len(row.partners))
        if hand == 0 and row.area != before:
            around = self._empty(hand, person, partners is not None)
            self._write(hand, person, row)
            self._move(person, row.area)
            self._append(hand, person, row)
            self._fit(hand, person, around, before)
            return
        gave, fresh = (NO_PEOPLE, row) if partners is None else self._take_out_all_but(hand, person, row)
        self._write(hand, person, row)
        first = self._pairs
        self._append(hand, person, fresh)
        self._settle_changed(hand, person, gave, np.arange(first, self._pairs))

    def hold(self, left: int, right: int) -> None:
        """Fix a pair: it was made, or its proposal was sent. It takes a place of each and of all areas above
        and does not move any more; both people count as reached. ValueError if that room is not there, or the
        pair is not among those that may be chosen."""
        self._present(0, left)
        self._present(1, right)
        net = self._net
        k = find(net, left, right)
        if k < 0:
            raise ValueError(f"left {left} and right {right} are no pair that may be chosen")
        for hand, person in enumerate((left, right)):
            if self._rooms[hand][person] == 0:
                raise ValueError(f"{HANDS[hand]} person {person} has no room")
        for area in self._above(int(net.area[left])):
            if net.area_room[area] == 0:
                raise ValueError(f"area {area} has no room")
        free, lefts, rights = (
            bool(self._flow.used[k]),
            np.array([left], np.int64),
            np.array([right], np.int64),
        )
        if not free:
            rights, lefts = self._empty(0, left, False), self._empty(1, right, False)
        score = int(net.score[k])
        take_out(net, self._flow, k)
        self._loose += 1
        self._join(left, right, score)
        new = (-1, -1) if free else (left, right)
        fit(net, self._flow, self._work, *new, lefts, rights, int(net.area[left]), NO_PAIRS)

    def release(self, left: int, right: int, *, again: bool = False) -> None:
        """End a held pair: both places are free again. `again`: the pair may be chosen again."""
        self._present(0, left)
        self._present(1, right)
        score = self._sides[0].partners.get(left, {}).get(right)
        if score is None:
            raise ValueError(f"left {left} and right {right} are not held")
        lefts, rights = np.array([left], np.int64), np.array([right], np.int64)
        if again:
            days, area = int(self._sides[0].days[left]), int(self._net.area[left])
            row = Row(0, days, area, np.array([right]), np.array([score]))
            self._outweigh(0, row)
            self._make_room(0, 0, 1)
            rights, lefts = self._empty(0, left, False), self._empty(1, right, False)
        self._part(left, right)
        if again:
            self._append(0, left, row)
        new = (left, right) if again else (-1, -1)
        fit(self._net, self._flow, self._work, *new, lefts, rights, int(self._net.area[left]), NO_PAIRS)

    @property
    def proposals(self) -> tuple[Int64, Int64]:
        """Left and right people of the pairs now chosen, by left, then right; without the held ones."""
        chosen = np.flatnonzero(self._flow.used)
        left, right = self._net.left[chosen].astype(np.int64), self._net.right[chosen].astype(np.int64)
        order = np.lexsort((right, left))
        return left[order], right[order]

    @property
    def held(self) -> tuple[Int64, Int64]:
        """Left and right people of the held pairs, by left, then right."""
        pairs = sorted((i, j) for i, others in self._sides[0].partners.items() for j in others)
        table = np.array(pairs, np.int64).reshape(-1, 2)
        return table[:, 0].copy(), table[:, 1].copy()

    @property
    def count(self) -> int:
        """People with at least one partner, or pairs, chosen and held."""
        if self._count == "pairs":
            return int(self._flow.left_use.sum() + self._sides[0].held.sum())
        return sum(int(served.sum()) for served in self._served())

    @property
    def waiting(self) -> int:
        """Days waited, summed over the people with at least one partner, chosen or held."""
        return sum(int(side.days[s].sum()) for side, s in zip(self._sides, self._served(), strict=True))

    @property
    def score(self) -> int:
        """Total score of the chosen and the held pairs."""
        return int(self._net.score[self._flow.used].sum(dtype=np.int64)) + self._held_score

    @property
    def potentials(self) -> Int64:
        """As in `Solution`."""
        flow, (n, m) = self._flow, (side.number for side in self._sides)
        return np.concatenate([[0], flow.area_price, flow.left_price[:n], flow.right_price[:m]])

    @property
    def effort(self) -> tuple[int, int]:
        """Searches so far, and people and areas settled in them."""
        return int(self._work.counted[0]), int(self._work.counted[1])

    def check(self) -> None:
        """Prove with `verify` that the choice is best for the problem as it is now; NotOptimal otherwise."""
        live, (left, right) = self._live(), self._sides
        n, m = left.number, right.number
        reached = left.held[:n] > 0, right.held[:m] > 0
        days = left.days[:n], right.days[:m]
        used = self._flow.left_use[:n] > 0, self._flow.right_use[:m] > 0
        first = [one & ~already for one, already in zip(used, reached, strict=True)]
        chosen = np.flatnonzero(live.used)
        solution = Solution(
            chosen,
            len(chosen) if self._count == "pairs" else sum(int(one.sum()) for one in first),
            sum(int(d[one].sum()) for d, one in zip(days, first, strict=True)),
            int(live.score[chosen].sum(dtype=np.int64)),
            self.potentials,
            self.weights,
        )
        areas: tuple[Int64 | None, Int64 | None, Int64 | None] = (None, None, None)
        if len(self._tree.parent):
            areas = self._net.area[:n], self._tree.parent, self._net.area_room
        rooms = self._net.left_room[:n], self._net.right_room[:m]
        verify(solution, *live[:3], *rooms, *areas, days, self._count, reached)

    def _served(self) -> list[Bool]:
        uses = self._flow.left_use, self._flow.right_use
        return [(use > 0) | (side.held > 0) for use, side in zip(uses, self._sides, strict=True)]

    def _live(self) -> Live:
        net, size = self._net, self._pairs
        live = np.flatnonzero(net.left[:size] < len(net.left_room) - 1)
        return Live(net.left[live], net.right[live], net.score[live], self._flow.used[live])

    def _present(self, hand: int, person: int) -> None:
        side = self._sides[hand]
        if not 0 <= whole(person, HANDS[hand]) < side.number:
            raise ValueError(f"{HANDS[hand]} person {person} is outside 0..{side.number - 1}")
        if side.gone[person]:
            raise ValueError(f"{HANDS[hand]} person {person} has left")

    def _beside(self, hand: int) -> tuple[Side, str, int]:
        """The other side, its name, and how many areas the people of this one may be in."""
        return self._sides[1 - hand], HANDS[1 - hand], len(self._tree.parent) if hand == 0 else 0

    def _above(self, area: int) -> Iterator[int]:
        while area >= 0:
            yield area
            area = int(self._tree.parent[area])

    def _outweigh(self, hand: int, row: Row) -> None:
        """See to it that the weights are large enough with this row too; ValueError if they cannot be."""
        there = self._sides[1 - hand]
        spans = self._spans.grown(hand, row, there.best)
        if not spans.kept_by(self.weights):
            spans = self._measured().grown(hand, row, there.best)
            self._reweigh(spans.weights())
        self._spans = spans

    def _measured(self) -> Spans:
        """The spans as they are now, without those who left."""
        live, (left, right) = self._live(), self._sides
        left.best, right.best = best_of_people(*live[:3], len(left.best), len(right.best))
        longest = longest_days(self._net.area, left.days, len(self._tree.parent))
        return Spans((int(left.best.sum()), int(right.best.sum())), longest, int(right.days.max()))

    def _reweigh(self, weights: Weights) -> None:
        flow, before = self._flow, self.weights
        self.weights = weights
        for price in (flow.left_price, flow.right_price, flow.area_price):
            price[:] = reweighed(price, before, weights)
        flow.left_price[-1], flow.right_price[-1] = OUT, -OUT
        self._net = self._net._replace(further=self._further)
        for hand in (0, 1):
            self._firsts[hand][:] = self._worth(hand)
        settle(self._net, flow, self._work)

    @property
    def _further(self) -> int:
        return self.weights.unit if self._count == "pairs" else 0

    def _worth(self, hand: int) -> Int64:
        """What a first partner is worth to everybody of a side."""
        side, (unit, day) = self._sides[hand], self.weights
        person = 0 if self._count == "pairs" else unit
        first = np.where(side.held > 0, 0, person + day * side.days)
        return first + self._further if hand == 1 else first

    def _make_room(self, hand: int, people: int, pairs: int) -> None:
        """Lay the arrays out anew where they have become too short or too scattered."""
        full = people and self._sides[hand].full
        scattered = 3 * self._loose > max(self._pairs, LEAST_PAIRS)
        if full or scattered or self._pairs + pairs > len(self._net.left):
            flow, (n, m) = self._flow, (side.number for side in self._sides)
            prices = flow.left_price[:n].copy(), flow.right_price[:m].copy(), flow.area_price
            self._lay_out(self._live(), self._net.area[:n], prices, pairs)

    def _lay_out(self, live: Live, area: Int64, prices: tuple[Int64, Int64, Int64], more: int = 0) -> None:
        for side in self._sides:
            side.grow()
        first = self._worth(0), self._worth(1)
        self._net, self._flow = lay_out(
            live, self._sides, area, self._tree, first, self._further, prices, more
        )
        nodes = len(first[0]) + len(first[1]) + len(self._tree.parent)
        self._work = work(nodes)._replace(counted=self._work.counted)
        self._rooms = self._net.left_room, self._net.right_room
        self._firsts = self._net.first_left, self._net.first_right
        self._pairs, self._loose = len(live.left), 0

    def _write(self, hand: int, person: int, row: Row) -> None:
        side = self._sides[hand]
        side.capacity[person], side.days[person] = row.capacity, row.days
        self._write_room(hand, person)

    def _write_room(self, hand: int, person: int) -> None:
        side, (unit, day) = self._sides[hand], self.weights
        held = int(side.held[person])
        self._rooms[hand][person] = 0 if side.gone[person] else max(int(side.capacity[person]) - held, 0)
        first = 0 if held else (0 if self._count == "pairs" else unit) + day * int(side.days[person])
        self._firsts[hand][person] = first + hand * self._further

    def _join(self, left: int, right: int, score: int) -> None:
        """Book a held pair (and its end: `_part`)."""
        self._sides[0].partners.setdefault(left, {})[right] = score
        self._sides[1].partners.setdefault(right, {})[left] = score
        self._book(left, right, score, 1)

    def _part(self, left: int, right: int) -> None:
        score = self._sides[0].partners[left].pop(right)
        del self._sides[1].partners[right][left]
        self._book(left, right, score, -1)

    def _book(self, left: int, right: int, score: int, by: int) -> None:
        self._held_score += by * score
        for hand, person in enumerate((left, right)):
            self._sides[hand].held[person] += by
            self._write_room(hand, person)
        self._fill_areas(int(self._net.area[left]), by)

    def _fill_areas(self, area: int, by: int) -> None:
        for each in self._above(area):
            self._tree.held[each] += by
            self._net.area_room[each] = max(int(self._tree.capacity[each] - self._tree.held[each]), 0)

    def _enter(self, person: int, area: int) -> None:
        net = self._net
        net.area[person] = area
        if area >= 0:
            net.next_member[person], net.member[area] = net.member[area], person

    def _move(self, person: int, area: int) -> None:
        net, before, held = self._net, int(self._net.area[person]), int(self._sides[0].held[person])
        leave_area(net, person)
        self._fill_areas(before, -held)
        self._enter(person, area)
        self._fill_areas(area, held)

    def _empty(self, hand: int, person: int, out: bool) -> Int64:
        """Take back all of a person's units; their partners."""
        partners, gone = (empty_left, empty_right)[hand](self._net, self._flow, person, out)
        self._loose += gone
        return partners

    def _mine(self, hand: int, person: int) -> Int64:
        return (pairs_of_left, pairs_of_right)[hand](self._net, person)

    def _others(self, hand: int, pairs: Int64) -> Int64:
        """Who stands at the other end of pairs of a person of this side."""
        return (self._net.right, self._net.left)[hand][pairs].astype(np.int64)

    def _take_out_all_but(self, hand: int, person: int, row: Row) -> tuple[Int64, Row]:
        """Take out a person's pairs that are not in `row` as they are. Whose unit went with them, and the row
        with those of its pairs that are new."""
        wanted = dict(zip(row.partners.tolist(), row.scores.tolist(), strict=True))
        mine = self._mine(hand, person)
        others, scores = self._others(hand, mine), self._net.score[mine]
        same = [wanted.get(j) == score for j, score in zip(others.tolist(), scores.tolist(), strict=True)]
        stay = np.array(same, np.bool_)
        out, new = mine[~stay], ~np.isin(row.partners, others[stay])
        used = self._others(hand, out[self._flow.used[out]])
        take_pairs_out(self._net, self._flow, out)
        self._loose += len(out)
        return used, row._replace(partners=row.partners[new], scores=row.scores[new])

    def _settle_changed(self, hand: int, person: int, gave: Int64, new: Int64) -> None:
        """Make all best again around a person whose room, worth or pairs changed; `gave` lost a unit."""
        over = int((self._flow.left_use, self._flow.right_use)[hand][person] - self._rooms[hand][person])
        if over > 0:
            back = lessen(self._net, self._flow, self._mine(hand, person), over)
            gave, new = np.concatenate([gave, self._others(hand, back)]), np.concatenate([new, back])
        alone = np.array([person], np.int64)
        lefts, rights = (alone, gave) if hand == 0 else (gave, alone)
        area = int(self._net.area[person]) if hand == 0 else NOBODY
        fit(self._net, self._flow, self._work, -1, -1, lefts, rights, area, new)

    def _append(self, hand: int, person: int, row: Row) -> None:
        net, first, end = self._net, self._pairs, self._pairs + len(row.partners)
        mine, theirs = (net.left, net.right) if hand == 0 else (net.right, net.left)
        mine[first:end], theirs[first:end], net.score[first:end] = person, row.partners, row.scores
        join_chains(net, first, end)
        self._pairs, self._loose = end, self._loose + end - first
        here, there = self._sides[hand], self._sides[1 - hand]
        here.best[person] = max(int(here.best[person]), int(row.scores.max(initial=0)))
        there.best[row.partners] = np.maximum(there.best[row.partners], row.scores)

    def _fit(self, hand: int, person: int, around: Int64, area: int) -> None:
        """Fit in a person without units, those `around` whose units they had, and `area` with those above."""
        if hand == 0:
            fit(self._net, self._flow, self._work, person, -1, NO_PEOPLE, around, area, NO_PAIRS)
        else:
            fit(self._net, self._flow, self._work, -1, person, around, NO_PEOPLE, NOBODY, NO_PAIRS)


def side_of(given: Problem, hand: int) -> Side:
    best = best_of_people(given.left, given.right, given.score, given.left_people, given.right_people)[hand]
    capacity = (given.left_capacity, given.right_capacity)[hand].copy()
    days = (given.left_days, given.right_days)[hand].copy()
    number = len(capacity)
    return Side(number, capacity, days, best, np.zeros(number, np.int64), np.zeros(number, np.bool_))
