"""Days and times as people say them, in the language of the page: everywhere the same.

What belongs together stays on one line: "6 p.m." never ends a line after the 6.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import UnknownLocaleError
from babel.dates import get_timezone_location
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, gettext, ngettext, to_locale

_NO_BREAK = "\N{NO-BREAK SPACE}"


def time_words(at: time) -> str:
    """6 p.m."""
    return time_format(at, "TIME_FORMAT").replace(" ", _NO_BREAK)


def day_words(day: date) -> str:
    """Friday, 3 July 2026. A datetime counts as the day that it shows."""
    return gettext("%(weekday)s, %(date)s") % _day(day)


def meeting_words(local: datetime) -> str:
    """Friday, 3 July 2026, 6 p.m., as the clock there shows it."""
    return gettext("%(weekday)s, %(date)s, %(time)s") % {**_day(local), "time": time_words(local.time())}


def moment_words(local: datetime) -> str:
    """3 July 2026, 6 p.m., without the weekday, as the clock there shows it."""
    whole, at = date_format(local, "DATETIME_FORMAT"), time_format(local.time(), "TIME_FORMAT")
    return whole.replace(at, time_words(local.time()))


def length_words(minutes: int) -> str:
    """How long, in hours when they are whole ones, else in minutes."""
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
    return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


def zone_words(zone: ZoneInfo) -> str:
    """A time zone in the page's language, by its place and not by its hours."""
    if "/" not in zone.key or zone.key.startswith("Etc/"):
        return zone.key
    try:
        return str(get_timezone_location(zone, locale=to_locale(get_language() or "en")))
    except (LookupError, ValueError, UnknownLocaleError):
        return zone.key


def _day(day: date) -> dict[str, str]:
    return {"weekday": date_format(day, "l"), "date": date_format(day, "DATE_FORMAT")}
