"""Compiled rules: languages, ways to meet and distance of two people, and of one person and all others.

On floats only what IEEE 754 fixes to the last bit decides anything, so metres are the same integers
everywhere.
"""

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int64, Uint8, Uint64
from bothways.engine.people import IN_PERSON, LETTER, People
from bothways.engine.sphere import EARTH_RADIUS_M, unit_vectors

ZERO: Final = np.uint64(0)

COMPANY: Final = 0
EXCHANGE: Final = 1
# What `compare` says of a person and one other.
FITS: Final = 1  # their languages fit
I_LEARN: Final = 2  # the person learns what the other speaks
I_TEACH: Final = 4  # the other learns what the person speaks
REFUSES: Final = 8  # the other needs something that the person did not say

# Upper ends of the distance bands, metres; the last band has none.
BANDS_M: Final = np.array([2_000, 5_000, 10_000, 20_000, 50_000], dtype=np.int64)

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
def metres_of(square: float) -> int:
    """Whole metres on the sphere, rounded down, of a squared chord of the unit sphere."""
    return int(2.0 * EARTH_RADIUS_M * arcsine(min(0.5 * np.sqrt(square), 1.0)))


@kernel
def metres(a: Row, b: Row) -> int:
    """Great-circle distance in whole metres, rounded down; the same both ways round."""
    dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
    return metres_of(dx * dx + dy * dy + dz * dz)


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
def band(distance: int) -> int:
    code = 0
    while code < len(BANDS_M) and distance >= BANDS_M[code]:
        code += 1
    return code
