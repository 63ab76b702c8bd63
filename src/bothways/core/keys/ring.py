"""How a person's key is kept: wrapped by the master key, and for a while two of them side by side.

A wrapped key has 72 bytes. A row holds one, or two while the person's texts are being sealed anew: the first
seals, both open.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from nacl import utils
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

WRAPPED_SIZE = SecretBox.NONCE_SIZE + SecretBox.MACBYTES + SecretBox.KEY_SIZE


class Ring:
    """The keys of one person. Seals with the newest, opens with any."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._boxes = [SecretBox(key) for key in keys]

    def encrypt(self, plain: bytes) -> bytes:
        return bytes(self._boxes[0].encrypt(plain))

    def decrypt(self, sealed: bytes) -> bytes:
        """Raises CryptoError when none of the keys opens it."""
        return _open(self._boxes, sealed)

    def newest_opens(self, sealed: bytes) -> bool:
        try:
            self._boxes[0].decrypt(sealed)
        except CryptoError:
            return False
        return True


def fresh_key() -> bytes:
    return utils.random(SecretBox.KEY_SIZE)


def wrap(key: bytes) -> bytes:
    """Under the present master key, never under the old one."""
    return bytes(_masters()[0].encrypt(key))


def unwrap(wrapped: bytes) -> Ring:
    """The ring of a row. Raises CryptoError when no master key of this installation opens it."""
    return Ring([_open(_masters(), part) for part in parts(wrapped)])


def unwrap_one(wrapped: bytes) -> bytes:
    """The key itself, of a row that holds one. Raises CryptoError when no master key here opens it."""
    return _open(_masters(), wrapped)


def rewrap(wrapped: bytes) -> bytes | None:
    """The same keys under the present master key; None when they are already."""
    newest = _masters()[:1]
    if all(_opens(newest, part) for part in parts(wrapped)):
        return None
    return b"".join(wrap(_open(_masters(), part)) for part in parts(wrapped))


def parts(wrapped: bytes) -> list[bytes]:
    """The wrapped keys of a row, newest first."""
    return [wrapped[at : at + WRAPPED_SIZE] for at in range(0, len(wrapped), WRAPPED_SIZE)]


def _masters() -> list[SecretBox]:
    keys = [settings.MASTER_KEY, settings.MASTER_KEY_OLD]
    return [SecretBox(key) for key in keys if key]


def _open(boxes: Sequence[SecretBox], sealed: bytes) -> bytes:
    for box in boxes[:-1]:
        try:
            return box.decrypt(sealed)
        except CryptoError:
            continue
    return boxes[-1].decrypt(sealed)


def _opens(boxes: Sequence[SecretBox], sealed: bytes) -> bool:
    try:
        _open(boxes, sealed)
    except CryptoError:
        return False
    return True
