"""Asking for help, answering, and closing: closing is the requester's alone."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox.api import tell
from bothways.core.texts import api as texts
from bothways.help import hands
from bothways.help.access import (
    Role,
    Standing,
    held_request,
    held_to_write,
    is_member,
    my_reply,
    require_mine,
)
from bothways.help.ladder import (
    NO_LADDER,
    Ladder,
    path_of,
    put_on_ladder,
    stop_climbing,
    tell_coordinators,
    wait_anew,
)
from bothways.help.models import Reply, Request
from bothways.help.opening import has_opened
from bothways.pair.api import Pair, live_pair, partner_id, tell_partner

State = Request.State
# Open requests that one person may have in one programme.
MOST_OPEN = 10
CLOSED = _("This request is closed, so nothing more can be written under it.")


def ask(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    kind: str,
    words: str,
    pair_id: uuid.UUID | None = None,
    request_id: uuid.UUID | None = None,
    ladder: Ladder = NO_LADDER,
) -> Request:
    """Ask my partner of `pair_id`, or else the coordinators of the programme, for help.

    A partner can read the words while the pair stands. Coordinators can open them one at a time,
    each time against a receipt. `ladder` is where it goes when nobody answers: nowhere else. The same
    `request_id` asks once, however often it is sent.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True) if pair_id else None
        _check_place(who, programme_id, pair)
        earlier = Request.objects.filter(id=request_id).first() if request_id else None
        if earlier is not None:
            if earlier.person_id != who.person_id:
                raise Http404
            return earlier
        _check_number(who, programme_id)
        moment = now()
        request = Request(
            id=request_id or uuid.uuid4(),
            programme_id=programme_id,
            person_id=who.person_id,
            entry_id=who.entry_id,
            kind=kind,
            to=Request.To.PARTNER if pair else Request.To.COORDINATORS,
            pair=pair,
            text_id=texts.put(owner_id=who.person_id, kind="request", words=words),
            made_at=moment,
            coordinators_at=None if pair else moment,
        )
        put_on_ladder(who, request, ladder)
        wait_anew(request)
        request.save(force_insert=True)
        _share(who, request, request.text_id)
        # A number for the published figures, which count requests by kind.
        _record("request.made", who, request, about=list(Request.Kind).index(Request.Kind(kind)))
        _tell_asked(who, request)
    return request


def reply(who: Acting, *, request_id: uuid.UUID, words: str, reply_id: uuid.UUID | None = None) -> Reply:
    """Write under a request: an answer of the one asked, or more by the requester, which opens it again.

    A coordinator must have opened the request before. The same `reply_id` writes once. Refused when
    the request is closed or the pair has ended.
    """
    with transaction.atomic():
        confirm(who)
        standing = held_to_write(who, request_id)
        earlier = Reply.objects.filter(id=reply_id).first() if reply_id else None
        if earlier is not None:
            if (earlier.person_id, earlier.request_id) != (who.person_id, request_id):
                raise Http404
            return earlier
        _check_may_reply(who, standing)
        request = standing.request
        written = Reply.objects.create(
            id=reply_id or uuid.uuid4(),
            request=request,
            person_id=who.person_id,
            signed=standing.staff.public_name if standing.staff else "",
            text_id=texts.put(owner_id=who.person_id, kind="reply", words=words),
            at=now(),
        )
        _share(who, request, written.text_id)
        if standing.is_mine:
            request.state = State.OPEN
            request.save(update_fields=["state", *wait_anew(request)])
        else:
            request.state, request.climbs_at = State.ANSWERED, None
            request.save(update_fields=["state", "climbs_at"])
        _record("request.more" if standing.is_mine else "request.answered", who, request)
        _tell_about_reply(who, standing, written)
    return written


def resolve(who: Acting, *, request_id: uuid.UUID) -> Request:
    """Say that my request is resolved. Only I can; again is the same as once."""
    with transaction.atomic():
        confirm(who)
        request = require_mine(held_request(who, request_id))
        if request.state == State.TAKEN_BACK:
            raise Refused(_("You took this request back. You can make a new one."))
        if request.state != State.RESOLVED:
            _close(who, request, State.RESOLVED)
            _record("request.resolved", who, request)
    return request


def take_back(who: Acting, *, request_id: uuid.UUID) -> Request:
    """Take my request back: from now on nobody else can read anything under it. Only I can."""
    with transaction.atomic():
        confirm(who)
        request = require_mine(held_request(who, request_id))
        if request.state != State.TAKEN_BACK:
            _close(who, request, State.TAKEN_BACK)
            texts.unshare(under=request.id)
            _record("request.taken_back", who, request)
    return request


def delete_reply(who: Acting, *, reply_id: uuid.UUID) -> uuid.UUID:
    """Delete words that I wrote under a request, at any time. Returns the request's id."""
    with transaction.atomic():
        confirm(who)
        mine = my_reply(who, reply_id)
        # The database deletes the words with their row.
        gone, _rows = Reply.objects.filter(id=mine.id).delete()
        if gone:
            record("request.words_deleted", person_id=who.person_id, object_id=mine.request_id)
    return mine.request_id


def close_for_partner(*, pair_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """A pair has ended: what was open to the partner under its requests closes, in that transaction.

    What one wrote under a request of the other's has no reader left and no page: it is deleted. So its
    writer finds the same whether the other only ended the pair or left, which deletes the request too.
    """
    requests = Request.objects.filter(pair_id=pair_id)
    # What a coordinator wrote is signed: it stays between them and the requester.
    answers = Reply.objects.filter(request__in=requests, signed="").exclude(person_id=F("request__person_id"))
    answers.delete()
    for request_id, requester in requests.values_list("id", "person_id"):
        texts.unshare(under=request_id, owner_id=requester)
    hands.close_for_partner(pair_id=pair_id)


def on_withdrawn(*, enrolment_id: uuid.UUID, person_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """Somebody leaves a programme: their requests go no further, and their hands are gone."""
    stop_climbing(person_id=person_id, programme_id=programme_id)
    hands.forget(person_id=person_id, programme_id=programme_id)


def _close(who: Acting, request: Request, state: str) -> None:
    request.state, request.closed_at, request.closed_entry_id = state, now(), who.entry_id
    request.climbs_at = None
    request.save(update_fields=["state", "closed_at", "closed_entry_id", "climbs_at"])


def _check_place(who: Acting, programme_id: uuid.UUID, pair: Pair | None) -> None:
    if pair is not None and pair.programme_id != programme_id:
        raise Http404
    if pair is None and not is_member(who, programme_id):
        raise PermissionDenied


def _check_number(who: Acting, programme_id: uuid.UUID) -> None:
    mine = Request.objects.filter(person_id=who.person_id, programme_id=programme_id, closed_at=None)
    if mine.count() >= MOST_OPEN:
        raise Refused(
            _("You have many open requests already. Please say of one that it is resolved, or take one back.")
        )


def _check_may_reply(who: Acting, standing: Standing) -> None:
    if standing.request.is_closed:
        raise Refused(CLOSED)
    if not standing.has_reader:
        raise Refused(_("This pair has ended, so nobody would read it."))
    if standing.role is Role.COORDINATOR and not has_opened(who, standing.request):
        raise Refused(_("Please open the request first."))


def _share(who: Acting, request: Request, text_id: uuid.UUID) -> None:
    """Open my words to the other side of a request: its requester, or the partner who was asked.

    Coordinators are not among them: they read against a receipt.
    """
    reader: uuid.UUID | None = request.person_id
    if reader == who.person_id:
        pair = request.pair
        reader = partner_id(pair, who.person_id) if pair is not None and not pair.is_ended else None
    if reader is not None:
        texts.share(owner_id=who.person_id, text_ids=[text_id], with_id=reader, under=request.id)


def _tell_asked(who: Acting, request: Request) -> None:
    if request.pair is not None:
        key = f"request.partner:{request.id}"
        tell_partner(who, request.pair, "request.partner", path=path_of(request), key=key)
        return
    tell_coordinators(request)


def _tell_about_reply(who: Acting, standing: Standing, written: Reply) -> None:
    request = standing.request
    kind = "request.more" if standing.is_mine else "request.answered"
    path, key = path_of(request), f"{kind}:{written.id}"
    if standing.role is Role.PARTNER and standing.pair is not None:
        tell_partner(who, standing.pair, kind, path=path, key=key)
        return
    if not standing.is_mine:
        # Whoever asks the coordinators waits for this, and is told whatever they said about notices.
        tell(request.person_id, kind, path=path, key=key)
        return
    others = Reply.objects.filter(request=request).exclude(person_id=request.person_id)
    for person_id, signed in others.values_list("person_id", "signed").distinct():
        if signed:
            tell(person_id, kind, path=path, key=key)
        elif standing.pair is not None and not standing.pair_ended:
            tell_partner(who, standing.pair, kind, path=path, key=key)


def _record(kind: str, who: Acting, request: Request, **numbers: int) -> None:
    record(
        kind,
        programme_id=request.programme_id,
        person_id=who.person_id,
        object_id=request.id,
        **numbers,
    )
