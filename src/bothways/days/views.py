"""Pages of the days that matter to a pair."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.clock.api import today
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.days import access, dates, selectors, services
from bothways.days.forms import DayForm, FestivalForm
from bothways.days.models import Occasion
from bothways.pair.api import Pair, live_pair, open_pair, partner_name

Form = DayForm | FestivalForm


@require_GET
@signed_in
def occasions(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    about = {"pair": pair, "partner": partner_name(who, pair), "shown": selectors.of_pair(who, pair)}
    seen(who, path=request.path)
    return render(request, "days/occasions.html", about)


@require_http_methods(["GET", "POST"])
@signed_in
def occasion_new(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    return _new(request, pair_id, festival=False)


@require_http_methods(["GET", "POST"])
@signed_in
def occasion_festival(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    return _new(request, pair_id, festival=True)


def _new(request: HttpRequest, pair_id: uuid.UUID, *, festival: bool) -> HttpResponse:
    who = acting_of(request)
    if request.method != "POST":
        return _page(request, live_pair(who, pair_id), _form(who, festival), new=True)
    pair = open_pair(who, pair_id)
    form = _form(who, festival, request.POST)
    if not form.is_valid():
        return _page(request, pair, form, new=True, status=422)
    wanted = form.wanted(services.local_today(who.person_id))
    try:
        services.add(who, pair_id=pair_id, occasion_id=form.cleaned_data["once"], **wanted)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _page(request, pair, form, new=True, status=409)
    messages.success(request, _("The day is written down. You will both be reminded."))
    return redirect("occasions", pair_id)


def _form(who: Acting, festival: bool, typed: Any = None, initial: dict[str, Any] | None = None) -> Form:
    if festival:
        return FestivalForm(typed, initial=initial, today=services.local_today(who.person_id))
    return DayForm(typed, initial=initial)


def _page(request: HttpRequest, pair: Pair, form: Form, *, new: bool, status: int = 200) -> HttpResponse:
    festival = isinstance(form, FestivalForm)
    about = {
        "pair": pair,
        "form": form,
        "festival": festival,
        "new": new,
        "other": reverse("occasion_new" if festival else "occasion_festival", args=[pair.id]),
    }
    return render(request, "days/form.html", about, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def occasion_change(request: HttpRequest, occasion_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    occasion = access.my_occasion(who, occasion_id)
    pair = open_pair(who, occasion.pair_id)
    festival = selectors.named(who, occasion).festival is not None
    if request.method != "POST":
        return _page(request, pair, _form(who, festival, initial=_as_it_is(who, occasion)), new=False)
    form = _form(who, festival, request.POST)
    if not form.is_valid():
        return _page(request, pair, form, new=False, status=422)
    wanted = form.wanted(services.local_today(who.person_id))
    try:
        services.change(who, occasion_id=occasion_id, **wanted)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _page(request, pair, form, new=False, status=409)
    messages.success(request, _("The day is changed."))
    return redirect("occasions", pair.id)


def _as_it_is(who: Acting, occasion: Occasion) -> dict[str, Any]:
    named = selectors.named(who, occasion)
    return {
        "kind": named.kind,
        "festival": named.festival.key if named.festival else "",
        "day": next(dates.coming(occasion.dates, occasion.each_year, today()), occasion.dates[-1]),
        "each_year": occasion.each_year,
        "words": named.words,
        "before": occasion.before,
    }


@require_POST
@signed_in
def occasion_delete(request: HttpRequest, occasion_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    occasion = access.my_occasion(who, occasion_id)
    services.delete(who, occasion_id=occasion_id)
    messages.success(request, _("The day is deleted."))
    return redirect("occasions", occasion.pair_id)
