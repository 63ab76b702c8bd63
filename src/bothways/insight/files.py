"""Published figures as files: CSV, JSON, a data dictionary, and a small feed for a website. All public."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.insight import body as bodies
from bothways.insight.models import Release
from bothways.insight.periods import Quarter
from bothways.insight.report import labels
from bothways.insight.tables import BY_KEY, TABLES, Declared
from bothways.programme.api import Programme

COLUMNS: dict[str, Promise] = {
    "programme": _("The programme's address on this site"),
    "period": _("“quarter” or “month”"),
    "year": _("Year"),
    "number": _("Number of the quarter (1 to 4) or month (1 to 12)"),
    "table": _("Which table: see below"),
    "cell": _(
        "Which cell of the table: see below. Empty: everybody together. For areas a number that stays when "
        "the name changes"
    ),
    "label": _("The cell in words, as on the page; areas as they were called then"),
    "figure": _("People, rounded to 5, with noise. Empty: hidden"),
    "published": _("The day on which it was published; it never changes afterwards"),
}


@dataclass(frozen=True, slots=True)
class Line:
    release: Release
    table: Declared
    place: str
    label: str
    figure: int | None


def lines(programme_id: uuid.UUID) -> list[Line]:
    """Every published cell of a programme, the newest release first."""
    found = []
    for release in Release.objects.filter(programme_id=programme_id).order_by("-year", "-number", "kind"):
        body = bodies.read(release.body)
        for table in TABLES:
            if table.key in body.tables:
                found += [
                    Line(release, table, place, label, body.figure(table.key, place))
                    for place, label, _depth in labels(table, body)
                ]
    return found


def as_csv(one: Programme) -> str:
    """One line for each cell, in UTF-8 with a mark at its start, so that spreadsheets read every script."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines(one.id):
        writer.writerow([_plain(value) for value in _values(one, line).values()])
    return out.getvalue()


def as_json(one: Programme) -> dict[str, Any]:
    return {
        "programme": one.slug,
        "name": one.name,
        "dictionary": _address("figures_dictionary", one),
        "figures": [_values(one, line) for line in lines(one.id)],
    }


def feed(one: Programme, quarter: Quarter | None) -> dict[str, Any]:
    """The newest totals for a website; without a release only names and addresses."""
    about: dict[str, Any] = {"programme": one.name, "page": _address("figures", one)}
    release = (
        quarter
        and Release.objects.filter(
            programme=one, kind=Release.Kind.QUARTER, year=quarter.year, number=quarter.number
        ).first()
    )
    if release and quarter:
        body = bodies.read(release.body)
        about |= {
            "year": quarter.year,
            "quarter": quarter.number,
            "published": release.published_at.date().isoformat(),
            "figures": {key: body.figure(key) for key in body.tables},
            "gatherings": body.held,
        }
    return about


def tables_for_dictionary() -> list[tuple[Declared, list[tuple[str, str]]]]:
    """Every table with its cells."""
    return [
        (table, [(leaf, str(label)) for leaf, label in table.leaves.items()]) for table in BY_KEY.values()
    ]


def _values(one: Programme, line: Line) -> dict[str, Any]:
    release = line.release
    return {
        "programme": one.slug,
        "period": release.kind,
        "year": release.year,
        "number": release.number,
        "table": line.table.key,
        "cell": line.place,
        "label": line.label,
        "figure": line.figure,
        "published": release.published_at.date().isoformat(),
    }


def _plain(value: Any) -> Any:
    """A name that begins like a formula would be run by a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def _address(name: str, one: Programme) -> str:
    return settings.SITE_URL + reverse(name, args=[one.slug])
