"""Keyed noise for published figures: the cell-key method, with a part that lasts.

Nothing here knows Django or a database. The same functions make the figures that are published and those
that the attack (`tests/figures/`) tries to take apart. `docs/algorithms/published-figures.md` says what they
promise.
"""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass
from statistics import NormalDist

# Standard deviations of the two parts, in people. Wider for areas: an insider may know a whole village.
SPREAD = 12.0
AREA_SPREAD = 16.0
JITTER = 2.0
# How much of the lasting part is left after one half-year, quarter or month.
LASTS = {"half": 0.64, "quarter": 0.8, "month": 0.93}
# So many periods are added up: three years.
BACK = {"half": 6, "quarter": 12, "month": 36}

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Cell:
    """Which figure: a table of one programme, a place in it, and when.

    `period` counts half-years, quarters or months (`every`) from year 0, so that the one before is one less.
    """

    table: str
    place: str
    every: str
    period: int
    spread: float = SPREAD


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise of one programme. `key`: 32 bytes that nobody outside knows."""

    key: bytes

    @classmethod
    def of(cls, key: bytes, programme: str) -> Noise:
        """The noise of a programme, from the key of the installation."""
        return cls(hashlib.blake2b(programme.encode(), key=key, person=b"bothways.noise").digest()[:32])

    @property
    def seed(self) -> int:
        """For the record keys, which the database makes: a signed number of 64 bits. Without `key` it is
        worth nothing: what is made from record keys goes through `key` again."""
        return int.from_bytes(_digest(self.key, "records"), "big", signed=True)

    def mark_of(self, table: str, place: str, count: int) -> int:
        """What stands for the sum of record keys where nobody knows who is counted: 32 bits."""
        return int.from_bytes(_digest(self.key, f"nobody/{table}/{place}/{count}")[:4], "big")

    def of_cell(self, cell: Cell, cell_key: int) -> float:
        """What is added to the count of one cell, in people.

        `cell_key` is the sum of the record keys of those who are counted, modulo 2**32.
        """
        jitter = _normal(self.key, f"jitter/{cell.period}/{cell.every}/{cell_key % 2**32}")
        return cell.spread * self.lasting(cell) + JITTER * jitter

    def lasting(self, cell: Cell) -> float:
        """The part that goes on from period to period: a series of standard deviation 1.

        An autoregressive process cut off after `BACK` terms: the sum of u[t-k] * `weights`[k], each u normal
        and made from the key.
        """
        about = (self.key, f"step/{cell.table}/{cell.place}/{cell.every}/")
        return sum(
            weight * _step(*about, cell.period - back) for back, weight in enumerate(weights(cell.every))
        )

    def once(self, what: str) -> float:
        """A normal number of standard deviation 1 for something that is told once and never again."""
        return _normal(self.key, f"once/{what}")


@functools.cache
def weights(every: str) -> tuple[float, ...]:
    """Of the terms of the lasting part, newest first; the sum of their squares is 1."""
    raw = [LASTS[every] ** back for back in range(BACK[every])]
    size = math.sqrt(sum(weight**2 for weight in raw))
    return tuple(weight / size for weight in raw)


@functools.lru_cache(maxsize=65536)
def _step(key: bytes, series: str, period: int) -> float:
    return _normal(key, f"{series}{period}")


def _normal(key: bytes, what: str) -> float:
    """A normal number, mean 0 and standard deviation 1, that whoever has no key cannot tell from chance."""
    return _NORMAL.inv_cdf((int.from_bytes(_digest(key, what), "big") + 0.5) / 2**64)


def _digest(key: bytes, what: str) -> bytes:
    return hashlib.blake2b(what.encode(), key=key, digest_size=8).digest()
