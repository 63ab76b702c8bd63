"""What sort of day it is: the first line of its sealed text, in words of the product.

The line is looked up among the names of kinds and festivals in every page language, so that each of the two
reads it in their own, and nothing about it stands in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from bothways.days.festivals import BY_KEY, Festival

# What somebody can call a day of their own; the second words say what the other could do.
KINDS: dict[str, tuple[Promise | str, Promise | str]] = {
    "birthday": (pgettext_lazy("occasion", "Birthday"), _("A call, a song or a card would be nice.")),
    "exam": (
        pgettext_lazy("occasion", "Exam"),
        _("Wish good luck before it, and ask afterwards how it was."),
    ),
    "wedding": (
        pgettext_lazy("occasion", "Wedding"),
        _("Ask how people congratulate each other in your partner's language."),
    ),
    "feast": (
        pgettext_lazy("occasion", "Feast"),
        _("Ask what is cooked on this day, and whether you can bring something."),
    ),
    "harvest": (pgettext_lazy("occasion", "Harvest"), _("Ask whether two more hands would help, and when.")),
    "journey": (
        pgettext_lazy("occasion", "Journey"),
        _("Wish a good journey, and ask when you can meet again."),
    ),
    "other": (
        pgettext_lazy("occasion", "A special day"),
        _("Ask what this day means, and whether company would be welcome."),
    ),
}
FESTIVAL_HINT = _("Say a greeting in your partner's language, and ask what this day is like at their home.")


@dataclass(frozen=True, slots=True)
class Named:
    """A day in the reader's language: what it is, the writer's own words, and what one could do."""

    kind: str
    festival: Festival | None
    title: str
    words: str
    hint: str


def sealed_words(title: Promise | str, words: str) -> str:
    """What goes into the sealed text: the name of the day in the writer's language, then their own words."""
    return f"{title}\n{words}".strip()


def read(text: str) -> Named:
    """A sealed text that was opened, for the reader of the page."""
    first, _newline, words = text.partition("\n")
    key = _by_words().get(first, "")
    festival = BY_KEY.get(key)
    if festival is not None:
        return Named("", festival, str(festival.words), words, str(FESTIVAL_HINT))
    # A name that the product has changed since it was written stays as it was written.
    title = str(KINDS[key][0]) if key in KINDS else first
    return Named(key or "other", None, title, words, str(KINDS[key or "other"][1]))


@cache
def _by_words() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(festival.words): key for key, festival in BY_KEY.items()}
            found |= {str(title): key for key, (title, _hint) in KINDS.items()}
    return found
