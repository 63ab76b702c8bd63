"""Which tables are attacked and over how many periods: what programmes of the attack and attackers share."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bothways.insight.protection import TOTAL
from bothways.insight.tables import Declared

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shape:
    """The tables, the tree of areas, all leaves (table, place), how many periods (quarters or half-years) are
    published, and the first of them since year 0."""

    tables: list[Declared]
    areas: list[list[str]]
    leaves: list[tuple[str, str]]
    periods: int
    first: int

    @functools.cached_property
    def column(self) -> dict[tuple[str, str], int]:
        """The number of a leaf."""
        return {leaf: number for number, leaf in enumerate(self.leaves)}

    @functools.cached_property
    def by_key(self) -> dict[str, Declared]:
        return {table.key: table for table in self.tables}

    @functools.cached_property
    def cells(self) -> list[tuple[str, str]]:
        """Every cell: a table's total first, then its inner cells and its leaves."""
        return [
            (table.key, place)
            for table in self.tables
            for place in dict.fromkeys([TOTAL, *(self._regions if table.by_area else []), *self._of(table)])
        ]

    @functools.cached_property
    def number(self) -> dict[tuple[str, str], int]:
        """The number of a cell."""
        return {cell: number for number, cell in enumerate(self.cells)}

    @functools.cached_property
    def sums(self) -> Counts:
        """Which leaves each cell is the sum of: cells by leaves."""
        parents = {place: parent for place, parent, _ in self.areas}
        rows = np.zeros((len(self.cells), len(self.leaves)), np.int64)
        for number, (key, place) in enumerate(self.cells):
            under = [one for one in self._of(self.by_key[key]) if place in (TOTAL, one, parents.get(one))]
            rows[number, [self.column[key, leaf] for leaf in under]] = 1
        return rows

    @functools.cached_property
    def own(self) -> Floats:
        """Which cells have noise of their own (all of areas, the leaves of other tables), and which are sums
        of those: cells by cells."""
        each = np.eye(len(self.cells))
        for number, (key, place) in enumerate(self.cells):
            leaves = self.by_key[key].leaves
            if place == TOTAL and leaves:
                each[number] = sum(each[self.number[key, leaf]] for leaf in leaves)
        return each

    @property
    def _regions(self) -> list[str]:
        return [place for place, parent, _ in self.areas if parent == TOTAL]

    def _of(self, table: Declared) -> list[str]:
        return [place for key, place in self.leaves if key == table.key]
