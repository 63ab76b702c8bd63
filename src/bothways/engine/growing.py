"""Networks with room for people and pairs that come later."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from bothways.engine.arrays import Bool, Int32, Int64
from bothways.engine.benches import benches
from bothways.engine.changes import OUT
from bothways.engine.ordering import ascending, by_left
from bothways.engine.residual import NOBODY, Flow, Net, Turned, by_person, chains, loads

T = TypeVar("T", bound=np.generic)

# Room for an eighth more, and for so many at least.
LEAST_PEOPLE: Final = 64
LEAST_PAIRS: Final = 1024


@dataclass(slots=True, eq=False)
class Side:
    """One side's people; the arrays are longer than `number`, and their last place belongs to nobody."""

    number: int
    capacity: Int64
    days: Int64
    best: Int64  # at least the best score among the person's pairs
    held: Int64  # how many held pairs
    gone: Bool
    partners: dict[int, dict[int, int]] = field(default_factory=dict)  # of the held pairs, with their scores

    def grow(self) -> None:
        size = self.number + max(self.number // 8, LEAST_PEOPLE) + 1
        for name in ("capacity", "days", "best", "held", "gone"):
            setattr(self, name, padded(getattr(self, name)[: self.number], size, 0))

    @property
    def full(self) -> bool:
        return self.number + 1 >= len(self.capacity)

    @property
    def room(self) -> Int64:
        return np.where(self.gone, 0, np.maximum(self.capacity - self.held, 0))


class Live(NamedTuple):
    """The pairs of a problem and which of them are chosen."""

    left: Int32
    right: Int32
    score: Int32
    used: Bool


class Tree(NamedTuple):
    """The areas: the one above each, how much it may hold, and how much of that is held."""

    parent: Int64
    capacity: Int64
    held: Int64


def padded(array: npt.NDArray[T], size: int, value: int) -> npt.NDArray[T]:
    out = np.full(size, value, array.dtype)
    out[: len(array)] = array
    return out


def lay_out(
    live: Live,
    sides: tuple[Side, Side],
    area: Int64,
    tree: Tree,
    first: tuple[Int64, Int64],
    further: int,
    prices: tuple[Int64, Int64, Int64],
    more: int,
) -> tuple[Net, Flow]:
    """A network and a flow in it, with room for `more` pairs at least.

    The sides are grown already; `area` and the people's prices need not be.
    """
    n, m = len(sides[0].capacity), len(sides[1].capacity)
    number = len(live.left)
    size = number + more + max(number // 8, LEAST_PAIRS)
    left, right, score, used = live
    if not ascending(left, right):
        order = by_left(left, right)
        left, right, score, used = left[order], right[order], score[order], used[order]
    area = padded(area, n, NOBODY)
    left_use = np.bincount(left[used], minlength=n)
    flow = Flow(
        padded(used, size, 0),
        left_use,
        np.bincount(right[used], minlength=m),
        loads(left_use, area, tree.parent),
        padded(prices[0], n, 0),
        padded(prices[1], m, 0),
        prices[2].copy(),
    )
    flow.left_price[-1], flow.right_price[-1] = OUT, -OUT
    left_start, right_start, by_right = by_person(left, right, n, m)
    net = Net(
        padded(left, size, n - 1),
        padded(right, size, m - 1),
        padded(score, size, 0),
        left_start,
        right_start,
        by_right,
        Turned(left[by_right], score[by_right], used[by_right]),
        np.full(n, NOBODY, np.int32),
        np.full(m, NOBODY, np.int32),
        np.full(size, NOBODY, np.int32),
        np.full(size, NOBODY, np.int32),
        sides[0].room,
        sides[1].room,
        *first,
        further,
        area,
        tree.parent,
        np.maximum(tree.capacity - tree.held, 0),
        benches(area, len(tree.parent)),
        *chains(tree.parent, len(tree.parent)),
    )
    return net, flow
