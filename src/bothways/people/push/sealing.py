"""What a push service carries and cannot read: one message for one browser, as RFC 8291 and RFC 8188 say.

`aes128gcm`, one record, always of the same length: neither the words nor their language show in it.
"""

from __future__ import annotations

import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# Every message is filled up to so many bytes before it is sealed; push services take 4,096 sealed ones.
LENGTH = 1024
RECORD = 4096
AUTH_BYTES, POINT_BYTES = 16, 65


def unpadded(raw: bytes) -> str:
    """Base64 for addresses, without the signs that fill it up."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes behind `unpadded`. Raises ValueError for anything else."""
    if not text.isascii() or set("+/=") & set(text):
        raise ValueError("this is not base64 for addresses")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as the 65 bytes that stand in messages."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def browser_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """A browser's public key. Raises ValueError when the 65 bytes are no point of the curve."""
    if len(point) != POINT_BYTES:
        raise ValueError("a browser's key has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def seal(
    plain: bytes,
    *,
    point: bytes,
    auth: bytes,
    once: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
    length: int = LENGTH,
) -> bytes:
    """Seal `plain` (at most `length` bytes) for the browser whose public key and secret these are.

    `once` and `salt` are fresh for each message; only the test vector of the RFC names them. Raises
    ValueError for a key that is none and for a message that is too long.
    """
    if len(plain) > length:
        raise ValueError(f"a message has at most {length} bytes, this one has {len(plain)}")
    browser = browser_key(point)
    once = once or ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(16)
    ours = point_of(once.public_key())
    shared = once.exchange(ec.ECDH(), browser)
    secret = _derive(auth, shared, b"WebPush: info\x00" + point + ours, 32)
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\x00", 12)
    # 2 ends the last record; what follows fills it up.
    filled = plain + b"\x02" + bytes(length - len(plain))
    head = salt + struct.pack("!IB", RECORD, len(ours)) + ours
    return head + AESGCM(key).encrypt(nonce, filled, None)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
