"""What each of the two reads of their conversation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language

from bothways.core.identity.api import Acting
from bothways.core.said.api import moment_words
from bothways.core.texts import api as texts
from bothways.pair.api import Pair
from bothways.talk.models import Bookmark, Message
from bothways.talk.phrases import Part, parts_of

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it is shown to one of the two."""

    id: uuid.UUID
    mine: bool
    when: str
    parts: list[Part]


def page(who: Acting, pair: Pair, number: str, zone: ZoneInfo) -> tuple[list[Shown], Page[Message]]:
    """One page of the conversation, newest first: what I wrote and may read, on the clock of `zone`."""
    messages = Message.objects.filter(pair=pair).order_by("-number")
    if pair.is_ended:
        # What the other wrote is closed, and so is how much it was.
        messages = messages.filter(person_id=who.person_id)
    part = Paginator(messages, PER_PAGE).get_page(number)
    return _readable(who, list(part), zone), part


def _readable(who: Acting, messages: list[Message], zone: ZoneInfo) -> list[Shown]:
    words = texts.read(who, [message.text_id for message in messages])
    return [shown(who, one, words[one.text_id], zone) for one in messages if one.text_id in words]


def shown(who: Acting, message: Message, words: str, zone: ZoneInfo) -> Shown:
    """A message with its time on the reader's clock, and its phrases in the reader's language."""
    mine = message.person_id == who.person_id
    when = moment_words(message.at.astimezone(zone))
    parts = [Part(words)] if mine else parts_of(words, get_language() or "en")
    return Shown(message.id, mine, when, parts)


def newest_of_partner(who: Acting, pair: Pair) -> datetime | None:
    """When the partner's newest message came, if I have not had it before me; None if nothing is new."""
    found = _with_news(who).filter(id=pair.id).first()
    return found.newest if found else None


def pair_with_news(who: Acting) -> Pair | None:
    """The pair of mine whose partner wrote last, among those with something that I have not seen."""
    found: Pair | None = _with_news(who).prefetch_related("halves").order_by("-newest").first()
    return found


def _with_news(who: Acting) -> QuerySet[Any]:
    # The newest of each pair, by the index over its numbers: however long the conversation is.
    theirs = Message.objects.filter(pair=OuterRef("pk")).exclude(person_id=who.person_id).order_by("-number")
    mark = Bookmark.objects.filter(pair=OuterRef("pk"), person_id=who.person_id)
    return (
        Pair.objects.filter(halves__person_id=who.person_id, ended_at=None)
        .annotate(newest=Subquery(theirs.values("at")[:1]), mark=Subquery(mark.values("at")[:1]))
        .filter(Q(newest__isnull=False) & (Q(mark=None) | Q(newest__gt=F("mark"))))
    )
