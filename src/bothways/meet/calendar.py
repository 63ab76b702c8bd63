"""Meetings for calendar programs: one file a meeting, and a private feed."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from icalendar import Event

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.meet.access import token_hash
from bothways.meet.calendar_events import calendar_of, single, whole_series
from bothways.meet.models import Feed, Meeting, Series
from bothways.pair.api import Pair, closing_day
from bothways.people.api import language_of

REFRESH = timedelta(hours=4)
CHANGED = _("Your link has changed meanwhile. If you did not keep it, make a new one here.")


def meeting_file(meeting: Meeting, pair: Pair) -> bytes:
    """The file of one meeting, in the active language. A date of regular meetings comes with all of them: a
    calendar puts one in the place of the other, and takes out what was left out."""
    if meeting.series is None:
        return calendar_of([single(meeting)])
    odd = odd_dates([meeting.series])
    return calendar_of(whole_series(meeting.series, odd, pair, closing_day(pair)))


def feed_file(feed: Feed) -> bytes:
    """All coming meetings of the feed's person, in that person's language."""
    with override(language_of(feed.person_id)):
        pairs = Pair.objects.filter(halves__person_id=feed.person_id, ended_at=None)
        events = [*map(single, _coming_singles(pairs)), *_going_on(pairs)]
        return calendar_of(events, name="Bothways", refresh=REFRESH)


def _coming_singles(pairs: QuerySet[Pair]) -> QuerySet[Meeting]:
    since = now() - timedelta(days=1)
    return Meeting.objects.filter(pair__in=pairs, series=None, starts_at__gt=since).order_by("starts_at")


def _going_on(pairs: QuerySet[Pair]) -> list[Event]:
    going_on = list(
        Series.objects.filter(pair__in=pairs, ended_at=None).select_related("pair").order_by("made_at", "id")
    )
    odd = odd_dates(going_on)
    return [event for one in going_on for event in whole_series(one, odd, one.pair, closing_day(one.pair))]


def odd_dates(several: list[Series]) -> list[Meeting]:
    """The dates of these series that are not as the rhythm gave them."""
    odd = Q(sequence__gt=0) | ~Q(state=Meeting.State.PLANNED)
    return list(Meeting.objects.filter(odd, series__in=several).order_by("slot")) if several else []


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
