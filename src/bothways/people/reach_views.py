"""The page "How Bothways reaches me", and the page behind the link in each letter that stops letters."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.people import reach_services, selectors, stopping
from bothways.people.at_a_glance import at_a_glance
from bothways.people.reach_forms import ReachForm


@require_http_methods(["GET", "POST"])
@signed_in
def reach(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    outbox.seen(who, path=request.path)
    person = selectors.my_account(who)
    if request.method == "GET":
        return _page(request, who, ReachForm(person=person))
    form = ReachForm(request.POST, person=person)
    if not form.is_valid():
        return _page(request, who, form, status=422)
    try:
        reach_services.save(who, form.wanted())
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _page(request, who, form, status=409)
    messages.success(request, _("Saved. It counts from now on."))
    return redirect("reach")


def _page(request: HttpRequest, who: Acting, form: ReachForm, status: int = 200) -> HttpResponse:
    about = {"form": form, "now": at_a_glance(selectors.my_account(who))}
    return render(request, "people/reach.html", about, status=status)


@require_POST
@signed_in
def stop_everything(request: HttpRequest) -> HttpResponse:
    """One tap: no letter, no text message."""
    reach_services.stop_everything(acting_of(request))
    messages.success(request, _("Everything is stopped. What is new waits for you here."))
    return redirect("reach")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def letters_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop letters, by whoever holds the link of one. Opening it stops nothing: mail scanners open links."""
    person_id = stopping.person_behind(token)
    if person_id is None:
        raise Http404
    name, value = stopping.ONE_CLICK
    if request.method == "POST":
        if request.POST.get(name) != value:
            return render(request, "people/letters_stop.html", {"name": name, "value": value}, status=422)
        stopping.stop_letters(person_id)
        return render(request, "people/letters_stopped.html")
    return render(request, "people/letters_stop.html", {"name": name, "value": value})
