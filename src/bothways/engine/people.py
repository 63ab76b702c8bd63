"""People as columns: what one side of a programme offers, wishes and needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from bothways.engine.arrays import Bool, Int32, Int64, Uint8, Uint32, Uint64, refuse

IN_PERSON: Final = 1
PHONE: Final = 2
VIDEO: Final = 4
LETTER: Final = 8
ALL_MODES: Final = IN_PERSON | PHONE | VIDEO | LETTER
TIME_SLOTS: Final = 21
WORD_BITS: Final = 64

_DTYPES: Final = {
    "lat_e5": np.int32,
    "lon_e5": np.int32,
    "radius_m": np.int32,
    "speak": np.uint64,
    "learn": np.uint64,
    "times": np.uint32,
    "modes": np.uint8,
    "interests": np.uint64,
    "needs": np.uint32,
    "facts": np.uint32,
    "capacity": np.int32,
    "waiting_days": np.int32,
}


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The people of one side, one row each, one column per wish.

    Parameters
    ----------
    lat_e5, lon_e5 : int32 (n,)
        Centre of the coarse cell that the person chose, in 1e-5 degrees; latitude within
        +-9,000,000, longitude within +-18,000,000. Never an exact position.
    radius_m : int32 (n,)
        How far the person would like the other to be at most when meeting in person, metres, >= 0.
    speak, learn : uint64 (n, W)
        Language sets: bit `b` of word `w` is language number `64 * w + b`. Both have the same W >= 1.
    times : uint32 (n,)
        Bit `3 * day + part` for 7 days and 3 parts of the day (21 bits); no higher bit is set.
    modes : uint8 (n,)
        Ways to meet: 1 in person, 2 by phone, 4 by video, 8 by letter.
    interests : uint64 (n,)
        Set of interests, one bit each.
    needs, facts : uint32 (n,)
        What I need of the other; what I said of myself. The same bit means the same thing in both.
    capacity : int32 (n,)
        How many partners the person would welcome, >= 0.
    waiting_days : int32 (n,)
        Days waited so far, >= 0.

    Raises
    ------
    ValueError
        Naming the argument (and the index) for a wrong dtype, shape, length or range.

    Notes
    -----
    n may be 0. Columns are kept as given, not copied; `len()` gives n.
    """

    lat_e5: Int32
    lon_e5: Int32
    radius_m: Int32
    speak: Uint64
    learn: Uint64
    times: Uint32
    modes: Uint8
    interests: Uint64
    needs: Uint32
    facts: Uint32
    capacity: Int32
    waiting_days: Int32

    def __post_init__(self) -> None:
        self._check_shapes()
        refuse(abs(self.lat_e5.astype(np.int64)) > 9_000_000, "lat_e5", "is outside +-9000000")
        refuse(abs(self.lon_e5.astype(np.int64)) > 18_000_000, "lon_e5", "is outside +-18000000")
        for name in ("radius_m", "capacity", "waiting_days"):
            refuse(getattr(self, name) < 0, name, "is negative")
        refuse(self.times >> TIME_SLOTS != 0, "times", f"sets a bit above {TIME_SLOTS - 1}")
        refuse(self.modes > ALL_MODES, "modes", f"sets a bit outside {ALL_MODES:#b}")

    def _check_shapes(self) -> None:
        for name, dtype in _DTYPES.items():
            column = getattr(self, name)
            if not isinstance(column, np.ndarray) or column.dtype != dtype:
                raise ValueError(f"{name} must be an array of {np.dtype(dtype)}")
            if column.ndim != (2 if name in ("speak", "learn") else 1):
                raise ValueError(f"{name} has the wrong number of dimensions: {column.ndim}")
            if len(column) != len(self.lat_e5):
                raise ValueError(f"{name} has length {len(column)}, expected {len(self.lat_e5)}")
        if self.speak.shape[1] < 1:
            raise ValueError("speak needs at least one word of language bits")
        if self.learn.shape[1] != self.speak.shape[1]:
            raise ValueError("learn must have as many words of language bits as speak")

    def __len__(self) -> int:
        return len(self.lat_e5)

    @property
    def language_words(self) -> int:
        """W: how many 64-bit words hold one person's languages."""
        return int(self.speak.shape[1])

    def take(self, rows: Int64 | Bool) -> "People":
        """The people of `rows` (indices or a mask), in that order."""
        return People(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def language_bits(people: Sequence[Iterable[int]], languages: int) -> Uint64:
    """Pack each person's language numbers into words of bits.

    Parameters
    ----------
    people : sequence of n iterables of int
        Language numbers of each person, each in 0..languages-1; repeats do no harm.
    languages : int
        How many languages are numbered, >= 1.

    Returns
    -------
    uint64 (n, W) with W = ceil(languages / 64), as `People.speak` and `People.learn` want it.

    Raises
    ------
    ValueError
        For `languages` below 1, and for a number out of range (naming the person's index).
    """
    if languages < 1:
        raise ValueError("languages must be at least 1")
    words = -(-languages // WORD_BITS)
    rows = [[0] * words for _ in people]
    for index, numbers in enumerate(people):
        for number in numbers:
            if not 0 <= number < languages:
                raise ValueError(f"people[{index}] holds language {number}, outside 0..{languages - 1}")
            rows[index][number // WORD_BITS] |= 1 << (number % WORD_BITS)
    return np.array(rows, dtype=np.uint64).reshape(len(rows), words)


def bits_of(words: Uint64) -> tuple[int, ...]:
    """The numbers of the bits set in one person's words, ascending (the reverse of `language_bits`)."""
    found: list[int] = []
    for index, word in enumerate(np.atleast_1d(words).tolist()):
        while word:
            low = word & -word
            found.append(index * WORD_BITS + low.bit_length() - 1)
            word ^= low
    return tuple(found)
