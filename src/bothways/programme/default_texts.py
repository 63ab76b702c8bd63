"""The product's own consent texts, one for each purpose, in every page language.

A programme starts with these. They are written into its first version word by word, so that what
somebody agreed to does not change when the product's text does.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from bothways.programme.models import ConsentText

Purpose = ConsentText.Purpose

PURPOSES: dict[str, Promise | str] = {
    Purpose.MATCH: _("Finding a partner"),
    Purpose.CONTACT: _("Contact details"),
    Purpose.NOTICES: _("Notices"),
    Purpose.FIGURES: _("Published figures"),
}

TEXTS: dict[str, Promise | str] = {
    Purpose.MATCH: _(
        "The programme may use my answers to find people who would suit me. A computer compares answers; "
        "no person looks through a list of people. When it proposes somebody and me to each other, we both "
        "see the same reasons. That person sees nothing else about me until we both say yes. I can say no "
        "to any proposal and need not say why. I can take this back at any time."
    ),
    Purpose.CONTACT: _(
        "When somebody and I have both said yes, my partner may see the contact details that I choose to "
        "show. Nobody else sees them. When we stop being a pair, this ends. I can take this back at any time."
    ),
    Purpose.NOTICES: _(
        "The programme may send me short notices that something waits for me. They say nothing about what "
        "it is, and there are only a few each week. I can take this back at any time."
    ),
    Purpose.FIGURES: _(
        "I may be counted in the figures that the programme publishes. They are rounded, small ones are "
        "hidden, and nobody can be recognised in them. I can take this back at any time."
    ),
}


def own_words(purpose: str) -> dict[str, str]:
    """The product's text for a purpose in every page language it is translated into."""
    words: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            words[code] = str(TEXTS[purpose])
    english = words["en"]
    return {code: text for code, text in words.items() if code == "en" or text != english}


def consent_words(text: ConsentText) -> str:
    """What a consent text says, in the page language or else in the first language that it has."""
    return best_words(text.words) or str(TEXTS[text.purpose])


def best_words(words: dict[str, str]) -> str:
    """The text for the page language, else English, else the first there is, else ''."""
    found = words.get(get_language() or "en") or words.get("en")
    return found or next((text for text in words.values() if text), "")
