"""Requests of machines that bring us messages: signed with a secret that we share, and fresh."""

from __future__ import annotations

import hashlib
import hmac

from bothways.core.clock.api import now

# How far the clocks of the other machine and of this one may be apart.
SKEW_SECONDS = 300


def signature_of(secret: str, time: str, body: bytes) -> str:
    """HMAC-SHA256 over the time, a dot and the body, in hex."""
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, time: str, signature: str, body: bytes) -> bool:
    """Whether a body was signed with this secret just now. Without a secret nothing is."""
    if not secret or not (time.isascii() and time.isdigit() and len(time) < 12):
        return False
    wanted = signature_of(secret, time, body)
    right = hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))
    return right and abs(now().timestamp() - int(time)) <= SKEW_SECONDS
