from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bothways.core.identity.api import Acting
from bothways.people import browsers


class SeenMiddleware:
    """Keeps, for a person's own list of sign-ins, the day on which each was last used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who = getattr(request, "acting", None)
        if isinstance(who, Acting):
            browsers.note_seen(who, request)
        return self.get_response(request)
