"""A best set of pairs that is kept best while people come, go and change, one at a time."""

import numpy as np

from bothways.engine.arrays import Int64, Integers, refuse
from bothways.engine.changes import find
from bothways.engine.keeping import Keeper
from bothways.engine.nearby import Places, in_order, move, neighbourhoods, places_back
from bothways.engine.ordering import by_left
from bothways.engine.problem import Count, problem
from bothways.engine.residual import NOBODY
from bothways.engine.rows import HANDS, Hand, Row, hand_of, row_of, whole
from bothways.engine.solve import Solution
from bothways.engine.verify import verify
from bothways.engine.weights import Weights


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
        lefts, rights = (Places(place, places_back(place)) for place in neighbourhoods(given))
        self._places = lefts, rights
        # In one name: the arrays in the order given are not needed beside these, and are large.
        given = move(given, lefts.place, rights.place)
        given = in_order(given)
        self._kept = Keeper(given, count)

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
        row = self._row(hand, capacity, days, partners, scores, area)
        return self._kept.add(hand, row)

    def leave(self, side: Hand, person: int) -> None:
        """Take a person out, with all their pairs and held pairs. Their index is not used again."""
        hand = hand_of(side)
        self._kept.remove(hand, self._present(hand, person))

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
        place = self._present(hand, person)
        if (partners is None) != (scores is None):
            raise ValueError("partners and scores go together: give both or neither")
        here, before = self._kept.sides[hand], int(self._kept.net.area[place]) if hand == 0 else NOBODY
        row = self._row(
            hand,
            int(here.capacity[place]) if capacity is None else capacity,
            int(here.days[place]) if days is None else days,
            () if partners is None else partners,
            () if scores is None else scores,
            before if area is None and before >= 0 else area,
        )
        held = list(here.partners.get(place, ()))
        refuse(np.isin(row.partners, held), "partners", "is held with this person")
        self._kept.alter(hand, place, row, pairs_too=partners is not None)

    def hold(self, left: int, right: int) -> None:
        """Fix a pair: it was made, or its proposal was sent. It takes a place of each and of all areas above
        and does not move any more; both people count as reached. ValueError if that room is not there, or the
        pair is not among those that may be chosen."""
        i, j = self._present(0, left), self._present(1, right)
        net = self._kept.net
        k = find(net, i, j)
        if k < 0:
            raise ValueError(f"left {left} and right {right} are no pair that may be chosen")
        for hand, person, place in ((0, left, i), (1, right, j)):
            if self._kept.room(hand, place) == 0:
                raise ValueError(f"{HANDS[hand]} person {person} has no room")
        for area in self._kept.above(int(net.area[i])):
            if net.area_room[area] == 0:
                raise ValueError(f"area {area} has no room")
        self._kept.fix(k)

    def release(self, left: int, right: int, *, again: bool = False) -> None:
        """End a held pair: both places are free again. `again`: the pair may be chosen again."""
        i, j = self._present(0, left), self._present(1, right)
        if j not in self._kept.sides[0].partners.get(i, {}):
            raise ValueError(f"left {left} and right {right} are not held")
        self._kept.free(i, j, again=again)

    @property
    def proposals(self) -> tuple[Int64, Int64]:
        """Left and right people of the pairs now chosen, by left, then right; without the held ones."""
        net, chosen = self._kept.net, np.flatnonzero(self._kept.flow.used)
        left, right = self._places[0].back(net.left[chosen]), self._places[1].back(net.right[chosen])
        order = by_left(left, right)
        return left[order], right[order]

    @property
    def held(self) -> tuple[Int64, Int64]:
        """Left and right people of the held pairs, by left, then right."""
        pairs = [(i, j) for i, others in self._kept.sides[0].partners.items() for j in others]
        table = np.array(pairs, np.int64).reshape(-1, 2)
        left, right = self._places[0].back(table[:, 0]), self._places[1].back(table[:, 1])
        order = by_left(left, right)
        return left[order], right[order]

    @property
    def count(self) -> int:
        """People with at least one partner, or pairs, chosen and held."""
        kept = self._kept
        if kept.count == "pairs":
            return int(kept.flow.left_use.sum() + kept.sides[0].held.sum())
        return sum(int(served.sum()) for served in kept.served())

    @property
    def waiting(self) -> int:
        """Days waited, summed over the people with at least one partner, chosen or held."""
        kept = self._kept
        return sum(int(side.days[s].sum()) for side, s in zip(kept.sides, kept.served(), strict=True))

    @property
    def score(self) -> int:
        """Total score of the chosen and the held pairs."""
        return int(self._kept.net.score[self._kept.flow.used].sum(dtype=np.int64)) + self._kept.held_score

    @property
    def potentials(self) -> Int64:
        """As in `Solution`."""
        flow, (lefts, rights) = self._kept.flow, self._people()
        return np.concatenate([[0], flow.area_price, flow.left_price[lefts], flow.right_price[rights]])

    @property
    def weights(self) -> Weights:
        """What the aims weigh now: they grow with what comes."""
        return self._kept.weights

    @property
    def effort(self) -> tuple[int, int]:
        """Searches so far, and people and areas settled in them."""
        return int(self._kept.work.counted[0]), int(self._kept.work.counted[1])

    def check(self) -> None:
        """Prove with `verify` that the choice is best for the problem as it is now; NotOptimal otherwise."""
        kept, at = self._kept, self._people()
        live, sides, net = kept.live(), kept.sides, kept.net
        reached = sides[0].held[at[0]] > 0, sides[1].held[at[1]] > 0
        days = sides[0].days[at[0]], sides[1].days[at[1]]
        used = kept.flow.left_use[at[0]] > 0, kept.flow.right_use[at[1]] > 0
        first = [one & ~already for one, already in zip(used, reached, strict=True)]
        chosen = np.flatnonzero(live.used)
        solution = Solution(
            chosen,
            len(chosen) if kept.count == "pairs" else sum(int(one.sum()) for one in first),
            sum(int(d[one].sum()) for d, one in zip(days, first, strict=True)),
            int(live.score[chosen].sum(dtype=np.int64)),
            self.potentials,
            kept.weights,
        )
        areas: tuple[Int64 | None, Int64 | None, Int64 | None] = (None, None, None)
        if len(kept.tree.parent):
            areas = net.area[at[0]], kept.tree.parent, net.area_room
        pairs = self._places[0].back(live.left), self._places[1].back(live.right), live.score
        rooms = net.left_room[at[0]], net.right_room[at[1]]
        verify(solution, *pairs, *rooms, *areas, days, kept.count, reached)

    def _people(self) -> tuple[Int64, Int64]:
        """The places of all people of both sides."""
        left, right = self._kept.sides
        return self._places[0].of(np.arange(left.number)), self._places[1].of(np.arange(right.number))

    def _present(self, hand: int, person: int) -> int:
        """The place of somebody who is there; ValueError for others."""
        side = self._kept.sides[hand]
        if not 0 <= whole(person, HANDS[hand]) < side.number:
            raise ValueError(f"{HANDS[hand]} person {person} is outside 0..{side.number - 1}")
        place = int(self._places[hand].of(np.array([person]))[0])
        if side.gone[place]:
            raise ValueError(f"{HANDS[hand]} person {person} has left")
        return place

    def _row(
        self, hand: int, capacity: int, days: int, partners: Integers, scores: Integers, area: int | None
    ) -> Row:
        """What is said of somebody of a side, checked, with the partners' places."""
        there, areas = self._kept.sides[1 - hand], len(self._kept.tree.parent) if hand == 0 else 0
        places = self._places[1 - hand]
        return row_of(there, HANDS[1 - hand], places, areas, capacity, days, partners, scores, area)
