from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def site(request: HttpRequest) -> dict[str, Any]:
    """What the base template needs on every page."""
    return {
        "DEMO": settings.DEMO,
        "page_languages": [
            {"code": code, "name": translation.get_language_info(code)["name_local"]}
            for code, _ in settings.LANGUAGES
        ],
        "text_direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
