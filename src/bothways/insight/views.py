from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def figures(request: HttpRequest, slug: str) -> HttpResponse:
    raise NotImplementedError
