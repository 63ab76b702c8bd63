"""The address at which the mail gateway brings letters: docs/reference/mail-gateway.md."""

from __future__ import annotations

import base64
import binascii
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bothways.people import signed
from bothways.people.mail import incoming as letters


@csrf_exempt
@never_cache
@require_POST
def incoming(request: HttpRequest) -> HttpResponse:
    """A letter that the gateway brings: signed and fresh, or it is not looked at. Nobody hears what became of
    it."""
    time, signature = (request.headers.get(f"X-Bothways-{name}", "") for name in ("Time", "Signature"))
    body = request.body
    if not settings.MAIL_DOMAIN or not signed.is_signed(settings.MAIL_SECRET, time, signature, body):
        return JsonResponse({"error": "not signed, or not now"}, status=403)
    try:
        told = json.loads(body)
        to, sender, message = (told[key] for key in ("to", "from", "message"))
        raw = base64.b64decode(message, validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return JsonResponse({"error": "not a letter"}, status=400)
    if not isinstance(to, str) or not isinstance(sender, str):
        return JsonResponse({"error": "not a letter"}, status=400)
    letters.take(to=to, sender=sender, raw=raw)
    return HttpResponse(status=204)
