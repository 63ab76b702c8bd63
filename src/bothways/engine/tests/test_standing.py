"""`Standing` after every kind of change: as good as solving from scratch with the held pairs fixed."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bothways.engine import growing, keeping
from bothways.engine.benches import SEATS
from bothways.engine.solve import solve
from bothways.engine.standing import Standing
from bothways.engine.tests.helpers import random_problem
from bothways.engine.tests.test_second_solver import by_linear_programs


@pytest.fixture(autouse=True)
def _little_room():
    """Arrays that soon are too short, so that they are laid out anew many times."""
    before = growing.LEAST_PEOPLE, growing.LEAST_PAIRS, keeping.LEAST_PAIRS
    growing.LEAST_PEOPLE, growing.LEAST_PAIRS, keeping.LEAST_PAIRS = 1, 4, 4
    yield
    growing.LEAST_PEOPLE, growing.LEAST_PAIRS, keeping.LEAST_PAIRS = before


class Book:
    """What a programme knows, in plain dictionaries, and the problem that follows from it."""

    def __init__(self, given):
        self.count = given.get("count", "people")
        days = given.get("waiting", ([0] * len(given["left_capacity"]), [0] * len(given["right_capacity"])))
        self.capacity = [list(map(int, given["left_capacity"])), list(map(int, given["right_capacity"]))]
        self.days = [list(map(int, days[0])), list(map(int, days[1]))]
        self.parent = given.get("area_parent")
        self.quota = given.get("area_capacity")
        self.area = None if self.parent is None else list(map(int, given["left_area"]))
        columns = given["left"], given["right"], given["score"]
        self.pairs = {(int(i), int(j)): int(s) for i, j, s in zip(*columns, strict=True)}
        self.held = {}
        self.gone = [set(), set()]

    def held_by(self, hand):
        return np.bincount([pair[hand] for pair in self.held], minlength=len(self.capacity[hand]))

    def held_in_areas(self):
        load = np.zeros(len(self.parent), int)
        for i, _ in self.held:
            area = self.area[i]
            while area >= 0:
                load[area] += 1
                area = self.parent[area]
        return load

    def quotas_left(self):
        return np.maximum(np.array(self.quota) - self.held_in_areas(), 0)

    def rooms(self):
        rooms = [np.maximum(np.array(self.capacity[hand], int) - self.held_by(hand), 0) for hand in (0, 1)]
        for hand in (0, 1):
            rooms[hand][list(self.gone[hand])] = 0
        return rooms

    def problem(self):
        """The problem without the held pairs, and who is reached by them."""
        pairs = sorted(self.pairs)
        made = {
            "left": [i for i, _ in pairs], "right": [j for _, j in pairs],
            "score": [self.pairs[pair] for pair in pairs],
            "left_capacity": self.rooms()[0], "right_capacity": self.rooms()[1],
            "waiting": tuple(self.days), "count": self.count,
            "reached": (self.held_by(0) > 0, self.held_by(1) > 0),
        }  # fmt: skip
        if self.parent is not None:
            made |= {"left_area": self.area, "area_parent": self.parent, "area_capacity": self.quotas_left()}
        return made

    def with_held(self, first, days, score):
        """The aims of the problem together with those of the held pairs."""
        reached = [{pair[hand] for pair in self.held} for hand in (0, 1)]
        own = len(self.held) if self.count == "pairs" else sum(map(len, reached))
        waited = sum(self.days[hand][person] for hand in (0, 1) for person in reached[hand])
        return first + own, days + waited, score + sum(self.held.values())

    def leave(self, hand, person):
        self.gone[hand].add(person)
        self.days[hand][person] = 0
        for pairs in (self.pairs, self.held):
            for pair in [pair for pair in pairs if pair[hand] == person]:
                del pairs[pair]

    def set_pairs(self, hand, person, partners, scores):
        for pair in [pair for pair in self.pairs if pair[hand] == person]:
            del self.pairs[pair]
        for other, score in zip(partners, scores, strict=True):
            self.pairs[(person, other) if hand == 0 else (other, person)] = score

    def here(self, hand):
        return [k for k in range(len(self.capacity[hand])) if k not in self.gone[hand]]


def aims_of(kept):
    return kept.count, kept.waiting, kept.score


def agree(kept, book):
    kept.check()
    problem = book.problem()
    found = solve(**problem)
    assert aims_of(kept) == book.with_held(found.count, found.waiting, found.score)
    left, right = kept.proposals
    chosen = set(zip(left.tolist(), right.tolist(), strict=True))
    assert len(chosen) == len(left) and chosen <= set(book.pairs)
    assert list(zip(*(side.tolist() for side in kept.held), strict=True)) == sorted(book.held)


def by_programs(book):
    """The aims of the whole problem, with the held pairs in it and forced, found without the engine."""
    problem = book.problem()
    del problem["reached"]
    held = sorted(book.held)
    problem["left"] += [i for i, _ in held]
    problem["right"] += [j for _, j in held]
    problem["score"] += [book.held[pair] for pair in held]
    for name, hand in (("left_capacity", 0), ("right_capacity", 1)):
        problem[name] = np.array(problem[name], int) + book.held_by(hand)
    if book.parent is not None:
        problem["area_capacity"] = book.quotas_left() + book.held_in_areas()
    return by_linear_programs(**problem, forced=range(len(book.pairs), len(book.pairs) + len(held)))


def act(kept, book, rng):
    """One random change of both; what it was."""
    what = rng.choice(["arrive", "arrive", "leave", "change", "change", "hold", "hold", "release"])
    hand = int(rng.integers(0, 2))
    side, here, there = ("left", "right")[hand], book.here(hand), book.here(1 - hand)
    top = int(rng.choice([1, 5, 700]))
    partners = [int(k) for k in rng.permutation(there)[: rng.integers(0, 6)]]
    scores = [int(s) for s in rng.integers(0, top, len(partners))]
    days, capacity = int(rng.integers(0, rng.choice([1, 5, 400]))), int(rng.integers(0, 4))
    area = None if book.parent is None or hand == 1 else int(rng.integers(0, len(book.parent)))
    if what == "arrive":
        person = kept.arrive(side, capacity, days, partners, scores, area)
        assert person == len(book.capacity[hand])
        book.capacity[hand].append(capacity)
        book.days[hand].append(days)
        if hand == 0 and book.area is not None:
            book.area.append(area)
        book.set_pairs(hand, person, partners, scores)
    elif what == "leave" and here:
        person = int(rng.choice(here))
        kept.leave(side, person)
        book.leave(hand, person)
    elif what == "change" and here:
        change(kept, book, rng, hand, int(rng.choice(here)), (capacity, days, area, partners, scores))
    elif what == "hold" and book.pairs:
        left, right = kept.proposals
        some = list(zip(left.tolist(), right.tolist(), strict=True))
        if not some or rng.integers(0, 2):
            some = sorted(book.pairs)
        hold(kept, book, some[rng.integers(0, len(some))])
    elif what == "release" and book.held:
        pair = sorted(book.held)[rng.integers(0, len(book.held))]
        again = bool(rng.integers(0, 2))
        kept.release(*pair, again=again)
        score = book.held.pop(pair)
        if again:
            book.pairs[pair] = score
    return what


def change(kept, book, rng, hand, person, new):
    capacity, days, area, partners, scores = new
    held = {pair[1 - hand] for pair in book.held if pair[hand] == person}
    fresh = [(k, s) for k, s in zip(partners, scores, strict=True) if k not in held]
    partners, scores = [k for k, _ in fresh], [s for _, s in fresh]
    wanted = {}
    if rng.integers(0, 2):
        wanted["capacity"] = book.capacity[hand][person] = capacity
    if rng.integers(0, 2):
        wanted["days"] = book.days[hand][person] = days
    if area is not None and rng.integers(0, 2):
        wanted["area"] = book.area[person] = area
    if rng.integers(0, 2):
        wanted |= {"partners": partners, "scores": scores}
        book.set_pairs(hand, person, partners, scores)
    kept.change(("left", "right")[hand], person, **wanted)


def hold(kept, book, pair):
    rooms, area = book.rooms(), -1 if book.area is None else book.area[pair[0]]
    fits = rooms[0][pair[0]] > 0 and rooms[1][pair[1]] > 0
    while area >= 0:
        fits &= bool(book.quotas_left()[area] > 0)
        area = book.parent[area]
    if not fits:
        before = aims_of(kept)
        with pytest.raises(ValueError, match="has no room"):
            kept.hold(*pair)
        assert aims_of(kept) == before
        return
    kept.hold(*pair)
    book.held[pair] = book.pairs.pop(pair)


def some_problem(rng):
    n, m = rng.integers(0, 9, 2)
    areas = int(rng.choice([0, 1, 4])) if n else 0
    given = random_problem(
        rng, n, m, areas=areas, waiting=bool(rng.integers(0, 2)), top=int(rng.choice([1, 3, 700]))
    )
    return given | {"count": str(rng.choice(["people", "pairs"]))}


class Programme(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        rng = np.random.default_rng(seed)
        given = some_problem(rng)
        self.kept, self.book = Standing(**given), Book(given)

    @rule(seed=st.integers(0, 2**32))
    def something_happens(self, seed):
        act(self.kept, self.book, np.random.default_rng(seed))

    @precondition(lambda self: self.kept.proposals[0].size)
    @rule(at=st.integers(0, 100))
    def a_proposal_is_sent(self, at):
        left, right = self.kept.proposals
        pair = int(left[at % len(left)]), int(right[at % len(left)])
        before = aims_of(self.kept)
        hold(self.kept, self.book, pair)
        assert aims_of(self.kept) == before  # what was best with the pair is best with the pair fixed

    @invariant()
    def as_from_scratch(self):
        if hasattr(self, "kept"):
            agree(self.kept, self.book)


Programme.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestProgramme = Programme.TestCase


@pytest.mark.parametrize("seed", range(6))
def test_a_long_life(seed):
    """Hundreds of changes: the arrays grow, are laid out anew, and weights become too small many times."""
    rng = np.random.default_rng(seed)
    given = some_problem(rng)
    kept, book = Standing(**given), Book(given)
    seen = set()
    for step in range(250):
        seen.add(str(act(kept, book, rng)))
        if step % 5 == 0:
            agree(kept, book)
        if step % 25 == 0:
            assert aims_of(kept) == by_programs(book)
    agree(kept, book)
    assert seen == {"arrive", "leave", "change", "hold", "release"}


def benches_hold(kept):
    """Everybody sits on their area's benches, all of which are full but the first, within their bounds."""
    net, flow = kept._kept.net, kept._kept.flow
    made, sitting = net.benches, set()
    for area in range(len(net.area_room)):
        bench = made.first[area]
        while bench >= 0:
            assert made.size[bench] == SEATS or (bench == made.first[area] and made.size[bench] > 0)
            for seat in range(SEATS * bench, SEATS * bench + made.size[bench]):
                i = int(made.who[seat])
                sitting.add(i)
                use, worth = flow.left_use[i], (net.first_left[i], 0)
                assert (made.seat[i], net.area[i]) == (seat, area)
                if use < net.left_room[i]:
                    assert worth[int(use > 0)] + flow.left_price[i] <= made.most_in[bench]
                if use > 0:
                    assert worth[int(use > 1)] + flow.left_price[i] >= made.least_out[bench]
            bench = made.following[bench]
    assert sitting == set(np.flatnonzero(net.area >= 0).tolist())


@pytest.mark.parametrize("seed", range(3))
def test_areas_with_many_people(seed):
    """People of an area fill several benches, and searches pass most of them by."""
    rng = np.random.default_rng(seed)
    n, pairs = 150, 900
    code = rng.choice(n * n, pairs, replace=False)
    given = {
        "left": code // n, "right": code % n, "score": rng.integers(0, 300, pairs),
        "left_capacity": rng.integers(1, 3, n), "right_capacity": rng.integers(1, 3, n),
        "left_area": rng.integers(1, 4, n), "area_parent": np.array([-1, 0, 0, 0]),
        "area_capacity": np.array([70, 30, 35, 12]), "waiting": tuple(rng.integers(0, 300, (2, n))),
    }  # fmt: skip
    kept, book = Standing(**given), Book(given)
    benches_hold(kept)
    for _ in range(15):
        for _ in range(8):
            act(kept, book, rng)
        agree(kept, book)
        benches_hold(kept)


def test_the_same_calls_give_the_same_pairs():
    def life():
        rng = np.random.default_rng(4)
        given = some_problem(rng)
        kept, book = Standing(**given), Book(given)
        for _ in range(60):
            act(kept, book, rng)
        return np.concatenate([*kept.proposals, *kept.held, kept.potentials]).tolist()

    assert life() == life()


def two_a_side():
    return Standing([0, 1], [0, 1], [5, 7], [1, 1], [1, 1], [0, 0], [-1], [2], ([3, 4], [1, 2]))


def pairs_of(kept):
    return list(zip(*(side.tolist() for side in kept.proposals), strict=True))


def test_a_newcomer_takes_a_place_only_from_a_proposal():
    kept = two_a_side()
    kept.hold(0, 0)
    assert kept.arrive("left", 1, 500, [0, 1], [9, 9], area=0) == 2
    assert pairs_of(kept) == [(2, 1)]  # two may be served in area 0, and who waited longest is
    assert [side.tolist() for side in kept.held] == [[0], [0]]
    kept.check()


def test_a_released_pair_is_chosen_again_only_if_that_is_said():
    kept = two_a_side()
    kept.hold(0, 0)
    kept.release(0, 0)
    assert pairs_of(kept) == [(1, 1)]
    kept.hold(1, 1)
    kept.release(1, 1, again=True)
    assert pairs_of(kept) == [(1, 1)]


def test_whoever_leaves_frees_the_partner_of_a_held_pair():
    kept = two_a_side()
    kept.hold(0, 0)
    kept.leave("right", 0)
    assert (kept.count, kept.waiting, kept.score, pairs_of(kept)) == (2, 6, 7, [(1, 1)])
    kept.change("left", 0, partners=[1], scores=[8], days=100)
    assert (kept.count, kept.waiting, kept.score, pairs_of(kept)) == (2, 102, 8, [(0, 1)])


def test_nobody_at_first():
    kept = Standing([], [], [], [], [])
    assert (kept.arrive("left", 2, 0, [], []), kept.arrive("right", 1, 9, [0], [3])) == (0, 0)
    assert (kept.count, kept.waiting, kept.score, pairs_of(kept)) == (2, 9, 3, [(0, 0)])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda k: k.arrive("middle", 1, 0, [], []), "side must be one of"),
        (lambda k: k.arrive("left", -1, 0, [], [], 0), "capacity is outside"),
        (lambda k: k.arrive("left", 1.5, 0, [], [], 0), "capacity must be a whole number"),
        (lambda k: k.arrive("left", 1, -1, [], [], 0), "days is outside"),
        (lambda k: k.arrive("left", 1, 0, [0, 2], [1, 1], 0), r"partners\[1\] is outside 0..1"),
        (lambda k: k.arrive("left", 1, 0, [1, 1], [1, 1], 0), r"partners\[1\] repeats"),
        (lambda k: k.arrive("left", 1, 0, [1], [1, 1], 0), "scores has length 2, expected 1"),
        (lambda k: k.arrive("left", 1, 0, [1], [-1], 0), r"scores\[0\] is outside"),
        (lambda k: k.arrive("left", 1, 0, [1], [1]), "area is missing"),
        (lambda k: k.arrive("left", 1, 0, [1], [1], 1), "area 1 is outside 0..0"),
        (lambda k: k.arrive("right", 1, 0, [1], [1], 0), "area has no meaning here"),
        (lambda k: k.arrive("left", 1, 2**60, [1], [1], 0), "too large for exact"),
        (lambda k: k.arrive("right", 1, 0, [2], [1]), r"partners\[0\] has left"),
        (lambda k: k.leave("right", 5), "right person 5 is outside 0..1"),
        (lambda k: k.leave("left", 2), "left person 2 has left"),
        (lambda k: k.change("left", 0, partners=[1]), "partners and scores go together"),
        (lambda k: k.change("left", 0, partners=[0], scores=[1]), r"partners\[0\] is held with this person"),
        (lambda k: k.hold(1, 0), "are no pair"),
        (lambda k: k.hold(0, 0), "are no pair"),
        (lambda k: k.release(1, 1), "are not held"),
        (lambda k: Standing([0], [0], [1], [1], [1], count="all"), "count must be one of"),
    ],
)
def test_refusals_change_nothing(call, message):
    kept = two_a_side()
    kept.leave("left", kept.arrive("left", 1, 0, [0], [1], area=0))
    kept.hold(0, 0)
    before = aims_of(kept), pairs_of(kept), kept.potentials.tolist()
    with pytest.raises(ValueError, match=message):
        call(kept)
    assert (aims_of(kept), pairs_of(kept), kept.potentials.tolist()) == before
    kept.check()
