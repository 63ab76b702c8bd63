"""What the two people of a pair write down about days, and the reminder of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.days import dates
from bothways.days.access import held_occasion, my_occasion
from bothways.days.models import Occasion
from bothways.pair.api import Pair, live_pair, share_in_pair, tell_half, tell_partner
from bothways.people.api import time_zone_of, time_zones_of

MOST = 60
MOST_DATES = 4
# Reminders come from this hour on, by the clock of the one who gets them.
FROM_HOUR = 9
BATCH = 500


def local_today(person_id: uuid.UUID) -> date:
    """The date on a person's own calendar."""
    return now().astimezone(ZoneInfo(time_zone_of(person_id))).date()


def add(
    who: Acting,
    *,
    pair_id: uuid.UUID,
    days: list[date],
    each_year: bool,
    before: int,
    words: str,
    occasion_id: uuid.UUID | None = None,
) -> Occasion:
    """Write down a day of my live pair and tell my partner that there is one.

    `words` is what `reading.sealed_words` made. The same `occasion_id` writes one, however often it is
    sent. Refused when the pair has ended or the days do not fit.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        earlier = Occasion.objects.filter(id=occasion_id).first() if occasion_id else None
        if earlier is not None:
            if (earlier.pair_id, earlier.person_id) != (pair.id, who.person_id):
                raise Http404
            return earlier
        if Occasion.objects.filter(pair=pair).count() >= MOST:
            raise Refused(_("You two have written down very many days. Please delete one first."))
        occasion = Occasion(id=occasion_id or uuid.uuid4(), pair=pair, person_id=who.person_id)
        _set(who, occasion, days, each_year, before)
        occasion.text_id = _write(who, pair, words)
        occasion.save(force_insert=True)
        _record("occasion.added", who, occasion)
        path = reverse("occasions", args=[pair.id])
        tell_partner(who, pair, "occasion.added", path=path, key=f"occasion.added:{occasion.id}")
    return occasion


def change(
    who: Acting, *, occasion_id: uuid.UUID, days: list[date], each_year: bool, before: int, words: str
) -> Occasion:
    """Change a day that I wrote down. 404 when it is not mine, Refused when the pair has ended."""
    with transaction.atomic():
        confirm(who)
        occasion, pair = held_occasion(who, occasion_id)
        _set(who, occasion, days, each_year, before)
        if texts.read(who, [occasion.text_id]).get(occasion.text_id) != words:
            texts.drop(owner_id=who.person_id, text_ids=[occasion.text_id])
            occasion.text_id = _write(who, pair, words)
        occasion.save(update_fields=["dates", "each_year", "before", "remind_on", "text_id"])
        _record("occasion.changed", who, occasion)
    return occasion


def delete(who: Acting, *, occasion_id: uuid.UUID) -> None:
    """Delete a day that I wrote down. 404 when it is not mine or gone."""
    with transaction.atomic():
        confirm(who)
        occasion = my_occasion(who, occasion_id)
        # Its words go with the row: the database sees to that.
        gone, _rows = Occasion.objects.filter(id=occasion.id).delete()
        if gone:
            record("occasion.deleted", person_id=who.person_id, object_id=occasion.pair_id)


def drop_all(*, pair_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """A pair has ended: its days go with their words, in the transaction of the ending."""
    Occasion.objects.filter(pair_id=pair_id).delete()


def _write(who: Acting, pair: Pair, words: str) -> uuid.UUID:
    text_id = texts.put(owner_id=who.person_id, kind="occasion", words=words)
    share_in_pair(who, pair, [text_id])
    return text_id


def _set(who: Acting, occasion: Occasion, days: Iterable[date], each_year: bool, before: int) -> None:
    today = local_today(who.person_id)
    found = sorted(set(days))[:MOST_DATES]
    if each_year:
        found = [dates.without_year(day) for day in found[:1]]
    elif found and found[0] < today:
        raise Refused(_("This day has passed. Please choose a later one, or say that it comes each year."))
    elif found and found[-1] > today + dates.FARTHEST:
        raise Refused(_("This is more than two years away. Please choose an earlier day."))
    if not found or not 0 <= before <= 30:
        raise Refused(_("Please choose a day, and a reminder of at most 30 days before it."))
    occasion.dates, occasion.each_year, occasion.before = dates.as_written(found), each_year, before
    occasion.remind_on = dates.first_reminder(occasion.dates, each_year, before, today)


def _record(kind: str, who: Acting, occasion: Occasion) -> None:
    record(
        kind,
        programme_id=occasion.pair.programme_id,
        person_id=who.person_id,
        object_id=occasion.pair_id,
    )


def remind() -> int:
    """Tell both people of each pair whose day is near, each from the morning of their own time zone on.

    Nothing is told while a pair is paused. Telling again does nothing. Returns how many days it looked at.
    """
    # The east is up to 14 hours ahead.
    ahead = (now() + timedelta(hours=14)).date()
    due = Occasion.objects.filter(remind_on__lte=ahead).order_by("remind_on", "id")
    ids = list(due.values_list("id", flat=True))
    for start in range(0, len(ids), BATCH):
        _remind_of(ids[start : start + BATCH])
    return len(ids)


def _remind_of(ids: list[uuid.UUID]) -> None:
    found = Occasion.objects.filter(id__in=ids).select_related("pair").prefetch_related("pair__halves")
    people = {half.person_id for one in found for half in one.pair.halves.all()}
    zones = time_zones_of(people)
    for one in found:
        with transaction.atomic():
            _remind_one(one.id, zones)


def _remind_one(occasion_id: uuid.UUID, zones: dict[uuid.UUID, str]) -> None:
    rows = Occasion.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    one = rows.select_related("pair").filter(id=occasion_id).first()
    if one is None or one.remind_on is None:
        return
    day = next(dates.coming(one.dates, one.each_year, one.remind_on), None)
    everybody = True
    for half in one.pair.halves.all():
        local = now().astimezone(ZoneInfo(zones.get(half.person_id, "UTC")))
        if (local.date(), local.hour) < (one.remind_on, FROM_HOUR):
            everybody = False
        elif day is not None and local.date() <= day and not one.pair.is_paused:
            path = reverse("occasions", args=[one.pair_id])
            tell_half(half, "occasion.near", path=path, key=f"occasion.near:{one.id}:{day}")
    if everybody:
        one.remind_on = dates.next_reminder(one.dates, one.each_year, one.before, one.remind_on)
        one.save(update_fields=["remind_on"])
