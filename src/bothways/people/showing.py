"""Everything about a person, made readable: as parts of a page and as a file for other programs."""

from __future__ import annotations

import json
import uuid
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.registry import api as registry
from bothways.core.said.api import moment_words, time_words
from bothways.core.wording.api import change_for
from bothways.people.selectors import time_zone_of


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is held. Its labels with their values, and what I can do with it if I wrote it."""

    facts: list[tuple[str, str]]
    text_id: uuid.UUID | None = None
    can_change: bool = False
    can_delete: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One section in the reader's words: for each row the labels with their values."""

    key: str
    title: str
    rows: list[Row]


def sections(who: Acting) -> list[registry.Section]:
    """Everything, with who read what of mine first."""
    return sorted(registry.everything(who), key=lambda section: section.key != "receipts")


def parts(who: Acting) -> list[Part]:
    """Everything with labels in the page's language and times in my time zone."""
    zone = zoneinfo.ZoneInfo(time_zone_of(who.person_id))
    return [
        Part(
            section.key,
            str(section.title),
            [
                _row(section, row, zone, own)
                for row, own in zip_longest(section.rows, section.own_texts[: len(section.rows)])
            ],
        )
        for section in sections(who)
    ]


def _row(
    section: registry.Section, row: dict[str, Any], zone: zoneinfo.ZoneInfo, own: tuple[uuid.UUID, str] | None
) -> Row:
    facts = [(str(label), readable(row[key], zone)) for key, label in section.labels.items() if key in row]
    if own is None:
        return Row(facts)
    text_id, kind = own
    change = change_for(kind)
    return Row(facts, text_id, change.place is not None, change.delete is not None)


def as_json(who: Acting) -> str:
    """Everything with its keys, times in UTC."""
    content = {
        "made_at": now(),
        "sections": [
            {"key": section.key, "title": str(section.title), "rows": section.rows}
            for section in sections(who)
        ],
    }
    return json.dumps(content, cls=_Encoder, ensure_ascii=False, indent=2)


def readable(value: Any, zone: zoneinfo.ZoneInfo) -> str:
    """A value as a person would write it."""
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return moment_words(timezone.localtime(value, zone))
        case date():
            return str(formats.date_format(value, "DATE_FORMAT"))
        case time():
            return time_words(value)
        case int() | float():
            return str(formats.localize(value))
        case str() | Promise() | uuid.UUID():
            return str(value)
        case dict():
            return _(", ").join(f"{key}: {readable(item, zone)}" for key, item in value.items()) or "–"
        case Iterable():
            return _(", ").join(readable(item, zone) for item in value) or "–"
        case _:
            return str(value)


class _Encoder(DjangoJSONEncoder):
    """Rooms may hand over any iterable or number type; a download never fails for it."""

    def default(self, o: Any) -> Any:
        if isinstance(o, set | frozenset):
            return sorted(o, key=str)
        try:
            return super().default(o)
        except TypeError:
            return str(o)
