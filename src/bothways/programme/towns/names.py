from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language, to_locale

from bothways.programme.towns.extract import country_codes


def countries() -> list[tuple[str, str]]:
    """Every country of the extract: code and name in the page language, by name."""
    return list(_countries(to_locale(get_language() or "en")))


def country_name(code: str) -> str:
    """The name of a country in the page language; the code if there is none."""
    return _names(to_locale(get_language() or "en")).get(code, code)


@cache
def _countries(page: str) -> tuple[tuple[str, str], ...]:
    names = _names(page)
    return tuple(
        sorted(((code, names.get(code, code)) for code in country_codes()), key=lambda pair: pair[1])
    )


@cache
def _names(page: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale.parse(page).territories.items()}
