"""Pages of gatherings: for members, and for the coordinators who publish them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.gather import access, answers, calendar, selectors, services, telling
from bothways.gather.forms import ChangeForm, GatheringForm, as_it_is
from bothways.gather.models import Gathering
from bothways.programme.api import Programme


@require_GET
@signed_in
def gatherings(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    reader = access.reader_of(who, slug)
    coming, past = selectors.listed(who, reader)
    about = {"programme": reader.programme, "staff": reader.staff, "coming": coming, "past": past}
    return render(request, "gather/gatherings.html", about)


@require_GET
@signed_in
def gathering(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    seen(who, path=request.path)
    return _page(request, who, gathering_id)


def _page(
    request: HttpRequest, who: Acting, gathering_id: uuid.UUID, refused: Refused | None = None
) -> HttpResponse:
    one, reader = access.open_gathering(who, gathering_id)
    about = {
        "one": one,
        "shown": selectors.shown(who, one),
        "programme": reader.programme,
        "member": reader.member,
        "staff": reader.staff,
        "few": telling.FEWER_THAN,
        "refused": refused.words if refused else "",
    }
    return render(request, "gather/gathering.html", about, status=409 if refused else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def gathering_new(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.host_of(who, slug)
    zone = selectors.zone_of(programme)
    if request.method != "POST":
        return _form_page(request, programme, GatheringForm(initial={"minutes": 120}, zone=zone))
    form = GatheringForm(request.POST, zone=zone)
    if not form.is_valid():
        return _form_page(request, programme, form, status=422)
    once = form.cleaned_data["once"]
    try:
        made = services.publish(who, programme_id=programme.pk, gathering_id=once, **form.typed)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _form_page(request, programme, form, status=409)
    messages.success(request, _("The gathering is published. Members find it on their home page."))
    return redirect("gathering", made.id)


@require_http_methods(["GET", "POST"])
@signed_in
def gathering_change(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one = access.to_change(who, gathering_id)
    zone = selectors.zone_of(one.programme)
    if request.method != "POST":
        return _form_page(request, one.programme, ChangeForm(initial=as_it_is(one, zone), zone=zone), one)
    typed = request.POST.copy()
    form = ChangeForm(typed, initial={"minutes": one.minutes}, zone=zone)
    if not form.is_valid():
        return _form_page(request, one.programme, form, one, status=422)
    try:
        sequence = form.cleaned_data["sequence"]
        services.change(who, gathering_id=gathering_id, sequence=sequence, **form.typed)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        # What was typed stays; sent once more, it is meant for the gathering as it is now.
        one = access.to_change(who, gathering_id)
        typed["sequence"] = str(one.sequence)
        return _form_page(request, one.programme, form, one, status=409)
    messages.success(request, _("The gathering is changed."))
    return redirect("gathering", gathering_id)


def _form_page(
    request: HttpRequest,
    programme: Programme,
    form: GatheringForm,
    one: Gathering | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = selectors.in_words(one) if one else None
    about = {"programme": programme, "form": form, "one": one, "shown": shown}
    return render(request, "gather/form.html", about, status=status)


@require_POST
@signed_in
def gathering_call_off(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    try:
        services.call_off(who, gathering_id=gathering_id)
    except Refused as refused:
        return _page(request, who, gathering_id, refused)
    messages.success(request, _("The gathering is called off. Who wanted to come is told."))
    return redirect("gathering", gathering_id)


@require_POST
@signed_in
def gathering_coming(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    """I will come, or not after all."""

    def say(who: Acting, yes: bool) -> None:
        answers.say_coming(who, gathering_id=gathering_id, coming=yes)

    return _say(request, gathering_id, say)


@require_POST
@signed_in
def gathering_attended(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    """I was there, or not after all."""

    def say(who: Acting, yes: bool) -> None:
        answers.say_attended(who, gathering_id=gathering_id, attended=yes)

    return _say(request, gathering_id, say)


def _say(request: HttpRequest, gathering_id: uuid.UUID, say: Callable[[Acting, bool], None]) -> HttpResponse:
    who, yes = acting_of(request), request.POST.get("say") != "no"
    try:
        say(who, yes)
    except Refused as refused:
        return _page(request, who, gathering_id, refused)
    messages.success(request, _("Thank you for saying so.") if yes else _("You have taken it back."))
    return redirect("gathering", gathering_id)


@require_GET
@signed_in
def gathering_ics(request: HttpRequest, gathering_id: uuid.UUID) -> HttpResponse:
    one, _reader = access.open_gathering(acting_of(request), gathering_id)
    response = HttpResponse(calendar.file_of(one), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="bothways-gathering.ics"'
    return response
