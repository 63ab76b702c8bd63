"""The left people of each area, sitting on benches with a bound on each: what a search can pass by.

Where an area is full, a search asks all its people who could give way, or come in, most cheaply. A large area
has thousands, and hardly any of them matter. So they sit on benches of `SEATS`, and each bench knows a bound:
no more than `most_in` is to be had from a unit more of anybody there, no less than `least_out` is lost with a
unit less. Whoever changes somebody's price, room, worth or use loosens the bounds of their bench
(`residual.loosen`), which takes one comparison; a search that has looked at a whole bench tightens them.
"""

from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int64

SEATS: Final = 32
NOBODY: Final = -1  # ends a chain; the area of a left person where there are no areas
# Bounds that hold for whoever sits there.
ANY: Final = 1 << 62


class Benches(NamedTuple):
    """All benches of an area are full but the first."""

    seat: Int64  # (n,): where a left person sits, NOBODY without an area
    who: Int64  # (SEATS * benches,): who sits there; the first `size` of a bench are taken
    size: Int64  # (benches,)
    first: Int64  # (areas,): each area's first bench; NOBODY ends this chain and all others here
    following: Int64  # (benches,): the area's next bench; of an empty one, the next empty one
    empty: Int64  # (1,): the first of the empty ones
    most_in: Int64  # (benches,)
    least_out: Int64  # (benches,)


def benches(area: Int64, areas: int) -> Benches:
    """Benches for left people with these areas (NOBODY: none), with room for everybody in any area."""
    number = areas + len(area) // SEATS + 1
    made = Benches(
        np.full(len(area), NOBODY, np.int64),
        np.full(SEATS * number, NOBODY, np.int64),
        np.zeros(number, np.int64),
        np.full(areas, NOBODY, np.int64),
        np.append(np.arange(1, number), NOBODY),
        np.zeros(1, np.int64),
        np.empty(number, np.int64),
        np.empty(number, np.int64),
    )
    loosen_all(made)
    seat_all(made, area)
    return made


def loosen_all(made: Benches) -> None:
    """No bound is known any more."""
    made.most_in[:], made.least_out[:] = ANY, -ANY


@kernel
def seat_all(made: Benches, area: Int64) -> None:
    for i in range(len(area)):
        if area[i] >= 0:
            sit_down(made, i, area[i])


@kernel
def sit_down(made: Benches, i: int, area: int) -> None:
    """Give a left person a seat on their area's first bench, or on a new first one."""
    bench = made.first[area]
    if bench < 0 or made.size[bench] == SEATS:
        bench = made.empty[0]
        made.empty[0] = made.following[bench]
        made.following[bench], made.first[area] = made.first[area], bench
    seat = SEATS * bench + made.size[bench]
    made.size[bench] += 1
    made.who[seat], made.seat[i] = i, seat
    made.most_in[bench], made.least_out[bench] = ANY, -ANY


@kernel
def stand_up(made: Benches, i: int, area: int) -> None:
    """Take a left person's seat away; somebody from the first bench moves there."""
    seat, bench = made.seat[i], made.first[area]
    made.size[bench] -= 1
    last = SEATS * bench + made.size[bench]
    moved = made.who[last]
    made.who[seat], made.seat[moved] = moved, seat
    made.who[last], made.seat[i] = NOBODY, NOBODY
    made.most_in[seat // SEATS], made.least_out[seat // SEATS] = ANY, -ANY
    if made.size[bench] == 0:
        made.first[area] = made.following[bench]
        made.following[bench], made.empty[0] = made.empty[0], bench
