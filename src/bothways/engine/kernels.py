"""Compiled rules and search: when two people suit each other, how well, and who is in reach of whom.

All in one file, because stored machine code goes stale unnoticed when a kernel of another file changes
(see `_jit`). On floats only what IEEE 754 fixes to the last bit decides anything, so metres and
scores are the same integers everywhere.

People who meet in some remote mode are found through their languages, the others through a grid of
latitude bands. Both only narrow the search: `feasible` decides, exactly.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64, Uint8, Uint64
from bothways.engine.people import IN_PERSON, LETTER, People
from bothways.engine.sphere import EARTH_RADIUS_M, RADIANS_PER_E5, RIGHT_ANGLE_E5, unit_vectors

REMOTE: Final = 14
TALKING: Final = 7  # in person, phone, video: both must be free at the same time
ZERO: Final = np.uint64(0)
ONE: Final = np.uint64(1)

COMPANY: Final = 0
EXCHANGE: Final = 1
# What `compare` says of a person and one other.
FITS: Final = 1  # their languages fit
I_LEARN: Final = 2  # the person learns what the other speaks
I_TEACH: Final = 4  # the other learns what the person speaks
REFUSES: Final = 8  # the other needs something that the person did not say

BAND_E5: Final = 10_000  # height of a latitude band: 0.1 degrees, about 11 km
FULL_E5: Final = 36_000_000

# Upper ends of the distance bands, metres; the last band has none.
BANDS_M: Final = np.array([2_000, 5_000, 10_000, 20_000, 50_000], dtype=np.int64)
TIME_POINTS: Final = np.array([0, 40, 70, 95, 115, 130, 140, 145, 150], dtype=np.int64)
BAND_POINTS: Final = np.array([120, 100, 75, 45, 20, 0], dtype=np.int64)
INTEREST_POINTS: Final = np.array([0, 40, 70, 90, 105, 115, 120], dtype=np.int64)
SPEAK_POINTS: Final = np.array([0, 60, 75, 80], dtype=np.int64)
LEARN_POINTS: Final = np.array([0, 60, 80], dtype=np.int64)
MODE_POINTS: Final = np.array([30, 15, 15, 10], dtype=np.int64)


# One person as the kernels see them: a row of the table that `rows_of` makes. A row is handed on as
# one pointer, where a tuple of columns would be copied at every call.
Row: TypeAlias = Any
Rows: TypeAlias = npt.NDArray[np.void]


def rows_of(people: People) -> Rows:
    """People as rows: unit vectors instead of angles, and wide integers."""
    # In steps of four words, so that machine code for one width serves programmes of up to 256 languages.
    words = (-(-people.language_words // 4) * 4,)
    layout: list[Any] = [(name, np.float64) for name in ("x", "y", "z")]
    layout += [(name, np.int64) for name in ("lat", "lon", "radius", "times", "modes", "needs", "facts")]
    layout += [("interests", np.uint64), ("speak", np.uint64, words), ("learn", np.uint64, words)]
    rows = np.zeros(len(people), dtype=np.dtype(layout))
    rows["x"], rows["y"], rows["z"] = unit_vectors(people.lat_e5, people.lon_e5)
    rows["lat"], rows["lon"], rows["radius"] = people.lat_e5, people.lon_e5, people.radius_m
    for name in ("times", "modes", "needs", "facts", "interests"):
        rows[name] = getattr(people, name)
    rows["speak"][:, : people.language_words] = people.speak
    rows["learn"][:, : people.language_words] = people.learn
    return rows


@kernel
def arcsine(x: float) -> float:
    """Arcsine on [0, 1]; the rational approximation of FDLIBM's e_asin.c."""
    t = x * x if x < 0.5 else (1.0 - x) * 0.5
    p = 7.91534994289814532176e-04 + t * 3.47933107596021167570e-05
    p = 2.01212532134862925881e-01 + t * (-4.00555345006794114027e-02 + t * p)
    p = t * (1.66666666666666657415e-01 + t * (-3.25565818622400915405e-01 + t * p))
    q = 2.02094576023350569471e00 + t * (-6.88283971605453293030e-01 + t * 7.70381505559019352791e-02)
    q = 1.0 + t * (-2.40339491173441421878e00 + t * q)
    if x < 0.5:
        return x + x * (p / q)
    root = np.sqrt(t)
    return float(1.5707963267948966 - 2.0 * (root + root * (p / q)))


@kernel
def metres(a: Row, b: Row) -> int:
    """Great-circle distance in whole metres, rounded down; the same both ways round."""
    dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
    half_chord = 0.5 * np.sqrt(dx * dx + dy * dy + dz * dz)
    return int(2.0 * EARTH_RADIUS_M * arcsine(min(half_chord, 1.0)))


@kernel
def bit_count(word: int) -> int:
    rest, count = np.uint64(word), 0
    while rest != ZERO:
        rest &= rest - ONE
        count += 1
    return count


@kernel
def common_bits(one: Uint64, other: Uint64) -> int:
    count = 0
    for w in range(len(one)):
        count += bit_count(one[w] & other[w])
    return count


@kernel
def overlap(one: Uint64, other: Uint64) -> bool:
    shared = ZERO
    for w in range(len(one)):
        shared |= one[w] & other[w]
    return bool(shared != ZERO)


@kernel
def languages_fit(a: Row, b: Row, rule: int) -> bool:
    if rule == EXCHANGE:
        return overlap(a.learn, b.speak) and overlap(a.speak, b.learn)
    shared = ZERO
    for w in range(len(a.speak)):
        shared |= (a.speak[w] & (b.speak[w] | b.learn[w])) | (a.learn[w] & b.speak[w])
    return bool(shared != ZERO)


@kernel
def usable_modes(modes: int, times: int, near: bool) -> int:
    """Which of the shared modes can really be used, from shared modes and shared times."""
    if not near:
        modes &= ~IN_PERSON
    return modes if times != 0 else modes & LETTER


@kernel
def ways_to_meet(a: Row, b: Row) -> int:
    """The shared modes that the pair can really use: 0 when there is none."""
    modes, times = a.modes & b.modes, a.times & b.times
    near = False
    if modes & IN_PERSON and times:
        near = metres(a, b) <= min(a.radius, b.radius)
    return usable_modes(modes, times, near)


@kernel
def needs_met(a: Row, b: Row) -> bool:
    return bool((a.needs & ~b.facts) | (b.needs & ~a.facts) == 0)


@kernel
def feasible(a: Row, b: Row, rule: int) -> bool:
    return needs_met(a, b) and languages_fit(a, b, rule) and ways_to_meet(a, b) != 0


@kernel
def compare(person: Row, others: Rows, rule: int, fit: Uint8, apart: Int64) -> None:
    """Languages and distance of one person to all others; the distance only where it can matter."""
    for j in range(len(others)):
        other = others[j]
        fit[j] = FITS if languages_fit(person, other, rule) else 0
        fit[j] |= I_LEARN if overlap(person.learn, other.speak) else 0
        fit[j] |= I_TEACH if overlap(person.speak, other.learn) else 0
        apart[j] = 0
        if other.needs & ~person.facts:
            fit[j] |= REFUSES
        elif other.modes & IN_PERSON and (fit[j] & FITS or not person.needs & ~other.facts):
            apart[j] = metres(person, other)


@kernel
def points(table: Int64, count: int) -> int:
    return int(table[min(count, len(table) - 1)])


@kernel
def band(distance: int) -> int:
    code = 0
    while code < len(BANDS_M) and distance >= BANDS_M[code]:
        code += 1
    return code


@kernel
def pair_score(a: Row, b: Row, distance: int) -> int:
    """How well a feasible pair fits: an integer from 0 to 700, the same both ways round."""
    modes = ways_to_meet(a, b)
    total = points(INTEREST_POINTS, bit_count(a.interests & b.interests))
    total += points(SPEAK_POINTS, common_bits(a.speak, b.speak))
    total += points(LEARN_POINTS, common_bits(a.learn, b.speak))
    total += points(LEARN_POINTS, common_bits(a.speak, b.learn))
    if modes & TALKING:
        total += points(TIME_POINTS, bit_count(a.times & b.times))
    if modes & IN_PERSON:
        total += BAND_POINTS[band(distance)]
    for bit in range(4):
        if modes >> bit & 1:
            total += MODE_POINTS[bit]
    return total


@kernel
def weigh(a: Rows, b: Rows, left: Int32, right: Int32, score: Int32, distance: Int32) -> None:
    """Fill `score` and `distance` for pairs that are known to be feasible."""
    for k in range(len(left)):
        distance[k] = metres(a[left[k]], b[right[k]])
        score[k] = pair_score(a[left[k]], b[right[k]], distance[k])


class Grid(NamedTuple):
    """People by bands of latitude, within a band by longitude."""

    start: Int64
    person: Int64
    longitude: Int64


class Index(NamedTuple):
    """Where to look for the people of the right side."""

    nearby: Grid  # everyone who meets in person
    local: Grid  # those of them who meet in person only
    language_start: Int64  # those who meet in some remote mode, by language
    language_person: Int64
    keys: Uint64  # (n, W): the languages under which a right person is listed
    name: Int64  # rows stand in the grid's order, so that neighbours are near in memory; this is who they are
    forbidden_start: Int64  # by left person, right persons ascending
    forbidden_right: Int64


@kernel
def is_forbidden(index: Index, i: int, j: int) -> bool:
    low, high = index.forbidden_start[i], index.forbidden_start[i + 1]
    while low < high:
        middle = (low + high) >> 1
        if index.forbidden_right[middle] < j:
            low = middle + 1
        else:
            high = middle
    return bool(low < index.forbidden_start[i + 1] and index.forbidden_right[low] == j)


@kernel
def collect_range(  # one stretch of one latitude band
    person: Row, b: Rows, rule: int, grid: Grid, row: int, west: int, east: int, out: Int64, size: int
) -> int:
    low, high = grid.start[row], grid.start[row + 1]
    low += np.searchsorted(grid.longitude[low:high], west)
    while low < high and grid.longitude[low] <= east:
        j = grid.person[low]
        if feasible(person, b[j], rule):
            out[size] = j
            size += 1
        low += 1
    return size


@kernel
def collect_near(person: Row, b: Rows, rule: int, grid: Grid, out: Int64, size: int) -> int:
    """Those of the grid within the person's radius; the window is generous, the rule itself exact."""
    lat, lon = person.lat, person.lon
    reach = (person.radius + 2.0) / EARTH_RADIUS_M
    reach_e5 = int(reach / RADIANS_PER_E5) + 2
    bottom = max((lat - reach_e5 + RIGHT_ANGLE_E5) // BAND_E5, 0)
    top = min((lat + reach_e5 + RIGHT_ANGLE_E5) // BAND_E5, len(grid.start) - 2)
    half = 2 * RIGHT_ANGLE_E5
    if abs(lat) + reach_e5 < RIGHT_ANGLE_E5:
        width = np.arcsin(min(np.sin(reach) / np.cos(lat * RADIANS_PER_E5), 1.0))
        half = min(int(width / RADIANS_PER_E5) + 4, half)
    for row in range(bottom, top + 1):
        if grid.start[row] == grid.start[row + 1]:
            continue
        if half >= 2 * RIGHT_ANGLE_E5:
            size = collect_range(person, b, rule, grid, row, -half, half, out, size)
            continue
        size = collect_range(person, b, rule, grid, row, lon - half, lon + half, out, size)
        # The window may run over the date line; the two ends of the map are the same meridian.
        if lon - half <= -2 * RIGHT_ANGLE_E5:
            size = collect_range(person, b, rule, grid, row, lon - half + FULL_E5, FULL_E5, out, size)
        if lon + half >= 2 * RIGHT_ANGLE_E5:
            size = collect_range(person, b, rule, grid, row, -FULL_E5, lon + half - FULL_E5, out, size)
    return size


@kernel
def collect_remote(person: Row, b: Rows, rule: int, index: Index, out: Int64, size: int) -> int:
    """Those with some remote mode, language by language; each is looked at once, at the lowest one."""
    for w in range(len(person.speak)):
        mine = person.learn[w] if rule == EXCHANGE else person.speak[w] | person.learn[w]
        for bit in range(64):
            if mine >> np.uint64(bit) & ONE == ZERO:
                continue
            below = (ONE << np.uint64(bit)) - ONE
            number = 64 * w + bit
            for k in range(index.language_start[number], index.language_start[number + 1]):
                j = index.language_person[k]
                if mine & index.keys[j, w] & below != ZERO or met_before(person, index.keys, j, w, rule):
                    continue
                if feasible(person, b[j], rule):
                    out[size] = j
                    size += 1
    return size


@kernel
def met_before(person: Row, keys: Uint64, j: int, words: int, rule: int) -> bool:
    for w in range(words):
        mine = person.learn[w] if rule == EXCHANGE else person.speak[w] | person.learn[w]
        if mine & keys[j, w] != ZERO:
            return True
    return False


@kernel
def in_reach(person: Row, i: int, b: Rows, rule: int, index: Index, out: Int64) -> int:
    """Write the right persons feasible with `i` to `out`, ascending; return how many."""
    size = 0
    if person.modes & REMOTE:
        size = collect_remote(person, b, rule, index, out, size)
    if person.modes & IN_PERSON:
        grid = index.local if person.modes & REMOTE else index.nearby
        size = collect_near(person, b, rule, grid, out, size)
    for k in range(size):
        out[k] = index.name[out[k]]
    if index.forbidden_start[i] < index.forbidden_start[i + 1]:
        kept = 0
        for k in range(size):
            if not is_forbidden(index, i, out[k]):
                out[kept] = out[k]
                kept += 1
        size = kept
    out[:size].sort()
    return size


@kernel
def list_all(a: Rows, b: Rows, rule: int, index: Index, rows: Int64) -> tuple[Int32, Int32]:
    """Every feasible pair, left then right; `rows` are the left persons to list, ascending."""
    out = np.empty(len(b), dtype=np.int64)
    left, right, total = np.empty(1024, dtype=np.int32), np.empty(1024, dtype=np.int32), 0
    for i in rows:
        size = in_reach(a[i], i, b, rule, index, out)
        if total + size > len(left):
            room = max(2 * len(left), total + size)
            more_left, more_right = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
            more_left[:total], more_right[:total] = left[:total], right[:total]
            left, right = more_left, more_right
        left[total : total + size] = i
        right[total : total + size] = out[:size]
        total += size
    return left[:total].copy(), right[:total].copy()
