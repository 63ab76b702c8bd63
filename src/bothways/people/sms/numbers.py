"""Phone numbers: one spelling for each, and a keyed hash by which a number is known again (decision 6)."""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

from bothways.core.asks.api import plain_digits

_SALT = "bothways.people.numbers"
# E.164: a country and a number, at most 15 digits, and none begins with a nought.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def normalised(number: str) -> str:
    """A number as +49301234567, or '' when it is none: it begins with + or 00 and its country."""
    kept = "".join(one for one in plain_digits(number) if one.isascii() and (one.isdigit() or one == "+"))
    other = re.sub(r"[\s\d+()\-./]", "", "".join(c for c in plain_digits(number) if c.isprintable()))
    plain = f"+{kept[2:]}" if kept.startswith("00") else kept
    return plain if not other and _NUMBER.fullmatch(plain) else ""


def hash_of(number: str) -> bytes:
    """What is stored of a normalised number: nobody reads the number from it."""
    return salted_hmac(_SALT, number, algorithm="sha256").digest()
