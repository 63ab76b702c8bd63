"""Making a programme and the steps of its set-up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.people import api as people
from bothways.programme import catalogue, selectors, services
from bothways.programme.access import require_coordinator
from bothways.programme.forms import BasicsForm, ListsForm, NewForm, side_forms
from bothways.programme.models import Programme
from bothways.programme.views.attempts import attempt

GET_OR_POST = ["GET", "HEAD", "POST"]


@signed_in
@require_http_methods(GET_OR_POST)
def new(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    form = NewForm(request.POST or None)
    status = 200
    if request.method == "POST":
        form = NewForm(request.POST)
        made: list[Programme] = []
        zone = people.time_zone_of(who.person_id)
        status = attempt(
            [form],
            lambda: made.append(services.create_programme(who, time_zone=zone, **form.cleaned_data)),
        )
        if made:
            messages.success(request, _("Your programme is there. Nobody else sees it until you open it."))
            return redirect("programme_setup", made[0].slug)
    return render(request, "programme/new.html", {"form": form}, status=status)


@signed_in
@require_safe
def setup(request: HttpRequest, slug: str) -> HttpResponse:
    """The steps, what each still lacks, and the button that opens the programme."""
    programme, _staff = require_coordinator(acting_of(request), slug)
    return render(request, "programme/setup.html", _overview(programme))


def _overview(programme: Programme) -> dict[str, object]:
    missing = {one.step: one.words for one in selectors.what_is_missing(programme)}
    steps = [
        ("basics", "programme_basics", _("Name, purpose and rhythm")),
        ("sides", "programme_sides", _("Sides")),
        ("areas", "programme_areas", _("Areas and towns")),
        ("lists", "programme_lists", _("Interests, needs and languages")),
        ("consent", "programme_texts", _("Consent texts")),
        ("coordinators", "programme_coordinators", _("Coordinators")),
        ("lead", "report_lead", _("Safeguarding lead")),
    ]
    return {
        "programme": programme,
        "steps": [(url, words, missing.get(step, "")) for step, url, words in steps],
        "missing": list(missing.values()),
    }


@signed_in
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    try:
        services.publish(who, programme)
    except Refused as refused:
        about = {**_overview(programme), "refusal": refused.words}
        return render(request, "programme/setup.html", about, status=409)
    messages.success(request, _("The programme is open. People can join now."))
    return redirect("programme", slug)


@signed_in
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    services.close(who, programme_id=programme.id)
    messages.success(request, _("The programme takes no new people now. Pairs go on."))
    return redirect("programme_setup", slug)


@signed_in
@require_http_methods(GET_OR_POST)
def basics(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    names = ("name", "purpose", "time_zone", "round_every_days", "between_rounds", "answer_days")
    stored = {name: getattr(programme, name) for name in names}
    form = BasicsForm(
        request.POST if request.method == "POST" else None, initial=stored, zone=programme.time_zone
    )
    status = 200
    if request.method == "POST":
        status = attempt(
            [form], lambda: services.set_basics(who, programme_id=programme.id, **form.cleaned_data)
        )
        if not status:
            return _saved(request, slug)
    return _step(request, programme, _("Name, purpose and rhythm"), form, status)


@signed_in
@require_http_methods(GET_OR_POST)
def lists(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    stored = {
        "interests": [item.number for item in catalogue.chosen(catalogue.INTERESTS, programme.interests)],
        "needs": [item.number for item in catalogue.chosen(catalogue.NEEDS, programme.needs)],
        "languages": programme.languages,
    }
    form = ListsForm(request.POST if request.method == "POST" else None, initial=stored)
    status = 200
    if request.method == "POST":
        status = attempt([form], lambda: _save_lists(request, programme, form))
        if not status:
            return _saved(request, slug)
    return _step(request, programme, _("Interests, needs and languages"), form, status)


def _save_lists(request: HttpRequest, programme: Programme, form: ListsForm) -> None:
    sent = form.cleaned_data
    services.set_lists(
        acting_of(request),
        programme_id=programme.id,
        interests=catalogue.bits_of(catalogue.INTERESTS, sent["interests"]),
        needs=catalogue.bits_of(catalogue.NEEDS, sent["needs"]),
        languages=sent["languages"],
    )


@signed_in
@require_http_methods(GET_OR_POST)
def sides(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    rows = selectors.sides(programme.id)
    shown = side_forms(rows, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = attempt(
            shown,
            lambda: services.set_sides(
                who,
                programme_id=programme.id,
                sides=[form.words(row.number) for row, form in zip(rows, shown, strict=True)],
            ),
        )
        if not status:
            return _saved(request, slug)
    about = {"programme": programme, "sides": list(zip(rows, shown, strict=True))}
    return render(request, "programme/sides.html", about, status=status)


def _saved(request: HttpRequest, slug: str) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("programme_setup", slug)


def _step(
    request: HttpRequest, programme: Programme, heading: object, form: object, status: int
) -> HttpResponse:
    about = {"programme": programme, "heading": heading, "form": form}
    return render(request, "programme/step.html", about, status=status)
