"""The truths of what people do together: words, hands, requests and rhythms. Read from the tables."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bothways.core.clock.api import now
from bothways.core.models import Share, Text
from bothways.days.models import Occasion
from bothways.enrol.models import Enrolment
from bothways.gather.models import Guest
from bothways.goals.models import Goal
from bothways.help.models import HandAsk, HandLike, HandYes, Opening, Reply, Request
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Feed, JournalLine, Meeting, Series, TookPlace
from bothways.pair.models import Closing, Half, InTouch, Pair
from bothways.talk.models import Bookmark, Message

ENDED = Pair.State.ENDED
Rows = QuerySet[Any]


def broken() -> list[str]:
    """Every truth of these rooms that does not hold now, in words."""
    wrong = {**_hands(), **_requests(), **_of_ended_pairs(), **_gatherings()}
    return [*_words(), *_dates(), *(words for words, rows in wrong.items() if rows.exists())]


def _words() -> list[str]:
    """What is open is open to one of the two of something that stands, by the one who wrote it."""
    halves = set(Half.objects.exclude(pair__state=ENDED).values_list("pair_id", "person_id"))
    requests = {one.pk: one for one in Request.objects.all()}
    yeses = {one.pk: one for one in HandYes.objects.select_related("ask")}
    in_touch = {one.pk: one for one in InTouch.objects.all()}
    found = []
    for share in Share.objects.select_related("text"):
        if share.owner_id != share.text.owner_id or share.owner_id == share.with_id:
            found.append("words are open that are not their owner's to open")
        if share.under in requests:
            allowed = _readers(requests[share.under])
        elif share.under in yeses:
            yes = yeses[share.under]
            allowed = {yes.person_id, yes.ask.person_id} if yes.met_at else set()
        elif share.under in in_touch:
            # Only those who have both said it.
            pair_id = in_touch[share.under].pair_id
            allowed = {one.person_id for one in in_touch.values() if one.pair_id == pair_id}
        else:
            allowed = {person for pair, person in halves if pair == share.under}
        if not {share.owner_id, share.with_id} <= allowed:
            found.append(f"a text of the kind {share.text.kind!r} is open to somebody who is not allowed")
    return found


def _readers(request: Request) -> set[uuid.UUID]:
    """Its requester, the partner while the pair stands, and coordinators who answered."""
    partner = Half.objects.filter(pair=request.pair).exclude(pair__state=ENDED)
    answered = Reply.objects.filter(request=request).exclude(signed="")
    return {
        request.person_id,
        *partner.values_list("person_id", flat=True),
        *answered.values_list("person_id", flat=True),
    }


def _hands() -> dict[str, Rows]:
    said = HandYes.objects.values("text_id")
    accepted = HandYes.objects.exclude(asker_text_id=None).values("asker_text_id")
    written = Text.objects.filter(kind="hand")
    return {
        "a hand is known before the second yes": Share.objects.filter(
            text_id__in=HandYes.objects.filter(met_at=None).values("text_id")
        ),
        "somebody helps themselves": HandYes.objects.filter(person_id=F("ask__person_id")),
        "words of a hand that is gone": written.exclude(id__in=said).exclude(id__in=accepted),
    }


def _requests() -> dict[str, Rows]:
    """A request climbs only where its requester said."""
    climbed = Request.objects.filter(to=Request.To.PARTNER, coordinators_at__isnull=False)
    climbs = Request.objects.filter(climbs_at__isnull=False)
    return {
        "coordinators were asked without the requester's word": climbed.filter(coordinators_entry_id=None),
        "a service was reached that nobody chose": Request.objects.filter(
            service_at__isnull=False, service=None
        ),
        "coordinators opened what is not for them": Opening.objects.filter(request__coordinators_at=None),
        "a closed request climbs": climbs.filter(closed_at__isnull=False),
        "a request climbs to nowhere": climbs.filter(coordinators_entry_id=None, service=None),
    }


def _dates() -> list[str]:
    """Dates lie where their rhythm gives them, or where one of the two moved them."""
    found = []
    for one in Meeting.objects.exclude(series=None).select_related("series", "pair__closing"):
        assert one.series is not None and one.slot is not None
        rhythm = rhythm_of(one.series)
        if not rhythm.has(one.slot):
            found.append("a date that the rhythm does not give")
        if not one.moved and one.starts_at != rhythm.moment(one.slot):
            found.append("a date at another time, and nobody moved it")
        day = one.starts_at.astimezone(ZoneInfo(one.series.zone)).date()
        last = one.pair.closing.day if hasattr(one.pair, "closing") else None
        until = one.pair.paused_until
        over = (last and day > last) or (until and day < until) or one.series.ended_at
        if over and one.is_planned and one.starts_at > now() and not one.moved:
            found.append("a date stands in a pause, after the planned ending or after its rhythm")
    return found


def _of_ended_pairs() -> dict[str, Rows]:
    ended = Pair.objects.filter(state=ENDED)
    ahead = Meeting.objects.filter(state=Meeting.State.PLANNED, starts_at__gt=now(), took_place_at=None)
    rows: dict[str, Rows] = {
        "a day": Occasion.objects.filter(pair__in=ended),
        "a planned ending": Closing.objects.filter(pair__in=ended),
        "a rhythm": Series.objects.filter(pair__in=ended, ended_at=None),
        "a meeting ahead": ahead.filter(pair__in=ended),
        "open words": Share.objects.filter(under__in=ended.values("id")),
        "a way to reach": Half.objects.filter(pair__in=ended).exclude(contact_text=None, thanks_text=None),
    }
    return {f"{what} of a pair that has ended": found for what, found in rows.items()}


def _gatherings() -> dict[str, Rows]:
    mine = Enrolment.objects.filter(
        id=OuterRef("enrolment_id"),
        person_id=OuterRef("person_id"),
        programme_id=OuterRef("gathering__programme_id"),
        state__in=[Enrolment.State.ACTIVE, Enrolment.State.PAUSED],
    )
    return {"somebody comes who is no member": Guest.objects.filter(~Exists(mine))}


def of_the_gone(gone: list[uuid.UUID]) -> dict[str, Rows]:
    """The rows of these rooms that name one of these people."""
    where = Q(place_by__in=gone) | Q(link_by__in=gone)
    return {
        "message": Message.objects.filter(person_id__in=gone),
        "mark of what was read": Bookmark.objects.filter(person_id__in=gone),
        "day": Occasion.objects.filter(person_id__in=gone),
        "answer to a gathering": Guest.objects.filter(person_id__in=gone),
        "next step": Goal.objects.filter(person_id__in=gone),
        "line in a journal": JournalLine.objects.filter(person_id__in=gone),
        "word that a meeting took place": TookPlace.objects.filter(person_id__in=gone),
        "calendar link": Feed.objects.filter(person_id__in=gone),
        "meeting": Meeting.objects.filter(where | Q(planned_by__in=gone)),
        "rhythm": Series.objects.filter(where | Q(set_by__in=gone)),
        "request": Request.objects.filter(person_id__in=gone),
        "answer to a request": Reply.objects.filter(person_id__in=gone),
        "opening": Opening.objects.filter(person_id__in=gone),
        "kind of work": HandLike.objects.filter(person_id__in=gone),
        "hand asked for": HandAsk.objects.filter(person_id__in=gone),
        "hand offered": HandYes.objects.filter(person_id__in=gone),
    }
