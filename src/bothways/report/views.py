"""The pages that everybody may open: what a sealed report is, the page to write one, the lead's own door."""

from __future__ import annotations

import base64
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.people.api import network_of
from bothways.programme.api import Programme, public_programme
from bothways.report import limits, sealing, selectors, services
from bothways.report.forms import FetchForm
from bothways.report.keylines import KEY
from bothways.report.models import LeadKey
from bothways.report.services import Outcome

OCTETS = "application/octet-stream"


@never_cache
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What a sealed report is, and the programmes whose lead can be told."""
    about_it = {"programmes": selectors.known_programmes(), "days": settings.SEALED_REPORT_DAYS}
    return render(request, "report/about.html", about_it)


# No cookie comes with a sealed report, so there is no token to check, and nothing to misuse it for: what
# another site could send from somebody's browser, anybody can send. It could not even send this kind of body.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """The page to write a report; and where the browser sends it once it is sealed."""
    programme = _programme(request, slug)
    if request.method == "POST":
        return _take(request, programme)
    desk = selectors.desk_of(programme.id)
    return render(
        request,
        "report/write.html",
        {
            "programme": programme,
            "desk": desk,
            "key": _base64(desk.key),
            "sizes": " ".join(map(str, sealing.SIZES)),
            "days": settings.SEALED_REPORT_DAYS,
        },
    )


def _take(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Answers for the script on the page, which has a sentence for each outcome.

    The status is 200 whatever became of it: others would be written to the log, with the time.
    """
    if request.content_type != OCTETS:
        return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    public_key, sealed = request.body[:KEY], request.body[KEY:]
    if len(sealed) not in sealing.SEALED_SIZES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not limits.allowed(network_of(request)):
        return JsonResponse({"outcome": "often"})
    outcome = services.file_report(programme_id=programme.id, public_key=public_key, sealed=sealed)
    if outcome is Outcome.CHANGED:
        return _changed(programme)
    return JsonResponse({"outcome": outcome.value})


def _changed(programme: Programme) -> HttpResponse:
    key = selectors.current_key(programme.id)
    if key is None:
        return JsonResponse({"outcome": "gone"})
    new = {
        "key": _base64(key),
        "fingerprint": key.fingerprint,
        "since": date_format(key.since, "DATE_FORMAT"),
    }
    return JsonResponse({"outcome": "changed", **new})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fetch(request: HttpRequest, slug: str) -> HttpResponse:
    """The lead fetches what was sealed to their key: one file of one size, whatever is in it."""
    programme = _programme(request, slug)
    form = FetchForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        if not limits.allowed(network_of(request)):
            return render(request, "report/busy.html", {"programme": programme}, status=429)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                return _bundle(programme, form.cleaned_data["code"])
            except Refused as refused:
                form.add_error("code", str(refused.words))
    return render(request, "report/fetch.html", {"programme": programme, "form": form}, status=status)


def _bundle(programme: Programme, code: str) -> HttpResponse:
    whole = services.bundle_for(programme_id=programme.id, code=code)
    response = HttpResponse(whole, content_type=OCTETS)
    response.headers["Content-Disposition"] = f'attachment; filename="{programme.slug}.bundle"'
    return response


def _programme(request: HttpRequest, slug: str) -> Programme:
    who = getattr(request, "acting", None)
    programme, _staff = public_programme(who if isinstance(who, Acting) else None, slug)
    return programme


def _base64(key: LeadKey | None) -> str:
    return base64.b64encode(bytes(key.public_key)).decode() if key and key.public_key else ""
