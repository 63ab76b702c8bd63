"""Reading and searching the extract. It is loaded at first use and takes about 20 MB."""

from __future__ import annotations

import gzip
import re
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "towns.tsv.gz"
EARTH_RADIUS_KM = 6371.009
# Letters that have no plain letter inside them, as far as Unicode is concerned.
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"})
LONGEST = 80
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Town:
    """One town of the extract."""

    id: int
    name: str
    country: str
    # GeoNames' code of the state or province, for telling apart towns of one name.
    region: str
    lat: float
    lon: float
    population: int


@dataclass(frozen=True, slots=True)
class _Extract:
    # The lines as they are, because a Python object for each town would take ten times the memory.
    lines: bytes
    line_starts: NDArray[np.int32]
    # Every name in its folded form: "\nname|other|other\nname…", for searching.
    folded: str
    folded_starts: array[int]
    ids: NDArray[np.int32]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    population: NDArray[np.int32]
    # Country code: its first row and the row after its last.
    countries: dict[str, tuple[int, int]]


def fold(name: str) -> str:
    """A name without case, accents and dashes, so that it is found however it is typed."""
    kept = name.casefold().translate(PLAIN)
    if not kept.isascii():
        apart = unicodedata.normalize("NFKD", kept)
        kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[-'’ʼ`.,|\n\t\x00]", " ", kept).split())


@cache
def _extract() -> _Extract:
    rows = gzip.decompress(FILE.read_bytes()).decode().split("\n")
    size = len(rows)
    ids, population = np.empty(size, np.int32), np.empty(size, np.int32)
    lat, lon = np.empty(size, np.float64), np.empty(size, np.float64)
    line_starts = np.zeros(size + 1, np.int32)
    countries: dict[str, tuple[int, int]] = {}
    lines, folded, length = bytearray(), list[str](), 0
    folded_starts = array("i")
    for number, row in enumerate(rows):
        fields = row.split("\t")
        ids[number], lat[number], lon[number], population[number] = (fields[k] for k in (0, 4, 5, 6))
        countries[fields[2]] = (countries.get(fields[2], (number, 0))[0], number + 1)
        lines += "\t".join(fields[:7]).encode()
        line_starts[number + 1] = len(lines)
        others = fields[7].split("|") if fields[7] else []
        names = "\n" + "|".join(fold(name) for name in (fields[1], *others))
        folded_starts.append(length)
        folded.append(names)
        length += len(names)
    return _Extract(
        bytes(lines), line_starts, "".join(folded) + "\n", folded_starts, ids, lat, lon, population, countries
    )


def _town(extract: _Extract, row: int) -> Town:
    fields = extract.lines[extract.line_starts[row] : extract.line_starts[row + 1]].decode().split("\t")
    return Town(
        int(fields[0]), fields[1], fields[2], fields[3], float(fields[4]), float(fields[5]), int(fields[6])
    )


def country_codes() -> list[str]:
    """The codes of the countries that have a town in the extract."""
    return list(_extract().countries)


def by_id(town_id: int) -> Town | None:
    """The town with this GeoNames id."""
    extract = _extract()
    if not 0 < town_id < 2**31:
        return None
    found = np.flatnonzero(extract.ids == town_id)
    return _town(extract, int(found[0])) if len(found) else None


def search(text: str, country: str | None = None, limit: int = 20) -> list[Town]:
    """Towns one of whose names has a word that begins like `text`: whole names first, then the largest.

    Two letters at least (one Chinese character); less, or nothing found, gives an empty list.
    """
    wanted = fold(text[:LONGEST])
    if len(wanted) < 2 and not HAN.search(wanted):
        return []
    extract = _extract()
    first, end = extract.countries.get(country, (0, 0)) if country else (0, len(extract.ids))
    if first == end:
        return []
    start = extract.folded_starts[first]
    stop = extract.folded_starts[end] if end < len(extract.ids) else len(extract.folded)
    best: dict[int, int] = {}
    for before, rank in (("\n", 1), ("|", 1), (" ", 2)):
        at = extract.folded.find(before + wanted, start, stop)
        while at != -1:
            row = bisect_right(extract.folded_starts, at) - 1
            after = extract.folded[at + 1 + len(wanted)]
            best[row] = min(best.get(row, 9), 0 if rank == 1 and after in "\n|" else rank)
            at = extract.folded.find(before + wanted, at + 1, stop)
    order = sorted(best, key=lambda row: (best[row], -int(extract.population[row]), row))
    return [_town(extract, row) for row in order[:limit]]


def near(town: Town, km: float) -> list[Town]:
    """The towns within `km` of a town as the crow flies, itself among them, the nearest first."""
    extract = _extract()
    lat, lon = np.radians(extract.lat), np.radians(extract.lon)
    here_lat, here_lon = np.radians(town.lat), np.radians(town.lon)
    half = (
        np.sin((lat - here_lat) / 2) ** 2 + np.cos(lat) * np.cos(here_lat) * np.sin((lon - here_lon) / 2) ** 2
    )
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    rows = np.flatnonzero(distance <= km)
    return [_town(extract, int(row)) for row in rows[np.argsort(distance[rows], kind="stable")]]
