"""The home page, which composes the rooms, and the pages for everything that goes wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from bothways.core.identity.api import Acting
from bothways.people import api as people
from bothways.web import home as home_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    who = getattr(request, "acting", None)
    if isinstance(who, Acting):
        response = render(request, "web/home.html", home_page.compose(who))
        response.headers["Cache-Control"] = "no-store, private"
        return response
    return render(request, "web/welcome.html", home_page.welcome())


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the page language, for the account when signed in and for this browser always."""
    target = request.POST.get("next", "/")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        who = getattr(request, "acting", None)
        if isinstance(who, Acting):
            people.set_language(who, language)
        translation.activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=60 * 60 * 24 * 365,
            secure=bool(settings.LANGUAGE_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
    return response


@require_safe
def charter(request: HttpRequest) -> HttpResponse:
    return render(request, "web/charter.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/forbidden.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "web/stale.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/bad_request.html", status=400)


def fault(request: HttpRequest) -> HttpResponse:
    return render(request, "web/fault.html", status=500)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How Bothways looks on a home screen. The same for everybody: browsers fetch it without a sign-in."""
    icons = [
        {
            "src": static(f"web/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for size in (192, 512)
        for use in ("any", "maskable")
    ]
    about = {
        "name": "Bothways",
        "short_name": "Bothways",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfcfc",
        "theme_color": "#0b5c5c",
        "icons": icons,
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")
