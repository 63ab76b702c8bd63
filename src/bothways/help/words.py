"""The words of this room's choices."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.core.said.api import day_words
from bothways.help.models import Request, Service

KINDS: dict[str, Promise] = {
    Request.Kind.WORK: _("Work"),
    Request.Kind.SCHOOL: _("School and learning"),
    Request.Kind.HEALTH: _("Health"),
    Request.Kind.HOUSING: _("A place to live"),
    Request.Kind.PAPERS: _("Letters, forms and offices"),
    Request.Kind.FARM: _("House, garden and farm"),
    Request.Kind.ELSE: _("Something else"),
}

STATES: dict[str, Promise] = {
    Request.State.OPEN: _("Waits for an answer"),
    Request.State.ANSWERED: _("Answered"),
    Request.State.RESOLVED: _("Resolved"),
    Request.State.TAKEN_BACK: _("Taken back"),
    Request.State.EXPIRED: _("Closed after a long time"),
}

SORTS: dict[str, Promise] = {
    Service.Sort.SERVICE: _("A service"),
    Service.Sort.ADVICE: _("Advice hours"),
    Service.Sort.COURSE: _("A course"),
    Service.Sort.JOB: _("A job"),
}


def day(moment: dt.datetime, zone: str) -> str:
    """The day of a moment: requests are shown by their day, not by the minute."""
    return str(date_format(moment.astimezone(ZoneInfo(zone)), "DATE_FORMAT"))


def weekday(moment: dt.datetime, zone: str) -> str:
    """The same with the day of the week, for what is still to come."""
    return day_words(moment.astimezone(ZoneInfo(zone)))
