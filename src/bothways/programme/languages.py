"""Names of languages: in their own script, and in the language of the page.

The words come from CLDR by way of langcodes (own names) and Babel (names in a page language). Where
those are missing, or are a name that speakers of the language do not use for it, they are given here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import langcodes
from babel import Locale
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from bothways.programme.catalogue import LANGUAGES

OWN_NAMES = {
    "prs": "دری",
    "kmr": "Kurmancî",
    "kg": "Kikongo",
    "ay": "Aymar aru",
    "dv": "ދިވެހި",
    "rom": "Romani čhib",
    "ms": "Bahasa Melayu",
    "id": "Bahasa Indonesia",
    "om": "Afaan Oromoo",
    "ff": "Pulaar, Fulfulde",
    "uz": "oʻzbekcha",
    "az": "azərbaycan dili",
    "xh": "isiXhosa",
    "lt": "lietuvių kalba",
    "my": "မြန်မာဘာသာ",
    "nb": "norsk",
    "bo": "བོད་སྐད",
    # Written in two scripts by their speakers, who should both find it.
    "pa": "ਪੰਜਾਬੀ, پنجابی",
    "sr": "српски, srpski",
}

PAGE_NAMES = {
    "en": {
        "prs": "Dari",
        "kmr": "Kurdish (Kurmanji)",
        "ckb": "Kurdish (Sorani)",
        "nb": "Norwegian",
        "rom": "Romani",
        "rn": "Kirundi",
        "dv": "Dhivehi",
    },
    "ar": {
        "prs": "الدرية",
        "kmr": "الكردية (الكرمانجية)",
        "ckb": "الكردية (السورانية)",
        "nb": "النرويجية",
        "rom": "الرومنية",
        "ms": "الملايوية",
    },
    "zh_Hans": {
        "prs": "达里语",
        "kmr": "库尔德语（库尔曼吉语）",
        "ckb": "库尔德语（索拉尼语）",
        "nb": "挪威语",
        "rom": "罗姆语",
    },
}


@cache
def own_name(code: str) -> str:
    """What speakers call a language, in their own script."""
    return OWN_NAMES.get(code) or str(langcodes.Language.get(code).autonym())


def page_name(code: str) -> str:
    """What a language is called in the language of the page."""
    return _names_in(to_locale(get_language() or "en"))[code]


def language_label(number: int) -> str:
    """Own name and name in the page language, once if they are the same. '' for an unknown number."""
    if not 0 <= number < len(LANGUAGES):
        return ""
    own, here = own_name(LANGUAGES[number]), page_name(LANGUAGES[number])
    if own.casefold() == here.casefold():
        return own
    return _("%(own)s (%(name)s)") % {"own": own, "name": here}


def sorted_labels(numbers: Iterable[int]) -> list[tuple[int, str]]:
    """Numbers and labels of languages, by their names in the page language; unknown numbers left out."""
    known = [number for number in set(numbers) if 0 <= number < len(LANGUAGES)]
    known.sort(key=lambda number: (page_name(LANGUAGES[number]).casefold(), number))
    return [(number, language_label(number)) for number in known]


@cache
def _names_in(page: str) -> dict[str, str]:
    locale = Locale.parse(page)
    given = PAGE_NAMES.get(page, {})
    return {code: given.get(code) or locale.languages.get(code) or own_name(code) for code in LANGUAGES}
