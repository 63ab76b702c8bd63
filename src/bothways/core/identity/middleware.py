from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bothways.core.identity.api import NotSignedIn, acting

SESSION_KEY = "entry"


class ActingMiddleware:
    """Sets `request.acting` from the session's entry; a session whose entry ended is signed out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.acting = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            who = acting(str(request.session.get(SESSION_KEY, "")))
            if who is None or who.person_id != request.user.pk:
                logout(request)
            else:
                request.acting = who  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotSignedIn):
            logout(request)
            return redirect("account_login")
        return None
