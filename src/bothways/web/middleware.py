"""Headers, the page language, and faults turned into sentences."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from bothways.core.clock.api import wait_for_full_step
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.people.api import PasskeyNeeded

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(),"
    " display-capture=(), browsing-topics=(),"
    " publickey-credentials-get=(self), publickey-credentials-create=(self)"
)
# Not "cookies": the next form on this browser still needs the cookie of its token.
CLEAR = '"cache", "storage"'
# Pages of these are somebody's own, also before the sign-in is complete.
PERSONAL = ("/me/", "/account/", "/goodbye/", "/demo/")


class EvenMiddleware:
    """What is not there, and what is there for others, is said after the same time.

    The database looks at a row that I may not see a little longer than at none: a third of a millisecond,
    which enough questions would show.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        if response.status_code == 404:
            wait_for_full_step(begun, settings.EVEN_SECONDS / 5)
        return response


class HeadersMiddleware:
    """The headers that no library here sets, and no stored copy of what a signed-in person saw."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Robots-Tag", "noindex")
        if getattr(request, "acting", None) is not None:
            # Even a public page shows a signed-in person their own links.
            response.headers.setdefault("Cache-Control", "no-store, private")
        if request.path.startswith(PERSONAL):
            response.headers["Cache-Control"] = "no-store, private"
        if _signed_out(request, response):
            response.headers["Clear-Site-Data"] = CLEAR
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


def _signed_out(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this answer signs a browser out: nothing of what it showed shall be left on the device."""
    dropped = response.cookies.get(settings.SESSION_COOKIE_NAME)
    if settings.SESSION_COOKIE_NAME in request.COOKIES and dropped is not None and not dropped.value:
        return True
    return isinstance(getattr(request, "acting", None), Acting) and not request.user.is_authenticated


def _page_behind(request: HttpRequest) -> str:
    """Where to come back to: this page, or the one whose button was pressed."""
    if request.method == "GET":
        return request.get_full_path()
    try:
        return urlsplit(request.META.get("HTTP_REFERER", "")).path or "/"
    except ValueError:
        # Not an address at all.
        return "/"


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
        if isinstance(exception, PasskeyNeeded):
            back = urlencode({"next": _page_behind(request)})
            return redirect(f"{reverse('passkey_needed')}?{back}")
        if isinstance(exception, OperationalError):
            logger.error("database fault on %s: %s", request.path, type(exception).__name__)
            return render(request, "web/fault.html", status=503)
        return None
