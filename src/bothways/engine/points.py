"""Compiled: how many points a pair scores, from what the two share."""

from typing import Any, Final

import numpy as np

from bothways.engine._jit import inlined
from bothways.engine.arrays import Int64
from bothways.engine.kernels import BANDS_M, EXCHANGE, metres_of
from bothways.engine.sphere import EARTH_RADIUS_M

TIME_POINTS: Final = np.array([0, 40, 70, 95, 115, 130, 140, 145, 150], dtype=np.int64)
BAND_POINTS: Final = np.array([120, 100, 75, 45, 20, 0], dtype=np.int64)
INTEREST_POINTS: Final = np.array([0, 40, 70, 90, 105, 115, 120], dtype=np.int64)
SPEAK_POINTS: Final = np.array([0, 60, 75, 80], dtype=np.int64)
LEARN_POINTS: Final = np.array([0, 60, 80], dtype=np.int64)
# By the set of usable modes: in person 30, phone 15, video 15, letter 10.
MODE_POINTS: Final = np.array(
    [30 * (m & 1) + 15 * (m >> 1 & 1) + 15 * (m >> 2 & 1) + 10 * (m >> 3) for m in range(16)], dtype=np.int64
)
MOST_POINTS: Final = 700
# Distances are compared as squared chords. Within this relative margin of a limit, far above every rounding
# and far below a metre, `metres_of` decides.
MARGIN: Final = 1e-9
BAND_CHORDS: Final = (2 * np.sin(BANDS_M / (2 * EARTH_RADIUS_M))) ** 2
ONE: Final = np.uint64(1)


@inlined
def popcount(word: Any) -> int:
    """How many bits are set; compilers know these lines and make one instruction of them."""
    x = np.uint64(word)
    x = x - ((x >> ONE) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int(np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56)))


@inlined
def in_reach(square: float, reach: float, radius: int) -> bool:
    """Whether a squared chord is within `radius` metres; `reach` is about the square of its chord."""
    if square < reach * (1.0 - MARGIN):
        return True
    return square <= reach * (1.0 + MARGIN) and metres_of(square) <= radius


@inlined
def band_points(square: float) -> int:
    code = 0
    while code < len(BAND_CHORDS) and square > BAND_CHORDS[code] * (1.0 + MARGIN):
        code += 1
    if code < len(BAND_CHORDS) and square >= BAND_CHORDS[code] * (1.0 - MARGIN):
        code += 1 if metres_of(square) >= BANDS_M[code] else 0
    return int(BAND_POINTS[code])


@inlined
def most_band_points(square: float) -> int:
    """No distance from that of `square` upwards gives more."""
    code = 0
    for further in range(len(BAND_CHORDS)):
        code += 1 if square > BAND_CHORDS[further] * (1.0 + MARGIN) else 0
    return int(BAND_POINTS[code])


@inlined
def language_points(both: int, learned: int, taught: int) -> int:
    speaking, learning = SPEAK_POINTS[min(both, 3)], LEARN_POINTS[min(learned, 2)]
    return int(speaking + learning + LEARN_POINTS[min(taught, 2)])


@inlined
def speakable(both: int, learned: int, taught: int, rule: int) -> bool:
    if rule == EXCHANGE:
        return learned > 0 and taught > 0
    return both + learned + taught > 0


@inlined
def fewest(table: Int64, needed: int) -> int:
    """How many must be shared to get so many points."""
    count = 0
    while count < len(table) and table[count] < needed:
        count += 1
    return count
