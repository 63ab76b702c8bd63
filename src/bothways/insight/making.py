"""From counts to the body of a release: trees of cells, protection, points to care for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from bothways.core.keys import api as keys
from bothways.gather import api as gather
from bothways.insight import counting
from bothways.insight.body import Body
from bothways.insight.counting import Asked, Counts
from bothways.insight.noise import AREA_SPREAD, Cell, Noise
from bothways.insight.periods import Month, Period
from bothways.insight.protection import SMALLEST, TOTAL, Groups, Table, protect, tree
from bothways.insight.tables import ASKED_FROM, CARE, HALF, MONTH, OFFERED_BELOW, TABLES, Care, Declared
from bothways.programme import api as programme


def make(one: programme.Programme, period: Period, before: Mapping[str, Groups]) -> Body:
    """Count and protect one ended period. Inside a transaction; writes nothing.

    `before`: for each table the groups of the last release that has it.
    """
    asked = Asked(one, period, [side.id for side in programme.sides(one.id)])
    noise = Noise.of(keys.noise_key(), str(one.id))
    whole = not isinstance(period, Month)
    tables = declared_for(period, two_sides=asked.two_sides)
    counts = counting.count(asked, tables, noise, care=whole)
    questions = [table for table in tables if table.question]
    given = counting.answered(asked, questions, noise) if questions else None
    if given is None:
        tables = [table for table in tables if not table.question]
    counts |= given or {}
    areas = [[str(area.id), str(area.parent_id or TOTAL), area.name] for area in programme.areas(one.id)]
    made = {
        table.key: protect(
            Table(table.key, table.every, _index(table, period), adds_up=not table.by_area),
            tree(table.places(areas), _of(table.key, counts)),
            noise,
            before.get(table.key, []),
        )
        for table in tables
    }
    return Body(
        two_sides=asked.two_sides,
        tables={key: one.values for key, one in made.items()},
        areas=areas if whole else [],
        groups={key: one.groups for key, one in made.items()},
        care=_care(counts, noise, period) if whole else {},
        held=gather.count_held(one.id, *period.span(one.time_zone)) if whole else None,
    )


def declared_for(period: Period, *, two_sides: bool) -> list[Declared]:
    """The tables that a period has: a month those that are counted by the month, a quarter all of them but
    those of the half-year, which every second quarter has."""
    here = [table for table in TABLES if two_sides or not table.two_sides]
    if isinstance(period, Month):
        return [table for table in here if table.every == MONTH]
    return [table for table in here if table.every != HALF or period.number % 2 == 0]


def _of(table: str, counts: Counts) -> dict[str, tuple[int, int]]:
    return {place: found for (key, place), found in counts.items() if key == table}


def _index(table: Declared, period: Period) -> int:
    if table.every == HALF:
        return period.quarter.index // 2
    return period.last_month.index if table.every == MONTH else period.quarter.index


def _care(counts: Counts, noise: Noise, period: Period) -> dict[str, list[str]]:
    return {one.key: _named(one, counts, noise, period) for one in CARE}


def _named(care: Care, counts: Counts, noise: Noise, period: Period) -> list[str]:
    """The places where many ask and hardly anybody can help, both with noise of their own."""

    def noised(what: str, place: str) -> float:
        count, cell_key = counts.get((f"{care.key}/{what}", place), (0, 0))
        cell = Cell(f"{care.key}/{what}", place, "quarter", period.quarter.index, AREA_SPREAD)
        return count + noise.of_cell(cell, cell_key)

    asking = {
        place
        for (table, place), (number, _) in counts.items()
        if number >= SMALLEST and table == f"{care.key}/asked"
    }
    return sorted(
        (
            place
            for place in asking
            if noised("asked", place) >= ASKED_FROM and noised("offered", place) < OFFERED_BELOW
        ),
        key=int,
    )


def programme_lock(programme_id: uuid.UUID) -> int:
    """The number of the lock under which a programme's figures are made: 64 bits, signed."""
    return int.from_bytes(programme_id.bytes[:8], "big", signed=True)
