"""Pages of requests: the requester's, the partner's and the coordinators'."""

from __future__ import annotations

import logging
import uuid

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.help import access, directory, ladder_page, opening, selectors, services
from bothways.help.access import Standing
from bothways.help.forms import LadderForm, ReplyForm, RequestForm
from bothways.pair.api import pairs_of, partner_name
from bothways.people.api import time_zone_of
from bothways.programme import api as programmes
from bothways.programme.api import Programme

logger = logging.getLogger(__name__)


@require_GET
@signed_in
def my_requests(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.my_programme(who, slug)
    part = selectors.mine(who, programme, request.GET.get("page", ""))
    rows = selectors.rows(part.object_list, time_zone_of(who.person_id))
    return render(request, "help/my_requests.html", {"programme": programme, "rows": rows, "part": part})


@require_http_methods(["GET", "POST"])
@signed_in
def request_new(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.my_programme(who, slug)
    choices = {"partners": partners_of(who, programme), "services": directory.choices(programme.id)}
    if request.method != "POST":
        return _new_page(request, programme, RequestForm(**choices))
    form = RequestForm(request.POST, **choices)
    if not form.is_valid():
        return _new_page(request, programme, form, status=422)
    try:
        made = services.ask(
            who,
            programme_id=programme.id,
            kind=form.cleaned_data["kind"],
            words=form.cleaned_data["words"],
            pair_id=form.pair_id,
            request_id=form.cleaned_data["once"],
            ladder=form.ladder,
        )
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _new_page(request, programme, form, status=409)
    messages.success(request, _("Your request is sent."))
    return redirect("request", made.id)


def partners_of(who: Acting, programme: Programme) -> list[tuple[uuid.UUID, str]]:
    """My live pairs in a programme: id and what to call the partner in a list."""
    mine = [pair for pair in pairs_of(who) if pair.programme_id == programme.id and not pair.is_ended]
    return [(pair.id, _("My partner: %(name)s") % {"name": partner_name(who, pair)}) for pair in mine]


def _new_page(
    request: HttpRequest, programme: Programme, form: RequestForm, status: int = 200
) -> HttpResponse:
    return render(request, "help/request_new.html", {"programme": programme, "form": form}, status=status)


@require_GET
@signed_in
def requests(request: HttpRequest, slug: str) -> HttpResponse:
    """For coordinators: what waits, with kind and day only. No words and no name."""
    who = acting_of(request)
    programme, _staff = programmes.require_coordinator(who, slug)
    seen(who, path=request.path)
    part = selectors.for_coordinators(who, programme, request.GET.get("page", ""))
    rows = selectors.rows(part.object_list, time_zone_of(who.person_id))
    return render(request, "help/requests.html", {"programme": programme, "rows": rows, "part": part})


@require_GET
@signed_in
def one_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    standing = access.open_request(who, request_id)
    seen(who, path=request.path)
    return request_page(request, who, standing, ReplyForm())


def request_page(
    request: HttpRequest,
    who: Acting,
    standing: Standing,
    form: ReplyForm,
    *,
    status: int = 200,
    refused: Refused | None = None,
    ladder_form: LadderForm | None = None,
) -> HttpResponse:
    """One request as I may see it, with what I may do."""
    about = {
        "role": standing.role.value,
        "programme": programmes.by_id(standing.request.programme_id),
        "state": standing.request.state,
        "closed": standing.request.is_closed,
        "to": standing.request.to,
        "to_coordinators": standing.request.coordinators_at is not None,
        "staff": standing.staff,
        "thread": selectors.thread(who, standing),
        "form": form,
        "minutes": int(opening.GOOD_FOR.total_seconds() // 60),
        "refused": refused.words if refused else "",
        "rungs": ladder_page.of(who, standing, ladder_form) if standing.is_mine else None,
    }
    return render(request, "help/request.html", about, status=409 if refused else status)


@require_POST
@signed_in
def request_open(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """A coordinator's receipt first. The words come on the page after it, which asks for the receipt."""
    who = acting_of(request)
    try:
        opening.open_with_receipt(who, request_id=request_id)
    except Refused as refused:
        standing = access.open_request(who, request_id)
        return request_page(request, who, standing, ReplyForm(), refused=refused)
    except DatabaseError as error:
        logger.error("no receipt could be written: %s", type(error).__name__)
        return render(request, "web/fault.html", status=503)
    return redirect("request", request_id)


@require_POST
@signed_in
def request_reply(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    standing = access.open_request(who, request_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return request_page(request, who, standing, form, status=422)
    words, once = form.cleaned_data["words"], form.cleaned_data["once"]
    try:
        services.reply(who, request_id=request_id, words=words, reply_id=once)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return request_page(request, who, access.open_request(who, request_id), form, status=409)
    messages.success(request, _("Your words are sent."))
    return redirect("request", request_id)


@require_POST
@signed_in
def request_resolve(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    try:
        services.resolve(who, request_id=request_id)
    except Refused as refused:
        return request_page(request, who, access.open_request(who, request_id), ReplyForm(), refused=refused)
    messages.success(request, _("Good that it is resolved."))
    return redirect("request", request_id)


@require_POST
@signed_in
def request_take_back(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    services.take_back(acting_of(request), request_id=request_id)
    messages.success(request, _("You took it back. Nobody else can read it any more."))
    return redirect("request", request_id)


@require_POST
@signed_in
def reply_delete(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    request_id = services.delete_reply(acting_of(request), reply_id=reply_id)
    messages.success(request, _("Your words are deleted."))
    return redirect("request", request_id)
