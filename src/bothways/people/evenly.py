"""Answers that take the same time, whoever has an account."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from bothways.core.clock.api import wait_for_full_step


def evenly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer at the next full step of time and not when the work is done.

    Signing up makes an account for a new address and none for a known one, which takes longer; this
    hides it. Work that takes more than one step is answered at the step after it.
    """

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponse:
        begun = time.monotonic()
        response = view(*args, **kwargs)
        render = getattr(response, "render", None)
        if render is not None:
            response = render()
        wait_for_full_step(begun, settings.EVEN_SECONDS)
        return response

    return guarded
