"""The list of phrases: whole in every page language, and found again in each of them."""

from __future__ import annotations

import pytest
from django.conf import settings

from bothways.talk import phrases

CODES = [code for code, _name in settings.LANGUAGES]


def test_there_are_enough_and_every_one_is_there_once_in_every_language() -> None:
    assert 35 <= len(phrases.PHRASES) <= 50
    assert sum(len(those) for _title, those in phrases.SECTIONS) == len(phrases.PHRASES)
    for code in CODES:
        said = [phrase.in_language(code) for phrase in phrases.PHRASES.values()]
        assert len(set(said)) == len(said), code
        if code != "en":
            assert not {phrase.in_language("en") for phrase in phrases.PHRASES.values()} & set(said)


@pytest.mark.parametrize("code", CODES)
def test_what_one_writes_the_other_reads_in_their_language(code: str) -> None:
    for reader in CODES:
        for phrase in phrases.PHRASES.values():
            (part,) = phrases.parts_of(f" {phrase.in_language(code)}\n", reader)
            assert (part.said or part.words.strip()) == phrase.in_language(reader)
            assert bool(part.said) is (code != reader)


def test_other_words_stay_as_they_are() -> None:
    words = "  I am ill. But not much.\n\n\tOne  two\n"
    assert phrases.parts_of(words, "ar") == [phrases.Part("  I am ill. But not much.\n\n\tOne  two")]
    assert phrases.parts_of("\n\n", "ar") == []
