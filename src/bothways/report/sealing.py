"""Padding, sealed reports, and the bundle in which a lead fetches them.

Knows no Django and no database: the lead's own computer runs it too. A report is its words in UTF-8, a byte
0x80, and zeros up to the next of two sizes, in a libsodium sealed box (crypto_box_seal) to the lead's public
key. The browser does the same in `static/report/report.js`.

A bundle is one more sealed box to the same key. It has one size however many reports are in it, and no two
look alike: neither its size nor its bytes tell anybody but the lead whether there is a report.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import date

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

# What the words are padded to. The larger holds 16,383 bytes of words.
SIZES = (4096, 16384)
SEAL = 48
SEALED_SIZES = tuple(size + SEAL for size in SIZES)
MOST_BYTES = SIZES[-1] - 1

# At most this many bytes of reports are kept for one programme.
MOST_STORED = 2 * 1024 * 1024
MAGIC = b"BOTHWAYS SEALED REPORTS 1\n"
_COUNT, _EACH = struct.Struct(">I"), struct.Struct(">II")
_INSIDE = len(MAGIC) + _COUNT.size + MOST_STORED + _EACH.size * (MOST_STORED // SEALED_SIZES[0] + 1)
BUNDLE_SIZE = _INSIDE + SEAL


class NotOpened(ValueError):
    """These bytes are not a bundle, or not one for these keys."""


def pad(words: str) -> bytes:
    """Words in the smallest size that holds them. Raises ValueError when none does."""
    plain = words.encode() + b"\x80"
    for size in SIZES:
        if len(plain) <= size:
            return plain.ljust(size, b"\x00")
    raise ValueError(f"a report has at most {MOST_BYTES} bytes")


def unpad(padded: bytes) -> str:
    """The words again. What is not UTF-8 is shown as replacement characters: anybody can seal anything."""
    plain = padded.rstrip(b"\x00")
    return (plain[:-1] if plain.endswith(b"\x80") else plain).decode(errors="replace")


def seal(words: str, public_key: bytes) -> bytes:
    """A sealed report, as the browser makes it."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(pad(words)))


def open_report(sealed: bytes, keys: Sequence[PrivateKey]) -> str | None:
    """The words of a report, or None when it is sealed to none of these keys."""
    padded = _opened(sealed, keys)
    return None if padded is None else unpad(padded)


def bundle(reports: Iterable[tuple[date, bytes]], public_key: bytes) -> bytes:
    """Reports with their days, sealed once more: always BUNDLE_SIZE bytes."""
    rows = list(reports)
    parts = [MAGIC, _COUNT.pack(len(rows))]
    for day, sealed in rows:
        parts += [_EACH.pack(day.toordinal(), len(sealed)), sealed]
    inside = b"".join(parts)
    if len(inside) > _INSIDE:
        raise ValueError("more reports than a bundle holds")
    return bytes(SealedBox(PublicKey(public_key)).encrypt(inside.ljust(_INSIDE, b"\x00")))


def unbundle(whole: bytes, keys: Sequence[PrivateKey]) -> list[tuple[date, bytes]]:
    """The sealed reports in a bundle with their days. Raises NotOpened."""
    inside = _opened(whole, keys)
    if inside is None or not inside.startswith(MAGIC):
        raise NotOpened("this file does not open with this key")
    try:
        return list(_rows(inside))
    except (struct.error, ValueError, OverflowError) as error:
        raise NotOpened("this file is damaged") from error


def _rows(inside: bytes) -> Iterable[tuple[date, bytes]]:
    at = len(MAGIC) + _COUNT.size
    (count,) = _COUNT.unpack_from(inside, len(MAGIC))
    for _ in range(count):
        day, size = _EACH.unpack_from(inside, at)
        at += _EACH.size
        if at + size > len(inside):
            raise ValueError("a report goes past the end")
        yield date.fromordinal(day), inside[at : at + size]
        at += size


def _opened(sealed: bytes, keys: Sequence[PrivateKey]) -> bytes | None:
    for key in keys:
        try:
            return bytes(SealedBox(key).decrypt(sealed))
        except (CryptoError, ValueError):
            # Not for this key, or too short to be a box at all.
            continue
    return None
