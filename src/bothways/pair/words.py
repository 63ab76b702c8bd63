"""Words that people type, and which way they run."""

from __future__ import annotations

import unicodedata

from django.utils.translation import ngettext

from bothways.core.faults import Refused


def cleaned(words: str, longest: int) -> str:
    """What was typed, without what no page can show. Raises Refused when it is too long."""
    plain = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(plain) > longest:
        raise Refused(
            ngettext(
                "This text is too long. Please use at most %(count)d character.",
                "This text is too long. Please use at most %(count)d characters.",
                longest,
            )
            % {"count": longest}
        )
    return plain


def direction(words: str) -> str:
    """'rtl' or 'ltr', by the first letter that has a direction, as browsers decide for dir="auto"."""
    for letter in words:
        kind = unicodedata.bidirectional(letter)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
