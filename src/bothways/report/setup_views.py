"""The coordinators' step of the set-up: who the lead is to be reached by, and the lead's key."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.identity.api import acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in, tried
from bothways.programme.api import Programme, require_coordinator
from bothways.report import selectors, services
from bothways.report.forms import ContactForm, KeyForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def lead(request: HttpRequest, slug: str) -> HttpResponse:
    """Contact and key; the contact can be changed here."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    if request.method != "POST":
        outbox.seen(who, path=request.path)
        return _page(request, programme)
    form = ContactForm(request.POST)
    status = tried(form, lambda: services.set_contact(who, programme_id=programme.id, **form.cleaned_data))
    if status != 302:
        return _page(request, programme, contact_form=form, status=status)
    messages.success(request, _("Saved."))
    return redirect("report_lead", slug)


@signed_in
@require_POST
def key(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    form = KeyForm(request.POST)
    status = tried(form, lambda: services.set_key(who, programme_id=programme.id, **form.cleaned_data))
    if status != 302:
        return _page(request, programme, key_form=form, status=status)
    messages.success(request, _("The key is there. Call the lead now and compare its number."))
    return redirect("report_lead", slug)


@signed_in
@require_POST
def key_off(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    services.remove_key(who, programme_id=programme.id)
    messages.success(
        request, _("No sealed report can be written now. The page says how else to reach the lead.")
    )
    return redirect("report_lead", slug)


def _page(
    request: HttpRequest,
    programme: Programme,
    *,
    contact_form: ContactForm | None = None,
    key_form: KeyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    desk = selectors.desk_of(programme.id)
    about = {
        "programme": programme,
        "desk": desk,
        "contact_form": contact_form
        or ContactForm(initial={"contact": desk.lead.contact if desk.lead else ""}),
        "key_form": key_form or KeyForm(),
    }
    return render(request, "report/lead.html", about, status=status)
