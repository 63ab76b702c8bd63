from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bothways.core.identity.api import Acting, NotSignedIn
from bothways.core.walls import api as walls

SESSION_KEY = "entry"


class ActingMiddleware:
    """Ties the request to its session's person, at the database too, and sets `request.acting`.

    A session whose entry has ended is signed out. The token of the entry lies in the session, which the
    cookie alone opens.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = None  # type: ignore[attr-defined]
        token = request.session.get(SESSION_KEY)
        if isinstance(token, str) and token:
            with walls.inside(token) as stay:
                person, entry = stay.found
                if person is not None and entry is not None and person == request.user.pk:
                    request.acting = Acting(person, entry)  # type: ignore[attr-defined]
                    return self.get_response(request)
                logout(request)
        with walls.visiting():
            if request.user.is_authenticated:
                logout(request)
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotSignedIn):
            logout(request)
            return redirect("account_login")
        return None
