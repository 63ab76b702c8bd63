"""One-time codes that open a door: readable, typed by hand, and stored only as a hash."""

from __future__ import annotations

import hashlib
import secrets

# Without the letters and digits that are mistaken for each other when read aloud or from paper.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GROUPS, GROUP = 4, 5


def fresh(groups: int = GROUPS, group: int = GROUP) -> str:
    """A new code, like HK3TZ-9QWER-MNB7V-PA4CD: 98 bits, too many to guess.

    A shorter one (4.9 bits a letter) needs a limit on wrong tries and a keyed hash.
    """
    letters = [secrets.choice(ALPHABET) for _ in range(groups * group)]
    return "-".join("".join(letters[start : start + group]) for start in range(0, groups * group, group))


def plain(code: str) -> str:
    """The letters and digits of a code as they count: case, blanks and dashes do not."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def hash_of(code: str) -> bytes:
    """What is stored of a code."""
    return hashlib.sha256(plain(code).encode()).digest()
