"""The pages of a pair, each for its two people and nobody else. Those of the card are in `card_views.py`."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.clock.api import now
from bothways.core.identity.api import acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in, tried
from bothways.match import api as match
from bothways.pair import in_touch, selectors, services
from bothways.pair.access import open_pair
from bothways.pair.forms import ContactForm, PauseForm
from bothways.pair.models import Pair
from bothways.programme import api as programmes


@signed_in
@require_GET
def pair(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    found = open_pair(who, pair_id)
    shown = _ended(request, found) if found.is_ended else _living(request, found)
    # Last: the one statement that writes ends the transaction in which all the others read.
    outbox.seen(who, path=request.path)
    return shown


def _living(request: HttpRequest, found: Pair) -> HttpResponse:
    who = acting_of(request)
    programme = programmes.by_id(found.programme_id)
    context = {
        "pair": found,
        "name": selectors.partner_name(who, found),
        "checks": selectors.partner_checks(who, found, programme),
        "reasons": match.explain_reasons(found.proposal.reasons),
        "card": selectors.card_state(who, found),
        "closing_day": found.planned_day,
        "my_pause": selectors.my_pause(who, found),
        "programme": programme,
    }
    return render(request, "pair/pair.html", context)


def _ended(request: HttpRequest, found: Pair) -> HttpResponse:
    """What is left of a pair, and what comes now."""
    programme = programmes.by_id(found.programme_id)
    coming = programme.next_round_at if programme.open and programme.round_every_days else None
    context = {
        "pair": found,
        "programme": programme,
        "until": in_touch.kept_after_end(acting_of(request), [found]).get(found.pk),
        "next_round": coming if coming and coming > now() else None,
    }
    return render(request, "pair/ended.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "GET" and found.is_ended:
        return redirect("pair", pair_id)
    form = ContactForm(request.POST) if request.method == "POST" else None
    status = 200
    if form is not None:
        bound = form
        status = tried(
            form, lambda: services.set_contact(who, pair_id=found.pk, words=bound.cleaned_data["words"])
        )
        if status == 302:
            messages.success(request, _("Saved."))
            return redirect("pair_contact", found.pk)
    shown = selectors.contact(who, found)
    context = {
        "pair": found,
        "name": selectors.partner_name(who, found),
        "programme": programmes.by_id(found.programme_id),
        "contact": shown,
        "form": form or ContactForm(initial={"words": shown.mine}),
    }
    return render(request, "pair/contact.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "GET" and found.is_ended:
        return redirect("pair", pair_id)
    form, status = PauseForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = tried(form, lambda: services.pause(who, pair_id=found.pk, until=form.cleaned_data["until"]))
        if status == 302:
            messages.success(request, _("The pair is paused. You can end your pause at any time."))
            return redirect("pair", found.pk)
    context = {"pair": found, "name": selectors.partner_name(who, found), "form": form}
    return render(request, "pair/pause.html", context, status=status)


@signed_in
@require_POST
def resume(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    services.resume(acting_of(request), pair_id=pair_id)
    messages.success(request, _("Your pause is over."))
    return redirect("pair", pair_id)


@signed_in
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """One page, one button, no reason. Pressing it twice answers the same."""
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "POST":
        services.end(who, pair_id=pair_id)
        messages.success(request, _("The pair has ended."))
        return redirect("home")
    if found.is_ended:
        return redirect("pair", pair_id)
    about = {"name": selectors.partner_name(who, found), "kept": in_touch.in_touch(who, found)}
    return render(request, "pair/end.html", {"pair": found, **about})
