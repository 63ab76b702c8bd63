"""What must happen to the best answer when the question changes in a way whose effect is known."""

import os

import numpy as np
import pytest

from bothways.engine.solve import solve
from bothways.engine.tests.helpers import random_problem
from bothways.engine.verify import verify

SEEDS = range(8)
MANY = int(os.environ.get("ROUNDS", 400))
PAIRS = ("left", "right", "score")


def aims(problem):
    found = solve(**problem)
    verify(found, **problem)
    return found.count, found.waiting, found.score


def instance(seed, *, count=None, areas=None, waiting=True):
    """(a random problem, the generator that made it); areas, a third of the time none, if nothing is said."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(4, 30, 2)
    areas = int(rng.choice([0, 2, 6])) if areas is None else areas
    problem = random_problem(rng, n, m, density=float(rng.choice([0.1, 0.3])), areas=areas, waiting=waiting)
    return problem | {"count": count or str(rng.choice(["people", "pairs"]))}, rng


def changed(column, at, by):
    column = np.array(column)
    column[at] += by
    return column


def swapped_sides(seed):
    problem, _ = instance(seed, areas=0)
    turned = problem | {
        "left": problem["right"], "right": problem["left"], "left_capacity": problem["right_capacity"],
        "right_capacity": problem["left_capacity"], "waiting": problem["waiting"][::-1],
    }  # fmt: skip
    assert aims(turned) == aims(problem)


def renamed_people_areas_and_pairs(seed):
    problem, rng = instance(seed, areas=5)
    n, m, a = (len(problem[name]) for name in ("left_capacity", "right_capacity", "area_capacity"))
    to_left, to_right, to_area = rng.permutation(n), rng.permutation(m), rng.permutation(a)
    lefts, rights, areas = (np.argsort(to) for to in (to_left, to_right, to_area))
    order = rng.permutation(len(problem["left"]))
    parent = problem["area_parent"][areas]
    renamed = problem | {
        "left": to_left[problem["left"]][order], "right": to_right[problem["right"]][order],
        "score": problem["score"][order], "left_capacity": problem["left_capacity"][lefts],
        "right_capacity": problem["right_capacity"][rights],
        "left_area": to_area[problem["left_area"]][lefts],
        "area_parent": np.where(parent >= 0, to_area[parent], -1),
        "area_capacity": problem["area_capacity"][areas],
        "waiting": (problem["waiting"][0][lefts], problem["waiting"][1][rights]),
    }  # fmt: skip
    assert aims(renamed) == aims(problem)


def somebody_whom_nobody_can_meet(seed):
    problem, _ = instance(seed)
    more = problem | {
        "left_capacity": [*problem["left_capacity"], 3], "right_capacity": [*problem["right_capacity"], 3],
        "waiting": ([*problem["waiting"][0], 9999], [*problem["waiting"][1], 9999]),
    }  # fmt: skip
    if "left_area" in problem:
        more["left_area"] = [*problem["left_area"], 0]
    assert aims(more) == aims(problem)


def scores_times_two(seed):
    problem, _ = instance(seed)
    count, waiting, score = aims(problem)
    assert aims(problem | {"score": 2 * problem["score"]}) == (count, waiting, 2 * score)


def one_more_point_for_every_pair(seed):
    problem, _ = instance(seed, count="pairs")
    count, waiting, score = aims(problem)
    assert aims(problem | {"score": problem["score"] + 7}) == (count, waiting, score + 7 * count)


def everybody_waits_another_week(seed):
    problem, _ = instance(seed, count="people")
    count, waiting, score = aims(problem)
    later = tuple(days + 7 for days in problem["waiting"])
    assert aims(problem | {"waiting": later}) == (count, waiting + 7 * count, score)


def more_room_never_hurts(seed):
    problem, rng = instance(seed, areas=4)
    before = aims(problem)
    for name in ("left_capacity", "right_capacity", "area_capacity"):
        at = rng.integers(0, len(problem[name]))
        assert aims(problem | {name: changed(problem[name], at, 1)}) >= before
        unused = changed(problem[name], at, -1) if problem[name][at] else problem[name]
        assert aims(problem | {name: unused}) <= before


def one_more_pair_never_hurts(seed):
    problem, rng = instance(seed)
    if len(problem["left"]) == 0:
        return
    others = np.delete(np.arange(len(problem["left"])), rng.integers(0, len(problem["left"])))
    assert aims(problem | {name: problem[name][others] for name in PAIRS}) <= aims(problem)


def pairs_that_were_not_chosen_do_not_matter(seed):
    problem, _ = instance(seed)
    chosen = solve(**problem).chosen
    assert aims(problem | {name: problem[name][chosen] for name in PAIRS}) == aims(problem)


def a_chosen_pair_by_itself_leaves_the_best_rest(seed):
    problem, _ = instance(seed, count="pairs", areas=3, waiting=False)
    found = solve(**problem)
    if not len(found.chosen):
        return
    k = found.chosen[0]
    i, j, area = problem["left"][k], problem["right"][k], problem["left_area"][problem["left"][k]]
    above = []
    while area >= 0:
        above.append(area)
        area = problem["area_parent"][area]
    others = np.delete(np.arange(len(problem["left"])), k)
    rest = problem | {name: problem[name][others] for name in PAIRS}
    rest["left_capacity"] = changed(problem["left_capacity"], i, -1)
    rest["right_capacity"] = changed(problem["right_capacity"], j, -1)
    rest["area_capacity"] = changed(problem["area_capacity"], above, -1)
    assert aims(rest) == (found.count - 1, 0, found.score - problem["score"][k])


def an_area_split_in_two_without_limits_of_their_own(seed):
    problem, rng = instance(seed, areas=4)
    area, a = rng.integers(0, 4), len(problem["area_parent"])
    half = a + rng.integers(0, 2, len(problem["left_area"]))
    split = problem | {
        "left_area": np.where(problem["left_area"] == area, half, problem["left_area"]),
        "area_parent": [*problem["area_parent"], area, area],
        "area_capacity": [*problem["area_capacity"], 10**6, 10**6],
    }
    assert aims(split) == aims(problem)


def an_area_put_between_with_the_same_limit(seed):
    problem, rng = instance(seed, areas=4)
    area, a = rng.integers(0, 4), len(problem["area_parent"])
    between = problem | {
        "area_parent": [
            *changed(problem["area_parent"], area, a - problem["area_parent"][area]),
            problem["area_parent"][area],
        ],
        "area_capacity": [*problem["area_capacity"], problem["area_capacity"][area]],
    }
    assert aims(between) == aims(problem)


def areas_without_limits(seed):
    problem, _ = instance(seed, areas=4)
    free = {k: v for k, v in problem.items() if k not in ("left_area", "area_parent", "area_capacity")}
    assert aims(problem | {"area_capacity": [10**6] * 4}) == aims(free)


def an_area_limited_to_what_it_holds(seed):
    problem, _ = instance(seed, areas=4)
    found = solve(**problem)
    load = np.zeros(4, int)
    for area in problem["left_area"][problem["left"][found.chosen]].tolist():
        while area >= 0:
            load[area] += 1
            area = problem["area_parent"][area]
    assert aims(problem | {"area_capacity": load}) == aims(problem)


def two_programmes_side_by_side(seed):
    one, _ = instance(seed, count="people", areas=3)
    two, _ = instance(seed + 1000, count="people", areas=2)
    n, m = len(one["left_capacity"]), len(one["right_capacity"])

    def joined(name, shift=0):
        return np.concatenate([one[name], np.asarray(two[name]) + shift])

    parent = np.where(two["area_parent"] >= 0, two["area_parent"] + 3, -1)
    both = {
        "left": joined("left", n), "right": joined("right", m), "score": joined("score"),
        "left_capacity": joined("left_capacity"), "right_capacity": joined("right_capacity"),
        "left_area": joined("left_area", 3), "area_parent": np.concatenate([one["area_parent"], parent]),
        "area_capacity": joined("area_capacity"), "count": "people",
        "waiting": tuple(np.concatenate(days) for days in zip(one["waiting"], two["waiting"], strict=True)),
    }  # fmt: skip
    assert aims(both) == tuple(a + b for a, b in zip(aims(one), aims(two), strict=True))


RELATIONS = [
    swapped_sides, renamed_people_areas_and_pairs, somebody_whom_nobody_can_meet, scores_times_two,
    one_more_point_for_every_pair, everybody_waits_another_week, more_room_never_hurts,
    one_more_pair_never_hurts, pairs_that_were_not_chosen_do_not_matter,
    a_chosen_pair_by_itself_leaves_the_best_rest, an_area_split_in_two_without_limits_of_their_own,
    an_area_put_between_with_the_same_limit, areas_without_limits, an_area_limited_to_what_it_holds,
    two_programmes_side_by_side,
]  # fmt: skip


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.__name__)
def test_the_answer_moves_as_it_must(relation):
    for seed in SEEDS:
        relation(seed)


@pytest.mark.attack
@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.__name__)
def test_the_answer_moves_as_it_must_many_times(relation):
    for seed in range(len(SEEDS), len(SEEDS) + MANY):
        relation(seed)
