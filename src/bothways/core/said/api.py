"""Days and times as people say them, in the language of the page: everywhere the same.

What belongs together stays on one line: "6 p.m." never ends a line after the 6.
"""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext

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


def _day(day: date) -> dict[str, str]:
    return {"weekday": date_format(day, "l"), "date": date_format(day, "DATE_FORMAT")}
