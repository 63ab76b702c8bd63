"""Forms of the person's own pages, and the tick that every sign-up asks for.

allauth imports this module while it is building its own forms, so nothing of allauth may be imported
here; the forms that build on allauth's live in `sign_in_forms.py` and are found through `__getattr__`.
"""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.dates import get_timezone_location
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.people.services import NAME_LENGTH

CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}


class AdultForm(forms.Form):
    """What sign-up asks beside the address."""

    adult = forms.BooleanField(
        label=_("I am 18 or older, and this account is only mine"),
        error_messages={"required": _("Accounts are for adults, one each. Please tick this to go on.")},
    )

    def signup(self, request: HttpRequest, user: Any) -> None:
        """Nothing more: the account is complete when it is opened."""


def time_zone_choices() -> list[Any]:
    """Every place on the tz database's map, by continent, in the language of the page."""
    groups: dict[str, list[tuple[str, str]]] = {continent: [] for continent in CONTINENTS}
    for name, city in _cities(translation.get_language() or "en"):
        groups[name.partition("/")[0]].append((name, city))
    named = [(str(CONTINENTS[continent]), cities) for continent, cities in groups.items() if cities]
    return [("UTC", gettext("World time (UTC)")), *named]


@cache
def _cities(language: str) -> list[tuple[str, str]]:
    try:
        locale = Locale.parse(translation.to_locale(language))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    places = [name for name in zoneinfo.available_timezones() if name.partition("/")[0] in CONTINENTS]
    named = [(name, get_timezone_location(name, locale=locale, return_city=True)) for name in places]
    return sorted(named, key=lambda place: (place[1], place[0]))


def _page_languages() -> list[tuple[str, str]]:
    return [(code, translation.get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class MeForm(forms.Form):
    """The language and the times of my pages, and what partners call me."""

    name = forms.CharField(
        label=_("What partners call you"),
        help_text=_("A first name or a nickname is fine. Only people you are paired with see it."),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "dir": "auto"}),
        error_messages={"required": _("Please write what partners should call you.")},
    )
    language = forms.ChoiceField(label=_("Language of the pages and letters"), choices=_page_languages)
    time_zone = forms.ChoiceField(label=_("Where you live, for the times we show"), choices=time_zone_choices)

    def __init__(self, *args: Any, has_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A name that was given can be changed, not taken back: partners know the person by it.
        self.fields["name"].required = has_name


def __getattr__(name: str) -> Any:
    if name in {"SignupForm", "RequestCodeForm"}:
        from bothways.people import sign_in_forms

        return getattr(sign_in_forms, name)
    raise AttributeError(name)
