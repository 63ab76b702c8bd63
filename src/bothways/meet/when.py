"""Local times: what a person types, what they read, and the two odd hours of the year."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel import UnknownLocaleError
from babel.dates import get_timezone_location
from django.utils.translation import get_language, ngettext, to_locale

from bothways.core.said.api import meeting_words
from bothways.people.api import time_zone_of


def zone_of(person_id: uuid.UUID) -> ZoneInfo:
    """The time zone that a person lives by."""
    return ZoneInfo(time_zone_of(person_id))


def zone_label(zone: ZoneInfo) -> str:
    """A time zone in the page's language, by its place and not by its hours."""
    if "/" not in zone.key or zone.key.startswith("Etc/"):
        return zone.key
    try:
        return str(get_timezone_location(zone, locale=to_locale(get_language() or "en")))
    except (LookupError, ValueError, UnknownLocaleError):
        return zone.key


def moments(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The moments, in UTC, that a clock in `zone` shows as `day` and `at`, earliest first.

    Usually one. Two when the clocks go back over this time, none when they go forward over it.
    Raises OverflowError at the ends of the calendar.
    """
    naive = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    found = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in found if m.astimezone(zone).replace(tzinfo=None, fold=0) == naive)


def spoken(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people say it: Friday, 3 July 2026, 4 p.m."""
    return meeting_words(moment.astimezone(zone))


def length(minutes: int) -> str:
    """How long, in hours when they are whole ones, else in minutes."""
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def week_of(moment: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week that a moment is in."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
