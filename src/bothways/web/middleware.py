"""Headers, the page language, and faults turned into sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from bothways.core.faults import Refused

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


class HeadersMiddleware:
    """The headers that no library here sets, and no stored copy of what a signed-in person saw."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Robots-Tag", "noindex")
        if getattr(request, "acting", None) is not None:
            # Even a public page shows a signed-in person their own links.
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class BodyMiddleware:
    """Refuses a body that is too long before any of it is read: no page takes a file or so many words.

    The framework's own limit leaves files out.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            return render(request, "web/bad_request.html", status=400)
        if len(length) > 10 or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "web/bad_request.html", status=413)
        return self.get_response(request)


class LanguageMiddleware:
    """The person's own language when signed in, else the cookie, else what the browser asks for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response

    @staticmethod
    def _language(request: HttpRequest) -> str:
        known = dict(settings.LANGUAGES)
        if request.user.is_authenticated and request.user.language in known:
            return request.user.language
        return translation.get_language_from_request(request)


class FaultMiddleware:
    """A refusal becomes a page that says why; a database that does not answer becomes a 503."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "web/refused.html", {"words": exception.words}, status=409)
        if isinstance(exception, OperationalError):
            logger.error("database fault on %s: %s", request.path, type(exception).__name__)
            return render(request, "web/fault.html", status=503)
        return None
