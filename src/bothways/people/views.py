"""The person's own pages."""

from __future__ import annotations

import uuid
import zoneinfo
from contextlib import suppress
from dataclasses import asdict
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.people import browsers, leaving, mine, selectors, services, sessions, showing
from bothways.people.forms import MeForm
from bothways.people.sign_in_forms import passkeys_of


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


@require_GET
@signed_in
@sessions.recently_signed_in
def words_place(request: HttpRequest, text_id: uuid.UUID) -> HttpResponse:
    """From words in the glass box to the page where they can be changed."""
    return redirect(mine.place(acting_of(request), text_id))


@require_http_methods(["GET", "POST"])
@signed_in
@sessions.recently_signed_in
def words_delete(request: HttpRequest, text_id: uuid.UUID) -> HttpResponse:
    """Delete words of mine, after asking once more."""
    who = acting_of(request)
    found = mine.one(who, text_id)
    if found.change.delete is None:
        raise Http404
    if request.method == "GET":
        return render(request, "people/delete_words.html", {"mine": found})
    try:
        mine.delete(who, found)
    except Refused as refused:
        about = {"mine": found, "refused": refused.words}
        return render(request, "people/delete_words.html", about, status=409)
    messages.success(request, _("Your words are deleted."))
    return redirect("glass_box")


@require_GET
@signed_in
@sessions.recently_signed_in
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Where I am signed in."""
    who = acting_of(request)
    outbox.seen(who, path=request.path)
    zone = zoneinfo.ZoneInfo(selectors.time_zone_of(who.person_id))
    shown = [{**asdict(one), "opened": showing.readable(one.opened_at, zone)} for one in browsers.mine(who)]
    return render(request, "people/sign_ins.html", {"sessions": shown})


@require_POST
@signed_in
def sign_in_end(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """Sign one of my other sessions out. Doing it twice does it once; another person's is not there."""
    browsers.end(acting_of(request), entry_id)
    messages.success(request, _("It is signed out."))
    return redirect("sign_ins")


@require_POST
@signed_in
def sign_ins_end_others(request: HttpRequest) -> HttpResponse:
    browsers.end_others(acting_of(request))
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("sign_ins")


@require_GET
@signed_in
def passkey_needed(request: HttpRequest) -> HttpResponse:
    """Tells a coordinator who signed in with a code what is needed, and leads back afterwards."""
    who = acting_of(request)
    back = get_next_redirect_url(request) or ""
    if not back.startswith("/"):
        back = reverse("home")
    if browsers.signed_in_with_passkey(who):
        return HttpResponseRedirect(back)
    after = urlencode({"next": back})
    about = {
        "has_passkey": bool(passkeys_of(selectors.my_account(who))),
        "show_url": f"{reverse('mfa_reauthenticate_webauthn')}?{after}",
        "add_url": f"{reverse('mfa_add_webauthn')}?{after}",
    }
    return render(request, "people/passkey_needed.html", about)


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
