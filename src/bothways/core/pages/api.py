"""What every room's views share: who may call, what a refusal looks like, what the home page shows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.functional import Promise

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.pages.once import OnceField as OnceField
from bothways.core.pages.paper import pdf_of as pdf_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing on a person's home page: what it is about and the one next step."""

    title: Promise | str
    words: Promise | str
    url: str
    action: Promise | str
    # Waits for this person: shown first.
    urgent: bool = False
    # Where a form is sent that closes it for good; empty: it cannot be closed.
    close: str = ""


def tried(form: Form, write: Callable[[], object]) -> int:
    """Write what a form holds: 302 when done; else 422 or 409, with the reason on the form."""
    if not form.is_valid():
        return 422
    try:
        write()
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return 409
    return 302


def signed_in(view: View[P]) -> View[P]:
    """Only for signed-in people; a visitor goes to sign-in and comes back. Never cached."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(getattr(request, "acting", None), Acting):
            back = request.get_full_path() if request.method == "GET" else "/"
            return redirect(f"{reverse('account_login')}?{urlencode({'next': back})}")
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return cast("View[P]", guarded)
