"""Further pairs join a problem that is solved already; its choice and prices are where the solver begins."""

from typing import Final

import numpy as np

from bothways.engine.arrays import Int32, Int64
from bothways.engine.ordering import by_left
from bothways.engine.pairs import Pairs
from bothways.engine.paths import settle_pairs
from bothways.engine.problem import Problem
from bothways.engine.reach import Work
from bothways.engine.residual import NOBODY, Flow, Net, by_person, extended, rewards
from bothways.engine.solve import FRACTION, Solved, exactly_best, nearly_best
from bothways.engine.weights import Weights, quick_weights, reweighed

# Fewer than one for so many known pairs are fitted in one by one; for more it pays to scale all again.
FEW: Final = 500
# Where the scaling begins then, in fractions of a point: most prices are right already.
CLOSE: Final = FRACTION // 2


def join(given: Problem, state: Solved, more: Pairs, weights: Weights, at: Work) -> Solved:
    """The problem `given`, solved as `state`, with `more` pairs. The flow of `state` is used up."""
    left, right = state.left_place[more.left], state.right_place[more.right]
    start = len(state.net.left)
    if len(more) * FEW < start:
        net, flow = extended(state.net, state.flow, left, right, more.score)
        settle_pairs(net, flow, at, np.arange(start, len(net.left)))
    else:
        net, flow = merged(state.net, state.flow, left.astype(np.int32), right.astype(np.int32), more.score)
        net = scaled_again(given, state, net, flow, weights)
    return state._replace(net=net, flow=flow)


def scaled_again(given: Problem, state: Solved, net: Net, flow: Flow, weights: Weights) -> Net:
    """Scale `flow` from its prices; the network under `weights`."""
    quick = quick_weights(given)
    for price in (flow.left_price, flow.right_price, flow.area_price):
        price[:] = reweighed(price, weights, quick)
    first_left, first_right, further = worth_in_place(given, state, quick)
    nearly_best(net._replace(first_left=first_left, first_right=first_right, further=further), flow, CLOSE)
    return exactly_best(net, flow, quick, weights, worth_in_place(given, state, weights))


def worth_in_place(given: Problem, state: Solved, weights: Weights) -> tuple[Int64, Int64, int]:
    """The rewards under `weights`, with everybody where they stand in the network."""
    first_left, first_right, further = rewards(given, weights)
    return first_left[state.left_at], first_right[state.right_at], further


def merged(net: Net, flow: Flow, left: Int32, right: Int32, score: Int32) -> tuple[Net, Flow]:
    """The network with further pairs, all of them in stretches again, none of the new ones in use."""
    n, m = len(net.left_room), len(net.right_room)
    left, right = np.concatenate([net.left, left]), np.concatenate([net.right, right])
    score, used = (
        np.concatenate([net.score, score]),
        np.concatenate([flow.used, np.zeros(len(score), np.bool_)]),
    )
    order = by_left(left, right)
    left, right, score, used = left[order], right[order], score[order], used[order]
    left_start, right_start, by_right = by_person(left, right, n, m)
    nobody = np.full(len(left), NOBODY, np.int32)
    net = net._replace(
        left=left,
        right=right,
        score=score,
        left_start=left_start,
        right_start=right_start,
        by_right=by_right,
        left_chain=np.full(n, NOBODY, np.int32),
        right_chain=np.full(m, NOBODY, np.int32),
        next_of_left=nobody,
        next_of_right=nobody.copy(),
    )
    return net, flow._replace(used=used)
