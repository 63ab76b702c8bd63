"""The questions on the home page, while they can be answered."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.programme.api import Programme, by_id
from bothways.voice.selectors import Waiting, waiting


def tiles(who: Acting) -> list[Tile]:
    """One for each programme that asks me, until I have answered or closed it."""
    return [_tile(one, by_id(one.programme_id)) for one in waiting()]


def _tile(one: Waiting, programme: Programme) -> Tile:
    words = _("Four short questions about %(programme)s, without your name. You can answer until %(day)s.")
    return Tile(
        _("How is the programme doing?"),
        words % {"programme": programme.name, "day": last_day(one, programme)},
        reverse("voice", args=[programme.slug]),
        _("Look at the questions"),
        close=reverse("voice_close", args=[programme.slug]),
    )


def last_day(one: Waiting, programme: Programme) -> str:
    """The last day on which it can be answered, in words."""
    last = one.closes_at.astimezone(ZoneInfo(programme.time_zone)) - timedelta(seconds=1)
    return date_format(last.date(), "DATE_FORMAT")
