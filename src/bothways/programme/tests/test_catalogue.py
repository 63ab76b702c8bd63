from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from bothways.programme import catalogue, languages

FROZEN = json.loads((Path(__file__).parent / "catalogue.json").read_text())
LISTS = {
    "interests": catalogue.INTERESTS,
    "needs": catalogue.NEEDS,
    "facts": catalogue.FACTS,
    "modes": catalogue.MODES,
}
# Charter, promise 4, and words by which its subjects come in.
FORBIDDEN = re.compile(
    r"ethnic|\brac(e|ial)\b|religio|faith|belie(f|ve)|church|mosque|temple|synagogue|prayer|pray\b|worship"
    r"|politic|party|vote|nationalit|citizen|origin|homeland|birth|mother tongue|native|migra|refugee|asylum"
    r"|visa|legal|status|police|prison|detention|record|kin\b|famil|relative|passport|\bid\b|number|address"
    r"|position|gps|rating|score|rank|income|health|disab|disease|pregnan|sexual|orientation",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", LISTS)
def test_numbers_are_for_ever(name: str) -> None:
    now = [[item.number, item.key] for item in LISTS[name]]
    assert now[: len(FROZEN[name])] == FROZEN[name]
    assert [number for number, _key in now] == list(range(len(now)))


def test_numbers_of_languages_are_for_ever() -> None:
    assert list(catalogue.LANGUAGES[: len(FROZEN["languages"])]) == FROZEN["languages"]
    assert len(set(catalogue.LANGUAGES)) == len(catalogue.LANGUAGES)
    assert [len(catalogue.DAYS), len(catalogue.PARTS), len(catalogue.LEVELS), catalogue.TALKING] == [
        7,
        3,
        4,
        2,
    ]


def test_answers_fit_their_columns() -> None:
    assert len(catalogue.INTERESTS) <= 62
    assert len(catalogue.NEEDS) <= 30
    assert len(catalogue.FACTS) <= 30
    # Enrolments keep language number * 4 + level in 16 bits.
    assert len(catalogue.LANGUAGES) * 4 <= 32767


def test_needs_and_facts_share_their_numbers() -> None:
    assert [(i.number, i.key) for i in catalogue.NEEDS] == [(i.number, i.key) for i in catalogue.FACTS]


def test_nothing_asks_what_the_charter_forbids() -> None:
    with override("en"):
        for name, items in LISTS.items():
            for item in items:
                assert not FORBIDDEN.search(f"{item.key} {item.words}"), f"{name}: {item.key}"
        for words in (*catalogue.LEVELS, *catalogue.DAYS, *catalogue.PARTS):
            assert not FORBIDDEN.search(str(words))


@given(st.sets(st.integers(0, len(catalogue.INTERESTS) - 1)))
def test_bits_and_back(numbers: set[int]) -> None:
    answer = catalogue.bits_of(catalogue.INTERESTS, numbers)
    assert {item.number for item in catalogue.chosen(catalogue.INTERESTS, answer)} == numbers
    assert len(catalogue.labels(catalogue.INTERESTS, answer)) == len(numbers)


def test_numbers_that_are_not_there_count_for_nothing() -> None:
    assert catalogue.bits_of(catalogue.NEEDS, [-1, 99]) == 0
    assert catalogue.labels(catalogue.NEEDS, 1 << 20) == []


SCRIPT = {
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh-hans": re.compile(r"[\u4e00-\u9fff]"),
    "en": re.compile(r"[A-Za-z]"),
}


@pytest.mark.parametrize("page", SCRIPT)
def test_every_language_has_a_name_in_the_page_language(page: str) -> None:
    with override(page):
        names = {code: languages.page_name(code) for code in catalogue.LANGUAGES}
    for code, name in names.items():
        assert SCRIPT[page].search(name), f"{code} in {page}: {name}"
        assert name != code
    assert len(set(names.values())) == len(names), "two languages of one name"


# The script in which speakers find their language; everything else is written in Latin letters.
OWN_SCRIPTS = {
    "ARABIC": "ar fa prs ps ckb ur ug",
    "CJK": "zh ja yue",
    "HANGUL": "ko",
    "CYRILLIC": "uk ru bg mk sr kk ky tg mn",
    "ETHIOPIC": "ti am",
    "DEVANAGARI": "hi mr ne",
    "BENGALI": "bn",
    "GURMUKHI": "pa",
    "TAMIL": "ta",
    "TELUGU": "te",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "SINHALA": "si",
    "MYANMAR": "my",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "GREEK": "el",
    "HEBREW": "he",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "TIBETAN": "bo",
    "THAANA": "dv",
}


def test_every_language_has_its_own_name_in_its_own_script() -> None:
    script_of = {code: script for script, codes in OWN_SCRIPTS.items() for code in codes.split()}
    for code in catalogue.LANGUAGES:
        name = languages.own_name(code)
        letter = next(letter for letter in name if letter.isalpha())
        assert unicodedata.name(letter).startswith(script_of.get(code, "LATIN")), f"{code}: {name}"
        assert "(" not in name
        assert name != code


def test_labels_say_both_names_once() -> None:
    number = catalogue.LANGUAGES.index
    with override("en"):
        assert languages.language_label(number("ar")) == "العربية (Arabic)"
        assert languages.language_label(number("en")) == "English"
        assert languages.language_label(number("prs")) == "دری (Dari)"
    with override("zh-hans"):
        assert languages.language_label(number("de")) == "Deutsch（德语）"
    assert languages.language_label(-1) == languages.language_label(10**6) == ""
    with override("en"):
        assert [label for _n, label in languages.sorted_labels([number("de"), number("sq"), 999])] == [
            "shqip (Albanian)",
            "Deutsch (German)",
        ]
