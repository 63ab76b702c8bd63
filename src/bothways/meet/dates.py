"""Dates of regular meetings as rows: made some weeks ahead, kept with their rhythm, resting in a pause and
after the day on which the two mean to end their pair."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from bothways.core.clock.api import now
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.pair.api import Pair, closing_day, held_for_job

logger = logging.getLogger(__name__)
AHEAD = timedelta(weeks=8)
LEAST = 2
StateOn = Callable[[date], Meeting.State]


def rhythm_of(series: Series) -> Rhythm:
    """What the dates of a series follow."""
    return Rhythm(series.rhythm, series.starts_on, series.at, series.zone)


def coming_days(series: Series) -> list[date]:
    """The days for which there are rows: those of the next eight weeks, and at least two."""
    rhythm, moment = rhythm_of(series), now()
    days: list[date] = []
    # Yesterday too: the day there may not be over when it is over in UTC.
    for day in rhythm.days((moment - timedelta(days=1)).date()):
        if rhythm.moment(day) <= moment:
            continue
        if len(days) >= LEAST and day > (moment + AHEAD).date():
            break
        days.append(day)
    return days


def settle(
    series: Series,
    pair: Pair,
    *,
    by: uuid.UUID | None,
    skipped: Iterable[date] = (),
    moved_too: bool = False,
) -> None:
    """Make the dates that lie near, let those rest that do not hold, the others stand, and keep to the clock.

    Inside a transaction that holds the pair. Running it again changes nothing. `by` is the person in whose
    session it runs, None for a job. `skipped` are days that are not wanted. With `moved_too` dates that were
    moved rest too; otherwise those stay where somebody wanted them.
    """
    rhythm, left_out, state_on = rhythm_of(series), set(skipped), _states(pair)
    new: list[Meeting] = []
    near = Q(slot__gte=(now() - timedelta(days=1)).date()) | Q(starts_at__gt=now())
    rows = {row.slot: row for row in Meeting.objects.filter(near, series=series)}
    for day in coming_days(series):
        if day not in rows:
            state = Meeting.State.CANCELLED if day in left_out else state_on(day)
            new.append(_date(series, pair, day, rhythm.moment(day), state, by))
    Meeting.objects.bulk_create(new)
    for row in rows.values():
        if row.starts_at > now() and _put_right(row, state_on, rhythm, moved_too):
            row.sequence += 1
            row.save(update_fields=["starts_at", "state", "sequence"])


def _put_right(row: Meeting, state_on: StateOn, rhythm: Rhythm, moved_too: bool) -> bool:
    """Change a coming date that is not as it should be, and say whether it was not."""
    if row.slot is None or row.state == Meeting.State.CANCELLED:
        return False
    before = (row.state, row.starts_at)
    if not row.moved:
        # The rules of a time zone may have changed since: the time on the clock stays.
        row.starts_at = rhythm.moment(row.slot)
    day = row.starts_at.astimezone(ZoneInfo(rhythm.zone)).date()
    state = state_on(day)
    if row.state == Meeting.State.RESTING or moved_too or not row.moved:
        row.state = state
    return (row.state, row.starts_at) != before


def _states(pair: Pair) -> StateOn:
    """What a date on some day is: it rests in a pause, and after the day that the two chose for the end."""
    until, last = pair.paused_until, closing_day(pair)

    def state_on(day: date) -> Meeting.State:
        rests = (until is not None and day < until) or (last is not None and day > last)
        return Meeting.State.RESTING if rests else Meeting.State.PLANNED

    return state_on


def _date(
    series: Series, pair: Pair, day: date, moment: datetime, state: Meeting.State, by: uuid.UUID | None
) -> Meeting:
    return Meeting(
        pair=pair,
        programme_id=series.programme_id,
        series=series,
        slot=day,
        starts_at=moment,
        minutes=series.minutes,
        mode=series.mode,
        state=state,
        like_series=True,
        planned_by=by,
        made_at=now(),
    )


def pair_pauses(*, pair: Pair, person_id: uuid.UUID) -> None:
    """One of the two began, moved or ended a pause: the dates follow, in the same transaction."""
    _follow(pair, person_id)


def pair_closes(*, pair: Pair, person_id: uuid.UUID) -> None:
    """One of the two chose a day for the end, another one, or none: the dates follow in the same way."""
    _follow(pair, person_id)


def _follow(pair: Pair, person_id: uuid.UUID) -> None:
    series = Series.objects.filter(pair=pair, ended_at=None).first()
    if series is not None:
        # Calendars are told of days that have no rows yet.
        series.sequence += 1
        series.save(update_fields=["sequence"])
        settle(series, pair, by=person_id, moved_too=True)


def fill_all() -> int:
    """Settle every series that goes on; a job does this every hour. Returns how many it looked at."""
    going_on = list(Series.objects.filter(ended_at=None).values_list("id", "pair_id").order_by("id"))
    return sum(_fill_or_say(series_id, pair_id) for series_id, pair_id in going_on)


def _fill_or_say(series_id: uuid.UUID, pair_id: uuid.UUID) -> bool:
    """One that cannot be settled (its time zone is gone from the tables) does not keep the others waiting."""
    try:
        return _fill(series_id, pair_id)
    except Exception as error:
        logger.error("a series has no new dates: %s", type(error).__name__)
        return False


def _fill(series_id: uuid.UUID, pair_id: uuid.UUID) -> bool:
    with transaction.atomic():
        pair = held_for_job(pair_id)
        # Read after the lock: it may have ended while this waited.
        series = Series.objects.filter(id=series_id, ended_at=None).first() if pair else None
        if pair is None or series is None:
            return False
        settle(series, pair, by=None)
    return True
