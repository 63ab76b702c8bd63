"""What the two people of a pair write about their regular meetings: choose a rhythm, change it, end it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.meet.dates import coming_days, rhythm_of, settle
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.meet.services import check_time
from bothways.meet.where import Where, where, write_where
from bothways.pair.api import Pair, closing_day, live_pair, tell_partner

CHANGED = _(
    "Your regular meetings have changed in the meantime. "
    "Look at them again, then send yours if you still want to."
)
MANNER = ["minutes", "mode", "place_text", "place_by", "link_text", "link_by", "sequence"]


@dataclass(frozen=True, slots=True)
class WantedSeries:
    """Regular meetings as one of the two would have them. `rhythm.starts_on` is the first date."""

    rhythm: Rhythm
    minutes: int
    mode: int
    where: Where = field(default_factory=Where)


def mark_of(series: Series | None) -> str:
    """Tells one state of a pair's regular meetings from the next; '' when there are none."""
    return f"{series.id}:{series.sequence}" if series else ""


def current(pair: Pair) -> Series | None:
    """The regular meetings that go on."""
    return Series.objects.filter(pair=pair, ended_at=None).select_related("pair").first()


def next_day(series: Series) -> date:
    """The next day that the rhythm gives, skipped, moved or not."""
    return coming_days(series)[0]


def choose(
    who: Acting, *, pair_id: uuid.UUID, seen: str, wanted: WantedSeries, series_id: uuid.UUID | None = None
) -> Series:
    """Choose regular meetings for my live pair, in place of those there are, and tell my partner.

    `seen` is the mark of those that I saw: Refused when there are others by now, unless they are as wanted.
    The same `series_id` makes one series, however often it is sent. With the same days at the same time
    only the manner changes, and dates that were moved or cancelled stay so. Another rhythm begins anew; only
    the days that were cancelled stay cancelled.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        earlier = Series.objects.filter(id=series_id).first() if series_id else None
        if earlier is not None:
            if earlier.pair_id != pair.id:
                raise Http404
            return earlier
        before = current(pair)
        if before is not None and _says_the_same(who, before, wanted):
            return before
        if mark_of(before) != seen:
            raise Refused(CHANGED)
        if before is not None and _same_days(before, wanted):
            return _change_manner(who, before, pair, wanted)
        check_time(wanted.rhythm.moment(wanted.rhythm.starts_on))
        _check_last_day(pair, wanted.rhythm.starts_on)
        skipped = _close(before) if before is not None else []
        made = _begin(who, pair, wanted, skipped, series_id)
        kind = "series.changed" if before else "series.chosen"
        _record(kind, who, made)
        _tell(kind, who, made, pair)
        return made


def end(who: Acting, *, pair_id: uuid.UUID) -> None:
    """End the regular meetings of my pair and tell my partner. Their coming dates go; no reason is asked.
    Ending them twice, or when there are none, does nothing."""
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        series = current(pair)
        if series is None:
            return
        _close(series)
        _record("series.ended", who, series)
        _tell("series.ended", who, series, pair)


def _check_last_day(pair: Pair, first: date) -> None:
    last = closing_day(pair)
    if last is not None and first > last:
        raise Refused(
            _(
                "You two chose %(day)s for the end of your pair. "
                "Choose an earlier first date, or another day for the end."
            )
            % {"day": date_format(last, "DATE_FORMAT")}
        )


def _same_days(series: Series, wanted: WantedSeries) -> bool:
    rule, new = rhythm_of(series), wanted.rhythm
    same = (rule.kind, rule.at, rule.zone) == (new.kind, new.at, new.zone)
    return same and new.starts_on in {series.starts_on, next_day(series)} and rule.has(new.starts_on)


def _says_the_same(who: Acting, series: Series, wanted: WantedSeries) -> bool:
    manner = (series.minutes, series.mode) == (wanted.minutes, wanted.mode)
    return manner and _same_days(series, wanted) and where(who, series) == wanted.where


def _begin(
    who: Acting, pair: Pair, wanted: WantedSeries, skipped: list[date], series_id: uuid.UUID | None
) -> Series:
    rhythm = wanted.rhythm
    series = Series(
        id=series_id or uuid.uuid4(),
        pair=pair,
        programme_id=pair.programme_id,
        rhythm=rhythm.kind,
        starts_on=rhythm.starts_on,
        at=rhythm.at,
        zone=rhythm.zone,
        minutes=wanted.minutes,
        mode=wanted.mode,
        set_by=who.person_id,
        made_at=now(),
    )
    write_where(who, series, pair, wanted.where)
    series.save(force_insert=True)
    settle(series, pair, by=who.person_id, skipped=skipped)
    return series


def _change_manner(who: Acting, series: Series, pair: Pair, wanted: WantedSeries) -> Series:
    """Another length, way, place or link on the same days; dates changed one by one keep their own."""
    ahead = Meeting.objects.filter(series=series, starts_at__gt=now()).exclude(state=Meeting.State.CANCELLED)
    plain = ahead.filter(minutes=series.minutes, mode=series.mode)
    plain.update(minutes=wanted.minutes, mode=wanted.mode, sequence=F("sequence") + 1)
    series.minutes, series.mode = wanted.minutes, wanted.mode
    write_where(who, series, pair, wanted.where)
    series.sequence += 1
    series.save(update_fields=MANNER)
    _record("series.changed", who, series)
    _tell("series.changed", who, series, pair)
    return series


def _close(series: Series) -> list[date]:
    """End a series: its coming dates rest for good. Returns the days that had been cancelled one by one."""
    ahead = Meeting.objects.filter(series=series, starts_at__gt=now(), took_place_at=None)
    cancelled = ahead.filter(state=Meeting.State.CANCELLED).values_list("slot", flat=True)
    skipped = [day for day in cancelled if day]
    ahead.update(state=Meeting.State.RESTING, sequence=F("sequence") + 1)
    series.ended_at = now()
    series.sequence += 1
    series.save(update_fields=["ended_at", "sequence"])
    return skipped


def _record(kind: str, who: Acting, series: Series) -> None:
    record(kind, programme_id=series.programme_id, person_id=who.person_id, object_id=series.id)


def _tell(kind: str, who: Acting, series: Series, pair: Pair) -> None:
    path = reverse("series", args=[pair.id])
    tell_partner(who, pair, kind, path=path, key=f"{kind}:{series.id}:{series.sequence}")
