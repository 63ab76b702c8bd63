"""Pages of the directory: looked through by members, written by coordinators."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.help import directory
from bothways.help.directory_forms import EntryForm, SearchForm, typed_before
from bothways.help.models import Service
from bothways.help.searching import LONGEST
from bothways.help.words import KINDS, SORTS
from bothways.programme import api as programmes
from bothways.programme.api import Programme


@require_GET
@signed_in
def services(request: HttpRequest, slug: str) -> HttpResponse:
    programme, staff = directory.reader_of(acting_of(request), slug)
    words, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    part = directory.find(programme, words=words, kind=kind, number=request.GET.get("page", ""))
    about = {
        "programme": programme,
        "staff": staff,
        "form": SearchForm({"q": words[:LONGEST], "kind": kind}),
        "part": part,
        "rows": [(one, KINDS[one.kind], SORTS[one.sort]) for one in part.object_list],
        "looked": bool(words.strip() or kind),
        "doubtful": directory.doubtful(programme) if staff else [],
        "q": words,
        "kind": kind,
    }
    return render(request, "help/services.html", about)


@require_GET
@signed_in
def service(request: HttpRequest, service_id: uuid.UUID) -> HttpResponse:
    one, staff = directory.open_entry(acting_of(request), service_id)
    return _page(request, one, staff is not None)


def _page(request: HttpRequest, one: Service, staff: bool, refused: Refused | None = None) -> HttpResponse:
    about = {
        "one": one,
        "programme": one.programme,
        "kind": KINDS[one.kind],
        "sort": SORTS[one.sort],
        "languages": [programmes.language_label(number) for number in one.languages],
        "staff": staff,
        "refused": refused.words if refused else "",
    }
    return render(request, "help/service.html", about, status=409 if refused else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def service_new(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = programmes.require_coordinator(who, slug)
    form = EntryForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method != "POST":
        return _form_page(request, programme, form)
    if not form.is_valid():
        return _form_page(request, programme, form, status=422)
    try:
        once = form.cleaned_data["once"]
        made = directory.write(who, programme_id=programme.id, entry=form.entry, service_id=once)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _form_page(request, programme, form, status=409)
    messages.success(request, _("Members can find it now."))
    return redirect("service", made.id)


@require_http_methods(["GET", "POST"])
@signed_in
def service_change(request: HttpRequest, service_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one = directory.to_change(who, service_id)
    if request.method != "POST":
        form = EntryForm(programme=one.programme, initial=typed_before(one))
        return _form_page(request, one.programme, form, one)
    form = EntryForm(request.POST, programme=one.programme)
    if not form.is_valid():
        return _form_page(request, one.programme, form, one, status=422)
    try:
        directory.change(who, service_id=service_id, entry=form.entry)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _form_page(request, one.programme, form, one, status=409)
    messages.success(request, _("It is changed."))
    return redirect("service", service_id)


def _form_page(
    request: HttpRequest,
    programme: Programme,
    form: EntryForm,
    one: Service | None = None,
    status: int = 200,
) -> HttpResponse:
    about: dict[str, Any] = {"programme": programme, "form": form, "one": one}
    return render(request, "help/service_form.html", about, status=status)


@require_POST
@signed_in
def service_extend(request: HttpRequest, service_id: uuid.UUID) -> HttpResponse:
    one = directory.extend(acting_of(request), service_id=service_id)
    messages.success(request, _("Members can find it for half a year more."))
    return redirect("services", one.programme.slug)


@require_POST
@signed_in
def service_take_away(request: HttpRequest, service_id: uuid.UUID) -> HttpResponse:
    one = directory.take_away(acting_of(request), service_id=service_id)
    messages.success(request, _("It is taken away."))
    return redirect("services", one.programme.slug)
