"""Who sends: a short signed line for a push service, as RFC 8292 says, with this server's own key."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from email.utils import parseaddr
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

from bothways.core.clock.api import now
from bothways.people.push.sealing import decoded, point_of, unpadded

# Push services take at most a day. Clocks may differ, and a message is sent at once.
GOOD_FOR = timedelta(hours=6)


def is_on() -> bool:
    """Whether this installation sends anything to browsers: it has a key, and somewhere to send to."""
    return bool(settings.PUSH_KEY and settings.PUSH_SERVICES)


def public_key() -> str:
    """What a browser is given when a device is switched on: it then takes messages of this server alone."""
    return unpadded(point_of(_key(settings.PUSH_KEY).public_key()))


def mark() -> str:
    """Recognises the key: devices that were switched on under another take nothing that this one signs."""
    return hashlib.sha256(public_key().encode()).hexdigest()[:16]


def authorization(origin: str) -> str:
    """The header for one push service, named by its origin, as in "https://push.example"."""
    claims = {"aud": origin, "exp": int((now() + GOOD_FOR).timestamp()), "sub": contact()}
    said = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    key = _key(settings.PUSH_KEY)
    first, second = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    signature = first.to_bytes(32, "big") + second.to_bytes(32, "big")
    return f"vapid t={said}.{unpadded(signature)}, k={public_key()}"


def contact() -> str:
    """Where the people of a push service can ask about these messages."""
    if settings.HTTPS:
        return str(settings.SITE_URL)
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _part(claims: dict[str, object]) -> str:
    return unpadded(json.dumps(claims, separators=(",", ":")).encode())


@lru_cache(maxsize=2)
def _key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())
