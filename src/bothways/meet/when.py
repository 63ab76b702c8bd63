"""Local times: what a person types, what they read, and the two odd hours of the year."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bothways.core.clock.api import moments
from bothways.core.said.api import length_words as length
from bothways.core.said.api import meeting_words
from bothways.core.said.api import zone_words as zone_label
from bothways.people.api import time_zone_of

__all__ = ["length", "moments", "spoken", "week_of", "zone_label", "zone_of"]


def zone_of(person_id: uuid.UUID) -> ZoneInfo:
    """The time zone that a person lives by."""
    return ZoneInfo(time_zone_of(person_id))


def spoken(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people say it: Friday, 3 July 2026, 4 p.m."""
    return meeting_words(moment.astimezone(zone))


def week_of(moment: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week that a moment is in."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
