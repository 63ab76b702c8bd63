"""Coordinators: who they are, inviting one more, taking it up, stepping down."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.programme import selectors, services
from bothways.programme.access import require_coordinator
from bothways.programme.forms import PublicNameForm, TakeUpForm
from bothways.programme.models import Programme, Staff
from bothways.programme.views.attempts import attempt
from bothways.programme.views.setup import GET_OR_POST


@signed_in
@require_http_methods(GET_OR_POST)
def coordinators(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody's public name; mine can be changed here."""
    who = acting_of(request)
    programme, mine = require_coordinator(who, slug)
    sent = request.POST if request.method == "POST" else None
    form = PublicNameForm(sent, initial={"public_name": mine.public_name})
    status = 200
    if request.method == "POST":
        status = attempt([form], lambda: services.rename(who, programme_id=programme.id, **form.cleaned_data))
        if not status:
            messages.success(request, _("Saved."))
            return redirect("programme_coordinators", slug)
    outbox.seen(who, path=request.path)
    return _page(request, programme, mine, form=form, status=status)


def _page(
    request: HttpRequest,
    programme: Programme,
    mine: Staff,
    *,
    form: PublicNameForm | None = None,
    code: str = "",
    refusal: object = None,
    status: int = 200,
) -> HttpResponse:
    about = {
        "programme": programme,
        "mine": mine,
        "coordinators": selectors.coordinators(programme.id),
        "form": form or PublicNameForm(initial={"public_name": mine.public_name}),
        "code": code,
        "open_until": selectors.open_invitation(programme.id),
        "refusal": refusal,
    }
    return render(request, "programme/coordinators.html", about, status=status)


@signed_in
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a new code, once: only its hash is kept, so there is no page to come back to."""
    who = acting_of(request)
    programme, mine = require_coordinator(who, slug)
    return _page(request, programme, mine, code=services.invite(who, programme_id=programme.id))


@signed_in
@require_POST
def take_back(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _mine = require_coordinator(who, slug)
    services.withdraw_invitation(who, programme_id=programme.id)
    messages.success(request, _("The code does not work any more."))
    return redirect("programme_coordinators", slug)


@signed_in
@require_POST
def step_down(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, mine = require_coordinator(who, slug)
    try:
        services.step_down(who, programme_id=programme.id)
    except Refused as refused:
        return _page(request, programme, mine, refusal=refused.words, status=409)
    messages.success(request, _("You do not coordinate this programme any more. Thank you for what you did."))
    return redirect("home")


@signed_in
@require_http_methods(GET_OR_POST)
def take_up(request: HttpRequest) -> HttpResponse:
    """Become a coordinator with a code. The code alone says of which programme."""
    who = acting_of(request)
    form = TakeUpForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        taken: list[Staff] = []
        status = attempt([form], lambda: taken.append(services.take_up(who, **form.cleaned_data)))
        if taken:
            messages.success(request, _("You are a coordinator now."))
            return redirect("programme_setup", taken[0].programme.slug)
    return render(request, "programme/take_up.html", {"form": form}, status=status)
