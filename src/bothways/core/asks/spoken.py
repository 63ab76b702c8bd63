"""What people write in a text message, in the simplest form that stays itself. Knows no database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PIECES = re.compile(r"\d+|[^\W\d_]+")
_TATWEEL = "\N{ARABIC TATWEEL}"


@dataclass(frozen=True, slots=True)
class Said:
    """The letters of a message, piece by piece in their simplest form, and its numbers in digits 0 to 9."""

    letters: tuple[str, ...]
    numbers: tuple[str, ...]


def read(words: str) -> Said:
    """Take a message apart. Case, marks, accents and the forms of Arabic letters make no difference."""
    pieces = _PIECES.findall(simple(words))
    letters = tuple(piece for piece in pieces if not piece.isdigit())
    return Said(letters, tuple(piece for piece in pieces if piece.isdigit()))


def simple(words: str) -> str:
    """One spelling for what people mean to be the same."""
    apart = unicodedata.normalize("NFKD", plain_digits(words))
    return "".join(one for one in apart if not unicodedata.combining(one) and one != _TATWEEL).casefold()


def plain_digits(words: str) -> str:
    """The same words with every digit of whatever script as 0 to 9."""
    shown = unicodedata.normalize("NFKC", words)
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in shown)
