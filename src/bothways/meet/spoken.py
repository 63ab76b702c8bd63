"""Regular meetings as people say them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.core.said.api import time_words
from bothways.meet import when
from bothways.meet.rhythm import FORTNIGHTLY, LAST, MONTHLY, WEEKLY, Rhythm

RHYTHMS: dict[str, Promise] = {
    WEEKLY: _("Every week"),
    FORTNIGHTLY: _("Every two weeks"),
    MONTHLY: _("Once a month"),
}
ON_DAY: dict[str, tuple[Promise, ...]] = {
    WEEKLY: (
        _("Every Monday"),
        _("Every Tuesday"),
        _("Every Wednesday"),
        _("Every Thursday"),
        _("Every Friday"),
        _("Every Saturday"),
        _("Every Sunday"),
    ),
    FORTNIGHTLY: (
        _("Every two weeks on Monday"),
        _("Every two weeks on Tuesday"),
        _("Every two weeks on Wednesday"),
        _("Every two weeks on Thursday"),
        _("Every two weeks on Friday"),
        _("Every two weeks on Saturday"),
        _("Every two weeks on Sunday"),
    ),
}
IN_MONTH: dict[int, Promise] = {
    1: _("Once a month, on the first %(day)s"),
    2: _("Once a month, on the second %(day)s"),
    3: _("Once a month, on the third %(day)s"),
    4: _("Once a month, on the fourth %(day)s"),
    LAST: _("Once a month, on the last %(day)s"),
}

# What somebody answered in their calendar.
ANSWERS: dict[str, Promise] = {"yes": _("I will come"), "maybe": _("Perhaps"), "no": _("I cannot come")}


def rhythm_words(rhythm: Rhythm) -> str:
    """Every Thursday, 4 p.m."""
    return gettext("%(days)s, %(time)s") % {
        "days": _days(rhythm),
        "time": time_words(rhythm.at),
    }


def clock_words(rhythm: Rhythm, mine: ZoneInfo) -> str:
    """By whose clock, when it is not mine: '' when it is."""
    return "" if rhythm.zone == mine.key else when.zone_label(ZoneInfo(rhythm.zone))


def _days(rhythm: Rhythm) -> str:
    if rhythm.kind == MONTHLY:
        return str(IN_MONTH[rhythm.week_of_month]) % {"day": formats.date_format(rhythm.starts_on, "l")}
    return str(ON_DAY[rhythm.kind][rhythm.starts_on.weekday()])
