"""The page that everybody sees."""

from __future__ import annotations

from babel.lists import format_list
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, to_locale
from django.views.decorators.http import require_safe

from bothways.core.identity.api import Acting
from bothways.programme import access, selectors
from bothways.programme.catalogue import CHECKS, labels
from bothways.programme.models import Area

# Unicode's first strong isolate, and its end.
ISOLATE, END = "\u2068", "\u2069"


@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """What the programme is, where, and who coordinates it."""
    who = getattr(request, "acting", None)
    one, staff = access.public_programme(who if isinstance(who, Acting) else None, slug)
    sides = selectors.sides(one.id)
    return render(
        request,
        "programme/programme.html",
        {
            "programme": one,
            "staff": staff,
            "sides": [(side, _listed(labels(CHECKS, side.checks))) for side in sides],
            "asks_checks": any(side.checks for side in sides),
            "places": places_by_region(selectors.areas(one.id)),
            "coordinators": selectors.coordinators(one.id),
        },
    )


def places_by_region(areas: list[Area]) -> list[tuple[str, str]]:
    """The name of each region that has towns, with the names of its towns as one list in words.

    Each name is isolated, so that a list with names in two scripts keeps its order.
    """
    names = {area.id: area.name for area in areas}
    towns: dict[int | None, list[str]] = {}
    for area in areas:
        if area.lat_e5 is not None:
            towns.setdefault(area.parent_id, []).append(f"{ISOLATE}{area.name}{END}")
    return [
        (names.get(parent, "") if parent is not None else "", _listed(listed))
        for parent, listed in towns.items()
    ]


def _listed(names: list[str]) -> str:
    """A list in words of the page language."""
    return str(format_list(names, locale=to_locale(get_language() or "en")))
