"""A quarter's report as pages and PDF show it: from published figures alone, the same for everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bothways.insight import body as bodies
from bothways.insight import charts
from bothways.insight.body import Body
from bothways.insight.care import Point, points_of
from bothways.insight.models import FollowUp, PublishedQuarter, Release
from bothways.insight.periods import Quarter
from bothways.insight.protection import TOTAL, share
from bothways.insight.tables import HALF, TABLES, Declared
from bothways.programme.api import Programme

# So many quarters are in the first chart.
QUARTERS_BACK = 8
# Two figures of one cell that are apart by this or less are "about the same": that may be the noise alone.
ABOUT = 10


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: int | None
    before: int | None
    share: int | None
    depth: int
    total: bool = False


@dataclass(frozen=True, slots=True)
class TablePart:
    key: str
    title: Promise | str
    unit: Promise | str
    rows: list[Row]
    shares: bool
    chart: charts.Chart | None
    has_before: bool
    half: bool


@dataclass(frozen=True, slots=True)
class Report:
    """`sentences`: the short text. `course`: the members of the last quarters, with their chart."""

    programme: Programme
    quarter: Quarter
    published_at: datetime
    has_before: bool
    sentences: list[str]
    course: list[tuple[Quarter, int | None]]
    course_chart: charts.Columns | None
    tables: list[TablePart]
    points: list[Point]
    follow_up: str
    newest: bool


def newest_quarter(programme_id: uuid.UUID) -> Quarter | None:
    """The last quarter that is out, or None."""
    found = released(programme_id).first()
    return Quarter(found.year, found.number) if found else None


def released(programme_id: uuid.UUID) -> QuerySet[Release]:
    """The releases of quarters, newest first."""
    return Release.objects.filter(programme_id=programme_id, kind=Release.Kind.QUARTER)


def earlier(programme_id: uuid.UUID) -> list[PublishedQuarter]:
    """Quarters that were published before there were releases."""
    return list(PublishedQuarter.objects.filter(programme_id=programme_id))


def report(one: Programme, quarter: Quarter) -> Report | None:
    """The report of one quarter; None when it is not out."""
    releases = {Quarter(release.year, release.number): release for release in released(one.id)}
    release = releases.get(quarter)
    if release is None:
        return None
    body = bodies.read(release.body)
    before, half_before = (
        bodies.read(releases[when].body) if when in releases else None
        for when in (quarter.before, quarter.before.before)
    )
    course = _course(releases, quarter)
    said = FollowUp.objects.filter(programme=one, year=quarter.year, quarter=quarter.number).first()
    return Report(
        programme=one,
        quarter=quarter,
        published_at=release.published_at,
        has_before=before is not None,
        sentences=_sentences(body, before),
        course=course,
        course_chart=charts.columns(
            [(f"{when.year}/{when.number}", value) for when, value in course], rtl=get_language_bidi()
        ),
        tables=[
            _part(table, body, half_before if table.every == HALF else before)
            for table in TABLES
            if table.key in body.tables
        ],
        points=points_of(body),
        follow_up=said.words if said else "",
        newest=quarter == max(releases),
    )


def _course(releases: dict[Quarter, Release], quarter: Quarter) -> list[tuple[Quarter, int | None]]:
    back = sorted(when for when in releases if when <= quarter)[-QUARTERS_BACK:]
    return [(when, bodies.read(releases[when].body).figure("members")) for when in back]


def _part(table: Declared, body: Body, before: Body | None) -> TablePart:
    total = body.figure(table.key)
    rows = [
        Row(
            label=label,
            value=body.figure(table.key, place),
            before=before.figure(table.key, place) if before else None,
            share=share(body.figure(table.key, place), total) if table.shares and place != TOTAL else None,
            depth=depth,
            total=place == TOTAL,
        )
        for place, label, depth in labels(table, body)
    ]
    parts = [row for row in rows if not row.total] or rows
    drawn = [(row.label, row.value, row.before) for row in parts if row.value is not None]
    return TablePart(
        table.key,
        table.title,
        table.unit,
        rows,
        table.shares,
        charts.bars(drawn, rtl=get_language_bidi()),
        has_before=before is not None,
        half=table.every == HALF,
    )


def labels(table: Declared, body: Body) -> list[tuple[str, str, int]]:
    """Every cell of a table: its place, its label in the page language, how deep it lies under the total."""
    total = (TOTAL, gettext("Everybody together"), 0)
    if not table.by_area:
        return [*((leaf, str(label), 1) for leaf, label in table.leaves.items()), total]
    depth = {TOTAL: 0}
    found = []
    for place, parent, name in body.areas:
        depth[place] = depth[parent] + 1
        found.append((place, name, depth[place]))
    return [*found, total]


def _sentences(body: Body, before: Body | None) -> list[str]:
    members, waiting = body.figure("members"), body.figure("waiting")
    paired = share(body.figure("proposed", "pair"), body.figure("proposed"))
    met = share(body.figure("together", "met"), body.figure("together"))
    came, asked = body.figure("gatherings"), body.figure("requests")
    said = []
    if members is None:
        said.append(gettext("Too few people were enrolled for figures that hide everybody well enough."))
    else:
        said.append(
            gettext("About %(count)s people were enrolled at the end of the quarter.") % {"count": members}
        )
        said.append(_compared(members, before.figure("members") if before else None))
    if waiting is not None:
        said.append(gettext("About %(count)s of them were waiting for a partner.") % {"count": waiting})
    if paired is not None:
        said.append(
            gettext("Of those who were sent a proposal, about %(share)s %% became a pair.")
            % {"share": paired}
        )
    if met is not None:
        said.append(
            gettext("Of those in a pair, about %(share)s %% noted a meeting in the last month.")
            % {"share": met}
        )
    if body.held:
        said.append(
            ngettext("There was %(count)s gathering.", "There were %(count)s gatherings.", body.held)
            % {"count": body.held}
        )
    if came is not None:
        said.append(gettext("About %(count)s people noted that they were at a gathering.") % {"count": came})
    if asked is not None:
        said.append(gettext("About %(count)s requests for help were made.") % {"count": asked})
    return [one for one in said if one]


def _compared(now: int, before: int | None) -> str:
    if before is None:
        return ""
    if abs(now - before) <= ABOUT:
        return gettext("That is about as many as the quarter before.")
    if now > before:
        return gettext("That is about %(count)s more than the quarter before.") % {"count": now - before}
    return gettext("That is about %(count)s fewer than the quarter before.") % {"count": before - now}


COLUMN_NAMES = {
    "enrolled": _("People who joined"),
    "pairs": _("Pairs that began"),
    "meetings": _("Meetings that took place"),
    "requests": _("Requests resolved"),
}
