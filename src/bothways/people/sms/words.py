"""What somebody wrote in a text message: the words as letters, and the numbers beside them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bothways.people.sms.numbers import plain_digits

STOP = frozenset(
    "stop stopall unsubscribe end quit cancel td توقف توقفوا اوقف اوقفوا ايقاف قف الغاء انهاء".split()
)
# Chinese is written without blanks: these count wherever they stand.
STOP_WITHIN = ("停止", "退订", "退訂", "取消", "停")
START = frozenset("start unstop ابدا ابدء ابدؤوا بدء بدا تشغيل 开始 開始 恢复 恢復".split())
_PIECES = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Said:
    """The letters of a message, piece by piece in their simplest form, and its numbers in digits 0 to 9."""

    letters: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def stop(self) -> bool:
        """STOP counts wherever it stands: rather once too often."""
        whole = "".join(self.letters)
        return bool(STOP & set(self.letters)) or any(word in whole for word in STOP_WITHIN)

    @property
    def start(self) -> bool:
        return bool(self.letters) and self.letters[0] in START


def read(words: str) -> Said:
    """Take a message apart. Case, marks, accents and the forms of Arabic letters make no difference."""
    pieces = _PIECES.findall(simple(words))
    letters = tuple(piece for piece in pieces if not piece.isdigit())
    return Said(letters, tuple(piece for piece in pieces if piece.isdigit()))


def simple(words: str) -> str:
    """One spelling for what people mean to be the same."""
    apart = unicodedata.normalize("NFKD", plain_digits(words))
    bare = "".join(one for one in apart if not unicodedata.combining(one) and one != "ـ")
    return bare.casefold()
