"""Addresses are never stored where others could read them.

Sign-in has to find an account by its address, so what is stored is a keyed hash that looks like an
address (`opaque`). The address itself is a text under the person's own key. While a request runs, the
address that was typed in it is remembered, so that a letter can be sent to somebody without an account.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress

from allauth.core import context
from django.utils.crypto import salted_hmac

OPAQUE_DOMAIN = "@address.invalid"
_SALT = "bothways.people.addresses"
_ATTRIBUTE = "_typed_addresses"


def normalised(address: str) -> str:
    """One spelling for every way to write the same address: no blanks, lower case, domain in IDNA."""
    plain = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = plain.rpartition("@")
    if not at:
        return plain
    # An over-long or empty label stays as it is: no letter reaches it, and one spelling is all we need.
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def opaque(address: str) -> str:
    """The stored form: 40 hex digits of a keyed hash at a domain that cannot exist. The same each time."""
    digest = salted_hmac(_SALT, normalised(address), algorithm="sha256").hexdigest()
    return f"{digest[:40]}{OPAQUE_DOMAIN}"


def remember(stored: str, address: str) -> None:
    """Keep what was typed until this request ends; outside a request nothing is kept."""
    request = context.request
    if request is not None:
        typed: dict[str, str] = getattr(request, _ATTRIBUTE, {})
        setattr(request, _ATTRIBUTE, {**typed, stored: address.strip()})


def typed_in_this_request(stored: str) -> str | None:
    """The address that was typed in this request and is stored as `stored`."""
    typed: dict[str, str] = getattr(context.request, _ATTRIBUTE, {})
    return typed.get(stored)
