"""Say it in my language: sentences for two people who share few words.

They are messages of the catalogues like every other text of the pages, so each stands there in all page
languages. A phrase in a message is kept as plain words, inside the sealed text: whoever reads it finds the
same sentence in their own language, because the words are looked up, not because a number was stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language_info, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence; `key` is what a form sends."""

    key: str
    words: Promise | str

    def in_language(self, language: str) -> str:
        """The sentence in one of the page languages."""
        with override(language):
            return str(self.words)


SECTIONS: list[tuple[Promise | str, list[Phrase]]] = [
    (
        _("Greetings"),
        [
            Phrase("hello", pgettext_lazy("phrase", "Hello!")),
            Phrase("morning", pgettext_lazy("phrase", "Good morning!")),
            Phrase("evening", pgettext_lazy("phrase", "Good evening!")),
            Phrase("how_are_you", pgettext_lazy("phrase", "How are you?")),
            Phrase("well", pgettext_lazy("phrase", "I am well, thank you.")),
            Phrase("see_you", pgettext_lazy("phrase", "See you soon!")),
            Phrase("good_wishes", pgettext_lazy("phrase", "All the best to you and your family!")),
        ],
    ),
    (
        _("Thanks and sorry"),
        [
            Phrase("thanks", pgettext_lazy("phrase", "Thank you!")),
            Phrase("thanks_today", pgettext_lazy("phrase", "Thank you for today. It was lovely.")),
            Phrase("welcome", pgettext_lazy("phrase", "You are welcome.")),
            Phrase("sorry", pgettext_lazy("phrase", "I am sorry.")),
            Phrase("no_problem", pgettext_lazy("phrase", "That is no problem.")),
        ],
    ),
    (
        _("Yes, no and understanding"),
        [
            Phrase("yes", pgettext_lazy("phrase", "Yes, gladly.")),
            Phrase("no", pgettext_lazy("phrase", "No, thank you.")),
            Phrase("not_understood", pgettext_lazy("phrase", "I do not understand.")),
            Phrase("simpler", pgettext_lazy("phrase", "Please say it in simple words.")),
            Phrase("slowly", pgettext_lazy("phrase", "Please speak slowly.")),
        ],
    ),
    (
        _("When"),
        [
            Phrase("when", pgettext_lazy("phrase", "When shall we meet?")),
            Phrase("today", pgettext_lazy("phrase", "Today is fine for me.")),
            Phrase("tomorrow", pgettext_lazy("phrase", "Tomorrow is fine for me.")),
            Phrase("in_the_morning", pgettext_lazy("phrase", "The morning is best for me.")),
            Phrase("in_the_evening", pgettext_lazy("phrase", "The evening is best for me.")),
            Phrase("another_day", pgettext_lazy("phrase", "Can we meet on another day?")),
            Phrase("later", pgettext_lazy("phrase", "I will come later.")),
            Phrase("ten_minutes", pgettext_lazy("phrase", "I will be ten minutes late.")),
            Phrase("not_today", pgettext_lazy("phrase", "I cannot come today.")),
        ],
    ),
    (
        _("Where"),
        [
            Phrase("where", pgettext_lazy("phrase", "Where shall we meet?")),
            Phrase("same_place", pgettext_lazy("phrase", "At the same place as last time.")),
            Phrase("on_my_way", pgettext_lazy("phrase", "I am on my way.")),
            Phrase("here", pgettext_lazy("phrase", "I am here.")),
            Phrase("cannot_find", pgettext_lazy("phrase", "I cannot find the place.")),
            Phrase("come_to_me", pgettext_lazy("phrase", "Would you like to come to my home?")),
        ],
    ),
    (
        _("Please"),
        [
            Phrase("call", pgettext_lazy("phrase", "Please call me.")),
            Phrase("write", pgettext_lazy("phrase", "Please write to me.")),
            Phrase("help", pgettext_lazy("phrase", "Can you help me, please?")),
            Phrase("come_along", pgettext_lazy("phrase", "Can you come with me, please?")),
            Phrase("read_this", pgettext_lazy("phrase", "Can you read something for me, please?")),
            Phrase("bring", pgettext_lazy("phrase", "Shall I bring something?")),
        ],
    ),
    (
        _("How I am"),
        [
            Phrase("ill", pgettext_lazy("phrase", "I am ill.")),
            Phrase("better", pgettext_lazy("phrase", "I feel better.")),
            Phrase("tired", pgettext_lazy("phrase", "I am tired today.")),
            Phrase("time", pgettext_lazy("phrase", "I need a little time.")),
        ],
    ),
]
PHRASES: dict[str, Phrase] = {phrase.key: phrase for _title, phrases in SECTIONS for phrase in phrases}


@dataclass(frozen=True, slots=True)
class Beside:
    """A phrase as its list shows it: in the reader's language, and in one more."""

    key: str
    words: str
    other: str


def list_beside(language: str, other: str) -> list[tuple[str, list[Beside]]]:
    """The whole list in two languages side by side."""
    return [
        (
            str(title),
            [Beside(one.key, one.in_language(language), one.in_language(other)) for one in phrases],
        )
        for title, phrases in SECTIONS
    ]


def others(language: str) -> list[tuple[str, str]]:
    """The page languages but this one: code, and name in its own script."""
    codes = [code for code, _name in settings.LANGUAGES if code != language]
    return [(code, get_language_info(code)["name_local"]) for code in codes]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message: words as they were written, and in the reader's language if they are a phrase."""

    words: str
    said: str = ""


def parts_of(words: str, language: str) -> list[Part]:
    """The pieces of a message for a reader of this page language, in order."""
    parts: list[Part] = []
    plain: list[str] = []
    for line in words.split("\n"):
        phrase = _by_words().get(line.strip())
        translated = phrase.in_language(language) if phrase else ""
        if not translated or translated == line.strip():
            plain.append(line)
            continue
        parts += _plain(plain)
        plain = []
        parts.append(Part(line.strip(), translated))
    return [*parts, *_plain(plain)]


def _plain(lines: list[str]) -> list[Part]:
    words = "\n".join(lines).strip("\n")
    return [Part(words)] if words.strip() else []


@cache
def _by_words() -> dict[str, Phrase]:
    return {
        phrase.in_language(code): phrase for code, _name in settings.LANGUAGES for phrase in PHRASES.values()
    }
