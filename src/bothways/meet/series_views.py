"""Pages of regular meetings."""

from __future__ import annotations

import uuid
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.meet import calendar_answers, series, series_pages, when
from bothways.meet.forms import SeriesForm
from bothways.meet.models import Series
from bothways.pair.api import Pair, live_pair, open_pair, partner_name
from bothways.people.api import Person, zone_of


@require_GET
@signed_in
def regular(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    seen(who, path=request.path)
    me = cast(Person, request.user)
    zone = zone_of(me)
    one = None if pair.is_ended else series.current(pair)
    about = {
        "pair": pair,
        "partner": partner_name(who, pair),
        "regular": series_pages.regular(who, pair, one, zone) if one else None,
        # Whoever has switched invitations off has answered none.
        "answer": calendar_answers.about_all(who, one) if one and me.calendar_letters else None,
        "offers": [] if one or pair.is_ended else series_pages.offers(pair, zone),
    }
    return render(request, "meet/series.html", about)


@require_http_methods(["GET", "POST"])
@signed_in
def choose(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = live_pair(who, pair_id) if request.method == "GET" else open_pair(who, pair_id)
    one = None if pair.is_ended else series.current(pair)
    my_zone = when.zone_of(who.person_id)
    zone = ZoneInfo(one.zone) if one else my_zone
    mine = zone.key == my_zone.key
    if request.method == "GET":
        start = series_pages.typed_as(who, one) if one else {"rhythm": "weekly", "minutes": 60, "mode": 0}
        return _choose_page(request, who, pair, one, SeriesForm(initial=start, zone=zone, mine=mine))
    typed = request.POST.copy()
    form = SeriesForm(typed, initial={"minutes": one.minutes} if one else None, zone=zone, mine=mine)
    if not form.is_valid():
        return _choose_page(request, who, pair, one, form, status=422)
    sent = form.cleaned_data
    try:
        series.choose(who, pair_id=pair_id, seen=sent["seen"], wanted=form.wanted, series_id=sent["once"])
    except Refused as refused:
        form.add_error(None, str(refused.words))
        # What was typed stays; sent once more, it is meant for the regular meetings as they are now.
        typed["seen"] = series.mark_of(None if pair.is_ended else series.current(pair))
        return _choose_page(request, who, pair, one, form, status=409)
    messages.success(request, _("Your regular meetings are chosen. Your partner will see them."))
    return redirect("series", pair_id)


def _choose_page(
    request: HttpRequest, who: Acting, pair: Pair, one: Series | None, form: SeriesForm, status: int = 200
) -> HttpResponse:
    about = {"pair": pair, "partner": partner_name(who, pair), "changes": one is not None, "form": form}
    return render(request, "meet/series_choose.html", about, status=status)


@require_POST
@signed_in
def end(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    series.end(acting_of(request), pair_id=pair_id)
    messages.success(request, _("Your regular meetings have ended. Your partner will see it."))
    return redirect("series", pair_id)
