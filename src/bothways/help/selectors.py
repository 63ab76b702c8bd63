"""What each side reads of requests."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from bothways.core.identity.api import Acting
from bothways.core.receipts.api import Receipt
from bothways.core.texts import api as texts
from bothways.help.access import Role, Standing
from bothways.help.models import Reply, Request
from bothways.help.opening import good_receipt, has_opened
from bothways.help.words import KINDS, STATES, day
from bothways.pair.api import Pair, partner_name
from bothways.people.api import time_zone_of
from bothways.programme.api import Programme

PER_PAGE = 30
WAITING = (Request.State.OPEN, Request.State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Row:
    """A request in a list: never with its words."""

    id: uuid.UUID
    kind: Promise
    state: Promise
    day: str


@dataclass(frozen=True, slots=True)
class Words:
    """One piece of writing under a request. Empty words: there is something, but not for me."""

    id: uuid.UUID
    mine: bool
    by_requester: bool
    signed: str
    words: str
    day: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A request with what I may read of it and what I may do."""

    row: Row
    words: str
    replies: list[Words]
    # A coordinator who has no good receipt: the page says what opening does, and has a button.
    sealed: bool
    can_reply: bool
    pair_ended: bool
    partner: str


def row(request: Request, zone: str) -> Row:
    """A request without its words."""
    return Row(request.id, KINDS[request.kind], STATES[request.state], day(request.made_at, zone))


def rows(requests: Iterable[Request], zone: str) -> list[Row]:
    return [row(request, zone) for request in requests]


def mine(who: Acting, programme: Programme, number: str) -> Page[Request]:
    """My requests in a programme, newest first."""
    own = Request.objects.filter(person_id=who.person_id, programme_id=programme.id)
    return Paginator(own.order_by("-made_at", "id"), PER_PAGE).get_page(number)


def for_coordinators(who: Acting, programme: Programme, number: str) -> Page[Request]:
    """What waits for the coordinators, unanswered and oldest first. My own are not among them."""
    waiting = waiting_in([programme.id], who)
    return Paginator(waiting.order_by("-state", "made_at", "id"), PER_PAGE).get_page(number)


def waiting_in(programme_ids: list[uuid.UUID], who: Acting) -> QuerySet[Request]:
    """Requests of others to the coordinators of these programmes that are not closed."""
    return Request.objects.filter(
        programme_id__in=programme_ids, coordinators_at__isnull=False, state__in=WAITING
    ).exclude(person_id=who.person_id)


def thread(who: Acting, standing: Standing) -> Thread:
    """One request as I may see it."""
    request = standing.request
    zone = time_zone_of(who.person_id)
    replies = _replies(who, standing)
    receipt = good_receipt(who, standing)
    opened = _opened(who, standing, replies, receipt)
    return Thread(
        row=row(request, zone),
        words=opened.get(request.text_id, ""),
        replies=[_words(who, request, reply, opened, zone) for reply in replies],
        sealed=standing.role is Role.COORDINATOR and not request.is_closed and receipt is None,
        can_reply=not request.is_closed and standing.has_reader and _may_reply(who, standing),
        pair_ended=standing.pair_ended,
        partner=_partner(who, standing),
    )


def _replies(who: Acting, standing: Standing) -> list[Reply]:
    """What stands under a request for me. Partner and coordinators learn nothing of each other."""
    request = standing.request
    rows = Reply.objects.filter(request=request).order_by("at", "id")
    mine_or_hers = Q(person_id=who.person_id) | Q(person_id=request.person_id)
    if standing.role is Role.PARTNER:
        rows = rows.filter(mine_or_hers)
    elif standing.role is Role.COORDINATOR or standing.pair_ended:
        # Of a pair that has ended nothing of the other shows, not even that they had answered.
        rows = rows.filter(mine_or_hers | ~Q(signed=""))
    return list(rows)


def _opened(
    who: Acting, standing: Standing, replies: list[Reply], receipt: Receipt | None
) -> dict[uuid.UUID, str]:
    """All words that are open to me: shared ones, my own, and on a receipt the requester's."""
    request = standing.request
    ids = [request.text_id, *(reply.text_id for reply in replies)]
    opened = texts.read(who, ids)
    if receipt is not None:
        opened |= texts.read_on_receipt(receipt, ids)
    return opened


def _words(who: Acting, request: Request, reply: Reply, opened: dict[uuid.UUID, str], zone: str) -> Words:
    return Words(
        id=reply.id,
        mine=reply.person_id == who.person_id,
        by_requester=reply.person_id == request.person_id,
        signed=reply.signed,
        words=opened.get(reply.text_id, ""),
        day=day(reply.at, zone),
    )


def _may_reply(who: Acting, standing: Standing) -> bool:
    return standing.role is not Role.COORDINATOR or has_opened(who, standing.request)


def _partner(who: Acting, standing: Standing) -> str:
    return partner_name(who, standing.pair) if standing.pair is not None else ""


def asked_of_me(who: Acting) -> list[Request]:
    """Open requests of my partners to me, oldest first."""
    pairs = Pair.objects.filter(halves__person_id=who.person_id, ended_at=None)
    open_ones = Request.objects.filter(pair__in=pairs, state=Request.State.OPEN)
    return list(open_ones.exclude(person_id=who.person_id).order_by("made_at", "id")[:5])


def my_waiting(who: Acting) -> list[Request]:
    """My own requests that are not closed, answered ones first."""
    own = Request.objects.select_related("pair").filter(person_id=who.person_id, state__in=WAITING)
    return list(own.order_by("state", "made_at", "id")[:5])
