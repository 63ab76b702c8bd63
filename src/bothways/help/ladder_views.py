"""What a requester does with their request's ladder."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.core.texts import api as texts
from bothways.help import access, ladder, ladder_page
from bothways.help.forms import ReplyForm
from bothways.help.views import request_page


@require_POST
@signed_in
def request_ladder(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    standing = access.open_request(who, request_id)
    mine = access.require_mine(standing)
    form = ladder_page.form_for(mine, request.POST)
    if form is None:
        return redirect("request", request_id)
    if not form.is_valid():
        return request_page(request, who, standing, ReplyForm(), ladder_form=form, status=422)
    try:
        ladder.set_ladder(who, request_id=request_id, ladder=form.ladder)
    except Refused as refused:
        standing = access.open_request(who, request_id)
        return request_page(request, who, standing, ReplyForm(), refused=refused)
    messages.success(request, _("It is noted."))
    return redirect("request", request_id)


@require_POST
@signed_in
def request_keep(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    try:
        ladder.keep_open(who, request_id=request_id)
    except Refused as refused:
        standing = access.open_request(who, request_id)
        return request_page(request, who, standing, ReplyForm(), refused=refused)
    messages.success(request, _("It stays open."))
    return redirect("request", request_id)


@require_GET
@signed_in
def request_message(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """To show, to print or to send by oneself: nothing is sent from here."""
    who = acting_of(request)
    mine = access.require_mine(access.open_request(who, request_id))
    if mine.service_at is None:
        raise Http404
    message = ladder_page.message(mine, texts.read(who, [mine.text_id]).get(mine.text_id, ""))
    if message is None:
        raise Http404
    about = {"message": message, "one": message.service, "request_id": request_id}
    return render(request, "help/for_service.html", about)
