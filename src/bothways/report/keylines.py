"""What a safeguarding lead gives to a programme: one line to copy, and a number to read out.

Knows no Django and no database: the lead's own computer runs it too.

A key line is base32 (A to Z, 2 to 7) in groups of five of: version 1 (one byte), the X25519 public key
(32), the hash of the fetch code (16), and 4 bytes of BLAKE2b of all that, so that a slip in copying is
found. A fetch code is base32 in groups of four of 15 bytes that are derived from the private key. A
fingerprint is five groups of five digits (83 bits): digits can be read out over the phone in any language.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from nacl.bindings import crypto_scalarmult
from nacl.public import PrivateKey

VERSION = b"\x01"
KEY, CODE_HASH, CHECK = 32, 16, 4
CODE = 15


class WrongLine(ValueError):
    """A key line with a slip in it, or of a key that would not keep anything secret."""


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A lead's public key, and the hash of the code with which the lead fetches reports."""

    public_key: bytes
    code_hash: bytes

    def line(self) -> str:
        """The line to copy."""
        payload = VERSION + self.public_key + self.code_hash
        return _grouped(_base32(payload + _digest(payload, b"check", CHECK)), 5)

    def fingerprint(self) -> str:
        """The number to read out: it changes when anything in the line does."""
        return fingerprint_of(self.public_key, self.code_hash)


def fingerprint_of(public_key: bytes, code_hash: bytes) -> str:
    """Five groups of five digits for a key and its code's hash."""
    number = int.from_bytes(_digest(public_key + code_hash, b"fingerprint", 32))
    return _grouped(f"{number % 10**25:025d}", 5, " ")


def line_of(private_key: PrivateKey) -> KeyLine:
    """The key line of a private key."""
    return KeyLine(bytes(private_key.public_key), hash_of_code(fetch_code(private_key)))


def parse(line: str) -> KeyLine:
    """Read a key line; case, blanks and dashes do not count. Raises WrongLine."""
    raw = _from_base32(line)
    payload, check = raw[:-CHECK], raw[-CHECK:]
    if len(payload) != 1 + KEY + CODE_HASH or payload[:1] != VERSION:
        raise WrongLine("not a key line")
    if _digest(payload, b"check", CHECK) != check:
        raise WrongLine("a letter is wrong")
    found = KeyLine(payload[1 : 1 + KEY], payload[1 + KEY :])
    if not _keeps_secrets(found.public_key):
        raise WrongLine("a weak key")
    return found


def fetch_code(private_key: PrivateKey) -> str:
    """The code with which the lead fetches reports: always the same for one key, and kept nowhere."""
    return _grouped(_base32(_digest(bytes(private_key), b"fetch code", CODE)), 4)


def hash_of_code(code: str) -> bytes:
    """What a programme keeps of a fetch code; case, blanks and dashes do not count."""
    return hashlib.sha256(plain_code(code).encode()).digest()[:CODE_HASH]


def plain_code(code: str) -> str:
    """A code as it is hashed: letters and digits only."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def _keeps_secrets(public_key: bytes) -> bool:
    # With a key of low order every shared secret is zero, and everybody could open what was sealed.
    try:
        crypto_scalarmult(bytes(range(1, 33)), public_key)
    except Exception:
        return False
    return True


def _digest(data: bytes, purpose: bytes, size: int) -> bytes:
    return hashlib.blake2b(data, digest_size=size, person=b"bw " + purpose).digest()


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _from_base32(text: str) -> bytes:
    # No 0 and no 1 in this alphabet: whoever types one has seen an O or an I.
    letters = plain_code(text).replace("0", "O").replace("1", "I")
    try:
        return base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as error:
        raise WrongLine("not a key line") from error


def _grouped(letters: str, size: int, between: str = "-") -> str:
    return between.join(letters[start : start + size] for start in range(0, len(letters), size))
