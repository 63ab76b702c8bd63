"""The phone on the page "How Bothways reaches me", and the address at which the gateway brings messages."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.people.networks import network_of
from bothways.people.reach_forms import NumberForm, PhoneCodeForm
from bothways.people.reach_views import reach_page
from bothways.people.sms import gateway, incoming, phones

# A message is short; what is longer is none.
MOST_BYTES = 20_000


@require_POST
@signed_in
def add(request: HttpRequest) -> HttpResponse:
    """Give a number, or another one; a code goes to it."""
    _must_be_on()
    form = NumberForm(request.POST)
    if not form.is_valid():
        return reach_page(request, number_form=form, status=422)
    try:
        phones.add(acting_of(request), number=form.cleaned_data["number"], network=network_of(request))
    except Refused as refused:
        form.add_error("number", str(refused.words))
        return reach_page(request, number_form=form, status=409)
    messages.success(request, _("A code is on its way to your phone."))
    return redirect("reach")


@require_POST
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the number with the code that reached it."""
    _must_be_on()
    form = PhoneCodeForm(request.POST)
    if not form.is_valid():
        return reach_page(request, code_form=form, status=422)
    try:
        phones.confirm(acting_of(request), code=form.cleaned_data["code"])
    except Refused as refused:
        form.add_error("code", str(refused.words))
        return reach_page(request, code_form=form, status=409)
    messages.success(request, _("Your number is confirmed. You can choose text messages now."))
    return redirect("reach")


@require_POST
@signed_in
def remove(request: HttpRequest) -> HttpResponse:
    """Take my number away. Also where no text messages are sent any more."""
    phones.remove(acting_of(request))
    messages.success(request, _("Your phone number is gone from here."))
    return redirect("reach")


@csrf_exempt
@never_cache
@require_POST
def incoming_(request: HttpRequest) -> HttpResponse:
    """A message that the gateway brings: signed and fresh, or it is not looked at."""
    time, signature = (request.headers.get(f"X-Bothways-{name}", "") for name in ("Time", "Signature"))
    body = request.body
    if len(body) > MOST_BYTES or not gateway.is_from_gateway(time, signature, body):
        return JsonResponse({"error": "not signed, or not now"}, status=403)
    try:
        told = json.loads(body)
        name, number, words = (told[key] for key in ("id", "from", "text"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"error": "not a message"}, status=400)
    if not all(isinstance(one, str) and _can_be_kept(one) for one in (name, number, words)) or not name:
        return JsonResponse({"error": "not a message"}, status=400)
    return JsonResponse({"reply": incoming.take(number=number, words=words, name=name)})


def _can_be_kept(words: str) -> bool:
    """Half a character is none."""
    return words == words.encode("utf-8", "replace").decode()


def _must_be_on() -> None:
    if not gateway.is_on():
        raise Http404
