"""The person's own pages."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn, acting_of
from bothways.core.pages.api import signed_in
from bothways.people import leaving, selectors, services, sessions, showing
from bothways.people.forms import MeForm


@require_http_methods(["GET", "POST"])
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    account = selectors.my_account(who)
    name = selectors.my_name(who)
    if request.method == "POST":
        return _save_me(request, who, MeForm(request.POST, has_name=bool(name)))
    start = {
        "name": name,
        "language": account.language,
        "time_zone": account.time_zone,
        "notices_by_mail": account.notices_by_mail,
    }
    return render(request, "people/me.html", {"form": MeForm(initial=start, has_name=bool(name))})


def _save_me(request: HttpRequest, who: Acting, form: MeForm) -> HttpResponse:
    if not form.is_valid():
        return render(request, "people/me.html", {"form": form}, status=422)
    try:
        services.save_me(who, **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return render(request, "people/me.html", {"form": form}, status=409)
    translation.activate(form.cleaned_data["language"])
    messages.success(request, _("Saved."))
    return redirect("me")


@require_GET
@signed_in
@sessions.recently_signed_in
def glass_box(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    return render(request, "people/glass_box.html", {"parts": showing.parts(who)})


@require_GET
@signed_in
@sessions.recently_signed_in
def download(request: HttpRequest, form: str) -> HttpResponse:
    who = acting_of(request)
    if form == "json":
        response = HttpResponse(showing.as_json(who), content_type="application/json")
    else:
        page = {"parts": showing.parts(who), "made_at": now(), "site_url": settings.SITE_URL}
        response = render(request, "people/download.html", page)
    response.headers["Content-Disposition"] = f'attachment; filename="bothways-about-me.{form}"'
    return response


@require_POST
@signed_in
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    sessions.sign_out_everywhere(acting_of(request))
    sessions.leave_this_browser(request)
    messages.success(request, _("You are signed out on every device."))
    return redirect("home")


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _leave_page(request)
    # Not signed in: they have left a moment ago (the button was pressed twice), or are signed out.
    with suppress(NotSignedIn):
        leaving.leave(acting_of(request))
    sessions.leave_this_browser(request)
    return redirect("goodbye")


@signed_in
def _leave_page(request: HttpRequest) -> HttpResponse:
    return render(request, "people/leave.html")


@require_GET
def goodbye(request: HttpRequest) -> HttpResponse:
    return render(request, "people/goodbye.html")
