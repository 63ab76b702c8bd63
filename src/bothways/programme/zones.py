"""Time zones to choose from: places, by part of the world, in the language of the page."""

from __future__ import annotations

import zoneinfo
from functools import cache

from babel import Locale
from babel.dates import get_timezone_location
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

PARTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


def zone_choices() -> list[tuple[str, object]]:
    """World time, then every zone named after a place, grouped."""
    groups: dict[str, list[tuple[str, str]]] = {part: [] for part in PARTS}
    for zone, place in _places(to_locale(get_language() or "en")):
        groups[zone.partition("/")[0]].append((zone, place))
    named: list[tuple[str, object]] = [(str(PARTS[part]), zones) for part, zones in groups.items()]
    return [("UTC", str(_("World time (UTC)"))), *named]


@cache
def _places(page: str) -> tuple[tuple[str, str], ...]:
    locale = Locale.parse(page)
    zones = sorted(zone for zone in zoneinfo.available_timezones() if zone.partition("/")[0] in PARTS)
    # Zones that were merged share a place name; the first of them in the alphabet is enough.
    first: dict[tuple[str, str], str] = {}
    for zone in zones:
        place = str(get_timezone_location(zone, locale=locale, return_city=True))
        first.setdefault((zone.partition("/")[0], place), zone)
    pairs = [(zone, place) for (_part, place), zone in first.items()]
    return tuple(sorted(pairs, key=lambda pair: (pair[1], pair[0])))
