"""How the directory is searched: the same for every script, without a word of PostgreSQL's language packs.

Both what is written and what is looked for become plain: no marks, one form of each Arabic letter, one case.
Then every word looked for must be a part of what is written. Chinese has no blanks, so its words are looked
for by every two signs that stand beside each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import override

MOST_WORDS = 8
LONGEST = 100
# What marks do not tell apart: other forms of a letter in Arabic and in its neighbours' scripts.
LETTERS = str.maketrans("ىیېةۀەکٱ", "يييهههكا", "ـ")
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{3,}")
ARTICLE = "ال"


def plain(words: str) -> str:
    """Words as the search compares them: letters and digits in one form, with single blanks between them."""
    # Decomposed first: an alef with a hamza becomes an alef and a mark.
    letters = unicodedata.normalize("NFKD", words.casefold()).translate(LETTERS)
    return " ".join("".join(_signs(letters)).split())


def terms(looked_for: str) -> list[str]:
    """What must be in an entry for these words to find it; an empty list finds everything."""
    found: list[str] = []
    for word in plain(looked_for[:LONGEST]).split()[:MOST_WORDS]:
        if CHINESE.fullmatch(word):
            found += [word[start : start + 2] for start in range(len(word) - 1)]
        elif word.startswith(ARTICLE) and len(word) > 4:
            # "the flat" finds "flat".
            found.append(word.removeprefix(ARTICLE))
        else:
            found.append(word)
    return found


def in_every_language(labels: Iterable[Promise]) -> str:
    """Words of the product in all languages of its pages, so that each finds an entry."""
    said: list[str] = []
    kept = list(labels)
    for code, _name in settings.LANGUAGES:
        with override(code):
            said += [str(label) for label in kept]
    return " ".join(said)


def _signs(letters: str) -> Iterator[str]:
    for sign in letters:
        category = unicodedata.category(sign)
        # Marks and signs that cannot be seen are nothing; what is no letter and no digit parts words.
        if category in {"Mn", "Cf", "Me"}:
            continue
        if category[0] not in "LNM":
            yield " "
        elif category == "Nd":
            yield str(unicodedata.digit(sign))
        else:
            yield sign
