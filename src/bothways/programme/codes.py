"""One-time codes that open a door: readable, typed by hand, and stored only as a hash."""

from __future__ import annotations

import hashlib
import secrets

# Without the letters and digits that are mistaken for each other when read aloud or from paper.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GROUPS, GROUP = 4, 5


def fresh() -> str:
    """A new code, like HK3TZ-9QWER-MNB7V-PA4CD: 98 bits, too many to guess."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    return "-".join("".join(letters[start : start + GROUP]) for start in range(0, GROUPS * GROUP, GROUP))


def hash_of(code: str) -> bytes:
    """What is stored of a code; case, blanks and dashes do not count."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).digest()
