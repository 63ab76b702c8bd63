"""The pages on which two people plan how their pair ends."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.identity.api import acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in, tried
from bothways.pair import closings, selectors
from bothways.pair import in_touch as staying
from bothways.pair.access import open_pair
from bothways.pair.forms import ClosingForm, InTouchForm, ThanksForm
from bothways.pair.models import Pair


@signed_in
@require_http_methods(["GET", "POST"])
def closing(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """The day. The words of thanks on the same page are sent to `thanks`."""
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "GET":
        outbox.seen(who, path=request.path)
        return redirect("pair", pair_id) if found.is_ended else _page(request, found)
    form = ClosingForm(request.POST)
    status = tried(form, lambda: closings.plan(who, pair_id=pair_id, day=form.cleaned_data["day"]))
    if status != 302:
        return _page(request, found, form=form, status=status)
    messages.success(request, _("The day is chosen. Your partner will see it."))
    return redirect("pair_closing", pair_id)


@signed_in
@require_POST
def closing_drop(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    closings.drop(acting_of(request), pair_id=pair_id)
    messages.success(request, _("There is no day any more. Your pair goes on."))
    return redirect("pair", pair_id)


@signed_in
@require_POST
def thanks(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    found = open_pair(who, pair_id)
    form = ThanksForm(request.POST)
    status = tried(form, lambda: closings.say_thanks(who, pair_id=pair_id, words=form.cleaned_data["words"]))
    if status != 302:
        return _page(request, found, words=form, status=status)
    messages.success(request, _("Saved."))
    return redirect("pair_closing", pair_id)


@signed_in
@require_http_methods(["GET", "POST"])
def in_touch(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """After the end: what the two wrote for each other. Before it that stands on the page of the ending."""
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "GET":
        outbox.seen(who, path=request.path)
        if not found.is_ended:
            return redirect("pair_closing", pair_id)
        about = {"pair": found, "kept": staying.in_touch(who, found)}
        return render(request, "pair/in_touch.html", about)
    form = InTouchForm(request.POST, auto_id="touch_%s")
    status = tried(form, lambda: staying.say_in_touch(who, pair_id=pair_id, words=form.cleaned_data["words"]))
    if status != 302:
        return _page(request, found, touch=form, status=status)
    messages.success(request, _("Saved. Your partner sees it when both of you have said yes."))
    return redirect("pair_closing", pair_id)


@signed_in
@require_POST
def in_touch_back(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    staying.take_back_in_touch(acting_of(request), pair_id=pair_id)
    messages.success(request, _("Taken back. Nobody reads it any more."))
    return redirect("pair_in_touch", pair_id)


def _page(
    request: HttpRequest,
    found: Pair,
    *,
    form: ClosingForm | None = None,
    words: ThanksForm | None = None,
    touch: InTouchForm | None = None,
    status: int = 200,
) -> HttpResponse:
    who = acting_of(request)
    shown, kept = closings.closing(who, found), staying.in_touch(who, found)
    context = {
        "pair": found,
        "name": selectors.partner_name(who, found),
        "closing": shown,
        "form": form or ClosingForm(initial={"day": shown.day}),
        "words": words or ThanksForm(initial={"words": shown.my_thanks}),
        "kept": kept,
        "touch": touch or InTouchForm(initial={"words": kept.mine}, auto_id="touch_%s"),
    }
    return render(request, "pair/closing.html", context, status=status)
