from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bothways.people import demo_letters


@require_GET
@never_cache
def letters(request: HttpRequest) -> HttpResponse:
    """The newest letters. Public: in a demo everybody is invented."""
    if not settings.DEMO:
        raise Http404
    return render(request, "people/letters.html", {"letters": demo_letters.newest()})


urlpatterns = [path("letters/", letters, name="demo_letters")]
