"""A gathering for a calendar program: when, and nothing else. No name, no place: such files travel to other
people's servers, and a place and a time where newcomers gather are nobody else's business."""

from __future__ import annotations

from datetime import UTC

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from icalendar import Calendar, Event

from bothways.core.clock.api import now
from bothways.gather.models import Gathering


def file_of(one: Gathering) -> bytes:
    """One gathering, in the active language. The id stays and the sequence grows, so that a calendar
    replaces what it had."""
    event = Event()
    event.add("uid", str(one.id))
    event.add("sequence", one.sequence)
    event.add("dtstamp", now())
    event.add("dtstart", one.starts_at.astimezone(UTC))
    event.add("dtend", one.ends_at.astimezone(UTC))
    event.add("summary", gettext("Bothways gathering"))
    event.add("url", f"{settings.SITE_URL}{reverse('gathering', args=[one.id])}")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Bothways//Bothways//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
