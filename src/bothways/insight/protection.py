"""How counts become figures that may be published: noise, rounding, and what is hidden.

Pure functions over trees of counts, without a database; see `docs/algorithms/published-figures.md`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bothways.insight.noise import AREA_SPREAD, JITTER, SPREAD, Cell, Noise

# A figure with fewer people than this behind it is never published.
SMALLEST = 10
# Nor is one that comes out lower than so many standard deviations of its noise above that: else whether a
# figure is hidden would tell apart nine people and ten.
GAP = 2.5
# What is published is a multiple of this.
STEP = 5

# The place of a table's total.
TOTAL = ""

Groups = list[list[str]]


@dataclass(slots=True)
class Node:
    """A cell and those it is the sum of. `place` names it for ever: not its name, which may change.

    `count`: people; `cell_key`: the sum of their record keys. Both are of leaves; `add_up` does the rest.
    """

    place: str
    count: int = 0
    cell_key: int = 0
    children: list[Node] = field(default_factory=list)

    def add_up(self) -> Node:
        """Make every inner cell the sum of what is under it (and of what stands in it directly)."""
        for child in self.children:
            child.add_up()
            self.count += child.count
            self.cell_key += child.cell_key
        return self

    def leaves(self) -> Iterator[str]:
        if not self.children:
            yield self.place
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True, slots=True)
class Table:
    """Which table is protected, and of which period: half-years, quarters or months (`every`) from year 0.

    `adds_up`: the total is made of its cells with their noise, and has none of its own. Otherwise (areas)
    every cell has its own, so that a total of many small ones is not worth less than one of a few.
    """

    key: str
    every: str
    period: int
    adds_up: bool = True

    @property
    def spread(self) -> float:
        return SPREAD if self.adds_up else AREA_SPREAD


@dataclass(frozen=True, slots=True)
class Protected:
    """`values`: what is published for each place, None where it is hidden. `groups`: the places whose sum
    could be had by subtraction, group by group; the next period needs them."""

    values: dict[str, int | None]
    groups: Groups


def tree(places: Iterable[tuple[str, str]], counts: Mapping[str, tuple[int, int]]) -> Node:
    """The cells of a table, added up to its total (`TOTAL`).

    `places`: each cell with the one that it is a part of, which comes before it. `counts`: how many people,
    and the sum of their record keys, for the cells that people are in.
    """
    root = Node(TOTAL, *counts.get(TOTAL, (0, 0)))
    nodes = {TOTAL: root}
    for place, parent in places:
        nodes[place] = Node(place, *counts.get(place, (0, 0)))
        nodes[parent].children.append(nodes[place])
    return root.add_up()


def protect(table: Table, root: Node, noise: Noise, before: Groups | None = None) -> Protected:
    """Make the figures of one table. `root` is added up; `before`: the groups of the period before."""
    noised: dict[str, float] = {}
    shown: set[str] = set()
    _add_noise(table, root, noise, noised, shown)
    _hide_under_hidden(root, shown)
    while _hide_a_second(root, shown, noised, before or []):
        pass
    values = {place: rounded(value) if place in shown else None for place, value in noised.items()}
    return Protected(values, sorted(sorted(group) for group, _ in _groups(root, shown)))


def shown_from(cells: int = 1, spread: float = SPREAD) -> int:
    """The lowest figure that is published of a cell whose noise is that of so many cells together."""
    return rounded(SMALLEST + GAP * math.sqrt(cells * (spread**2 + JITTER**2)))


def rounded(value: float) -> int:
    """To the nearest multiple of 5, half up."""
    return math.floor(value / STEP + 0.5) * STEP


def share(part: int | None, whole: int | None) -> int | None:
    """Percent, to the nearest 5, of two figures that are published; None where one of them is hidden."""
    if part is None or not whole:
        return None
    return min(100, rounded(100 * part / whole))


def _add_noise(table: Table, node: Node, noise: Noise, noised: dict[str, float], shown: set[str]) -> None:
    for child in node.children:
        _add_noise(table, child, noise, noised, shown)
    cells = 1
    if len(node.children) == 1:
        # The same people under another name: the same cell, so the same figure.
        noised[node.place] = noised[node.children[0].place]
    elif node.children and table.adds_up:
        cells = len(node.children)
        noised[node.place] = sum(noised[child.place] for child in node.children)
    else:
        cell = Cell(table.key, node.place, table.every, table.period, table.spread)
        noised[node.place] = node.count + noise.of_cell(cell, node.cell_key)
    if node.count >= SMALLEST and noised[node.place] >= shown_from(cells, table.spread):
        shown.add(node.place)


def _hide_under_hidden(node: Node, shown: set[str]) -> None:
    for child in node.children:
        if node.place not in shown:
            shown.discard(child.place)
        _hide_under_hidden(child, shown)


def _hide_a_second(root: Node, shown: set[str], noised: dict[str, float], before: Groups) -> bool:
    """Hide one more cell where a hidden one could be had by subtraction. False when there is none."""
    earlier = [frozenset(group) for group in before]
    hidden = _hidden_leaves(root, shown)
    for group, node in _groups(root, shown):
        if not _gives_away(group, node, shown, earlier, hidden):
            continue
        left = [child for child in node.children if child.place in shown]
        if left:
            smallest = min(left, key=lambda child: (noised[child.place], child.place))
            _hide_all(smallest, shown)
        else:
            # Nothing under it is shown any more and its own figure still tells too much.
            _hide_all(node, shown)
        return True
    return False


def _gives_away(
    group: frozenset[str],
    node: Node,
    shown: set[str],
    earlier: Iterable[frozenset[str]],
    hidden: set[str],
) -> bool:
    """Whether the sum of this group tells a single hidden cell, by itself or beside the period before."""
    if len(node.children) > 1 and sum(child.place not in shown for child in node.children) == 1:
        return True
    for old in earlier:
        apart = group ^ old
        if group & old and len(apart) == 1 and apart <= hidden:
            return True
    return False


def _groups(root: Node, shown: set[str]) -> Iterator[tuple[frozenset[str], Node]]:
    """For each shown cell, the leaves of those of its parts that are hidden."""
    if root.place not in shown:
        return
    group = frozenset(leaf for child in root.children if child.place not in shown for leaf in child.leaves())
    if group:
        yield group, root
    for child in root.children:
        yield from _groups(child, shown)


def _hidden_leaves(root: Node, shown: set[str]) -> set[str]:
    return {leaf for leaf in root.leaves() if leaf not in shown}


def _hide_all(node: Node, shown: set[str]) -> None:
    shown.discard(node.place)
    for child in node.children:
        _hide_all(child, shown)
