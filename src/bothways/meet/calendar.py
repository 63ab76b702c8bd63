"""Meetings for calendar programs: one file a meeting, and a private feed. No names, no places: such
files travel to other people's servers."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Event

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.meet.access import token_hash
from bothways.meet.models import Feed, Meeting
from bothways.pair.api import Pair
from bothways.people.api import language_of

REFRESH = "PT4H"
CHANGED = _("Your link has changed meanwhile. If you did not keep it, make a new one here.")


def as_file(meetings: Iterable[Meeting]) -> bytes:
    """An RFC 5545 calendar with these meetings, in the active language; all times in UTC."""
    return bytes(_calendar(meetings).to_ical())


def feed_file(feed: Feed) -> bytes:
    """All coming meetings of the feed's person, in that person's language."""
    with override(language_of(feed.person_id)):
        calendar = _calendar(_coming_of(feed.person_id))
        calendar.add("x-wr-calname", "Bothways")
        calendar.add("refresh-interval", timedelta(hours=4), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", REFRESH)
        return bytes(calendar.to_ical())


def _coming_of(person_id: uuid.UUID) -> list[Meeting]:
    pairs = Pair.objects.filter(halves__person_id=person_id, ended_at=None)
    return list(
        Meeting.objects.filter(pair__in=pairs, starts_at__gt=now() - timedelta(days=1)).order_by("starts_at")
    )


def _calendar(meetings: Iterable[Meeting]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Bothways//Bothways//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for meeting in meetings:
        calendar.add_component(_event(meeting))
    return calendar


def _event(meeting: Meeting) -> Event:
    event = Event()
    # The id stays and the sequence grows, so that a calendar replaces what it had.
    event.add("uid", str(meeting.id))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now())
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at)
    event.add("summary", gettext("Bothways meeting"))
    event.add("url", f"{settings.SITE_URL}{reverse('meeting', args=[meeting.id])}")
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if meeting.is_planned else "CANCELLED")
    event.add("transp", "OPAQUE" if meeting.is_planned else "TRANSPARENT")
    return event


def mark_of(feed: Feed | None) -> str:
    """Tells one feed from the next in a form, and says nothing about the token."""
    return str(int(feed.made_at.timestamp() * 1_000_000)) if feed else ""


def my_feed(who: Acting) -> Feed | None:
    """My feed, if I made one."""
    return Feed.objects.filter(person_id=who.person_id).first()


def make_feed(who: Acting, *, instead_of: str) -> str:
    """Make the link of my feed, in place of the one I saw (its mark, or ''), and return its token.

    The token is shown once and not kept. Refused when there is another link by now: the same button
    pressed twice must not kill the link that was just shown.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        confirm(who)
        feed = Feed.objects.select_for_update().filter(person_id=who.person_id).first()
        if mark_of(feed) != instead_of:
            raise Refused(CHANGED)
        _keep_token(feed or Feed(person_id=who.person_id), token)
        record("calendar.made", person_id=who.person_id)
    return token


def _keep_token(feed: Feed, token: str) -> None:
    feed.token_hash, feed.made_at = token_hash(token), now()
    try:
        with transaction.atomic():
            feed.save()
    except IntegrityError as error:
        # The first link of all, made at the same moment on another device.
        raise Refused(CHANGED) from error


def end_feed(who: Acting) -> None:
    """Switch my feed off; its link opens nothing from now on."""
    with transaction.atomic():
        confirm(who)
        gone, _rows = Feed.objects.filter(person_id=who.person_id).delete()
        if gone:
            record("calendar.ended", person_id=who.person_id)


def drop_feed(*, person_id: uuid.UUID) -> None:
    """Somebody is leaving: their feed ends in that same moment."""
    Feed.objects.filter(person_id=person_id).delete()
