"""What the page of regular meetings shows to one of the two."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.meet import proposing, selectors, series, spoken, when
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.meet.selectors import Shown
from bothways.meet.where import Where, where
from bothways.pair.api import Pair
from bothways.programme.api import catalogue


@dataclass(frozen=True, slots=True)
class Regular:
    """The regular meetings that go on, in words."""

    words: str
    # By the clock of which place, when it is not mine.
    clock: str
    length: str
    way: Promise | str
    where: Where
    coming: list[Shown]
    # After the day that the two chose for the end there are none.
    last_day: date | None
    # My other meetings at the same times. Only I see that there are any.
    also_then: list[Shown]


@dataclass(frozen=True, slots=True)
class Offer:
    """One that can be taken with one tap: in words, and what the button sends."""

    words: str
    begins: str
    way: Promise | str
    sends: dict[str, str | int]
    once: uuid.UUID = field(default_factory=uuid.uuid4)


def regular(who: Acting, pair: Pair, one: Series, zone: ZoneInfo) -> Regular:
    """The regular meetings that go on in a pair of mine."""
    rhythm = rhythm_of(one)
    ahead = Meeting.objects.filter(series=one, starts_at__gt=now()).exclude(state=Meeting.State.RESTING)
    dates = list(ahead.order_by("starts_at"))
    return Regular(
        words=spoken.rhythm_words(rhythm),
        clock=spoken.clock_words(rhythm, zone),
        length=when.length(one.minutes),
        way=catalogue.MODES[one.mode].words,
        where=where(who, one),
        coming=selectors.all_shown(dates, zone),
        last_day=pair.planned_day,
        also_then=selectors.all_shown(selectors.at_the_same_time(who, dates), zone),
    )


def offers(pair: Pair, zone: ZoneInfo) -> list[Offer]:
    """What both can, to take with one tap."""
    return [_offer(wanted, zone) for wanted in proposing.proposed(pair, zone)]


def _offer(wanted: series.WantedSeries, zone: ZoneInfo) -> Offer:
    rhythm = wanted.rhythm
    return Offer(
        words=spoken.rhythm_words(rhythm),
        begins=when.spoken(rhythm.moment(rhythm.starts_on), zone),
        way=catalogue.MODES[wanted.mode].words,
        sends={**_rhythm_fields(rhythm), "minutes": wanted.minutes, "mode": wanted.mode},
    )


def _rhythm_fields(rhythm: Rhythm) -> dict[str, str]:
    day, at = rhythm.starts_on.isoformat(), rhythm.at.strftime("%H:%M")
    return {"rhythm": rhythm.kind, "day": day, "time": at}


def typed_as(who: Acting, one: Series) -> dict[str, object]:
    """Regular meetings as the form shows them."""
    place = where(who, one)
    rhythm = rhythm_of(one)
    return {
        **_rhythm_fields(Rhythm(rhythm.kind, series.next_day(one), rhythm.at, rhythm.zone)),
        "minutes": one.minutes,
        "mode": one.mode,
        "place": place.place,
        "link": place.link,
        "seen": series.mark_of(one),
    }
