"""Releases for tests of pages: made-up counts through the product's own protection."""

from __future__ import annotations

from bothways.core.clock.api import now
from bothways.insight.body import Body
from bothways.insight.making import declared_for
from bothways.insight.models import Release
from bothways.insight.noise import Noise
from bothways.insight.periods import Quarter
from bothways.insight.protection import Table, protect, tree
from bothways.insight.tables import ASKED, HALF, MONTH
from bothways.programme import api as programme

# What a middling programme might count; every table has some.
LEAVES = {
    "waiting": {"month": 80, "quarter": 120, "half": 60, "longer": 45},
    "proposed": {"pair": 90, "closed": 160, "open": 35},
    "began": {"": 90},
    "ended": {"": 40},
    "together": {"met": 260, "not-met": 110},
    "requests": {"0": 60, "1": 75, "2": 8, "3": 40, "4": 95, "5": 12, "6": 40},
    "resolved": {"week": 80, "month": 70, "longer": 40, "late": 85},
    "volunteers": {"none": 150, "few": 110, "some": 60, "many": 35},
    **{table.key: {"yes": 120, "mostly": 85, "hardly": 60, "no": 12, "unsaid": 48} for table in ASKED},
}
MEMBERS = (400, 150, 70, 12)


def a_release(one: programme.Programme, quarter: Quarter, *, grown: int = 0, care: bool = True) -> Release:
    """A published quarter; `grown` people more in each cell."""
    areas = [[str(area.id), str(area.parent_id or ""), area.name] for area in programme.areas(one.id)]
    towns = [str(area.id) for area in programme.leaves(one.id)]
    made = {}
    for table in declared_for(quarter, two_sides=True):
        leaves = LEAVES.get(table.key) or dict(zip(towns, MEMBERS, strict=False))
        counts = {leaf: (number + grown * (number > 20), 1000 * number) for leaf, number in leaves.items()}
        every = {MONTH: quarter.last_month.index, HALF: quarter.index // 2}
        index = every.get(table.every, quarter.index)
        about = Table(table.key, table.every, index, adds_up=not table.by_area)
        made[table.key] = protect(about, tree(table.places(areas), counts), Noise(bytes(32)))
    body = Body(
        two_sides=True,
        tables={key: each.values for key, each in made.items()},
        areas=areas,
        groups={key: each.groups for key, each in made.items()},
        care={"areas": towns[:1], "languages": ["5"]} if care else {},
    )
    return Release.objects.create(
        programme=one,
        kind="quarter",
        year=quarter.year,
        number=quarter.number,
        body=body.text(),
        published_at=now(),
    )
