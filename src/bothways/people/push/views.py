"""Notices on a device: switched on and off, and the small program that a browser keeps for it."""

from __future__ import annotations

import uuid
from functools import lru_cache
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.people.push import devices, vapid
from bothways.people.push.devices import Subscription
from bothways.people.reach_views import reach_page

WORKER = Path(__file__).with_name("worker.js")
ICON = "/icon.png"
# The icon on its notices, which is the same for everybody, and nothing else.
POLICY = "default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
FIELDS = ("endpoint", "p256dh", "auth")


@require_POST
@signed_in
def switch_on(request: HttpRequest) -> HttpResponse:
    """Show notices on this device. The script of the page fills in what the browser gave it."""
    if not vapid.is_on():
        raise Http404
    given = Subscription(*(request.POST.get(name, "") for name in FIELDS))
    try:
        devices.switch_on(acting_of(request), given, server_key=request.POST.get("key", ""))
    except Refused as refused:
        return reach_page(request, device_trouble=str(refused.words), status=409)
    messages.success(request, _("Switched on. What is new is shown on this device."))
    return redirect("reach")


@require_POST
@signed_in
def switch_off(request: HttpRequest, device_id: uuid.UUID) -> HttpResponse:
    """No notices on one of my devices any more."""
    devices.switch_off(acting_of(request), device_id)
    messages.success(request, _("Switched off. Nothing is shown on that device any more."))
    return redirect("reach")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The same for everybody. Its address says which pages it belongs to: this folder and no others."""
    response = HttpResponse(_program(), content_type="text/javascript; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@lru_cache(maxsize=1)
def _program() -> bytes:
    return WORKER.read_text().replace(ICON, static("web/icon-192.png")).encode()
