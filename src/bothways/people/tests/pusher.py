"""A push service on a real socket, and the browser behind it: both know nothing of how a message is made."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.texts.models import Text
from bothways.people.models import NoticeDevice
from bothways.people.push import devices, vapid
from bothways.people.push.devices import Subscription
from bothways.people.push.sealing import decoded, unpadded
from bothways.people.tests.carrier import served


class Browser:
    """What a browser makes for a subscription, and how it opens what comes (RFC 8291, 3.4)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None, auth: bytes = b"") -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth or secrets.token_bytes(16)
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, sealed: bytes) -> bytes:
        salt, (record, length) = sealed[:16], struct.unpack("!IB", sealed[16:21])
        theirs, cipher = sealed[21 : 21 + length], sealed[21 + length :]
        assert length == 65 and len(cipher) <= record
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        first = _mac(self.auth, self.key.exchange(ec.ECDH(), other))
        secret = _mac(first, b"WebPush: info\x00" + self.point + theirs + b"\x01")
        second = _mac(salt, secret)
        key = _mac(second, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = _mac(second, b"Content-Encoding: nonce\x00\x01")[:12]
        plain, end, _filled = AESGCM(key).decrypt(nonce, cipher, None).rpartition(b"\x02")
        assert end and not _filled.strip(b"\x00")
        return plain


def _mac(key: bytes, words: bytes) -> bytes:
    return hmac.new(key, words, hashlib.sha256).digest()


def claims_of(authorization: str) -> dict[str, Any]:
    """What a line says, once its signature was looked at (RFC 8292, with ES256)."""
    scheme, _, rest = authorization.partition(" ")
    said = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    head, claims, signature = said["t"].split(".")
    raw = decoded(signature)
    numbers = [int.from_bytes(half, "big") for half in (raw[:32], raw[32:])]
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(said["k"]))
    key.verify(encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    return {**json.loads(decoded(claims)), "k": said["k"]}


class Pusher:
    """A push service: the browsers it knows by their address, and what came for each."""

    def __init__(self) -> None:
        self.origin = ""
        self.browsers: dict[str, Browser] = {}
        self.got: list[dict[str, Any]] = []
        self.faults: list[str] = []
        # What it answers: to all, or to one address.
        self.status = 201
        self.answers: dict[str, int] = {}

    def subscribe(self, browser: Browser | None = None) -> dict[str, str]:
        """What a page is given by the browser, as the form sends it."""
        path = f"/send/{secrets.token_urlsafe(24)}"
        browser = self.browsers[path] = browser or Browser()
        return {
            "endpoint": f"{self.origin}{path}",
            "p256dh": unpadded(browser.point),
            "auth": unpadded(browser.auth),
            "key": vapid.public_key(),
        }

    def take(self, path: str, headers: Any, body: bytes) -> int:
        claims = claims_of(headers["Authorization"])
        left = claims["exp"] - now().timestamp()
        assert claims["aud"] == self.origin and 0 < left <= 86400 and claims["sub"].startswith("mailto:")
        assert claims["k"] == vapid.public_key()
        assert headers["Content-Encoding"] == "aes128gcm" and len(body) <= 4096
        status = self.answers.get(path, self.status)
        if status == 201:
            words = json.loads(self.browsers[path].open(body))
            self.got.append({"path": path, "words": words, "headers": dict(headers), "length": len(body)})
        return status


def _handler(pusher: Pusher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                status = pusher.take(self.path, self.headers, body)
            except Exception as error:
                pusher.faults.append(repr(error))
                status = 400
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{pusher.origin}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture
def pusher(settings):
    """A push service on this machine, over a real socket, named whole in the settings."""
    one = Pusher()
    with served(_handler(one)) as one.origin:
        settings.PUSH_SERVICES = [one.origin]
        yield one
    assert not one.faults


def with_device(one, pusher: Pusher, given: dict[str, str] | None = None) -> Client:
    """Somebody switches notices on in a browser of theirs."""
    browser = one.browser()
    assert browser.post(reverse("device_on"), given or pusher.subscribe()).status_code == 302
    return browser


def subscription(given: dict[str, str]) -> Subscription:
    return Subscription(given["endpoint"], given["p256dh"], given["auth"])


def on(one, pusher, given=None):
    """Somebody switches a device on in the session that they have had from the beginning."""
    given = given or pusher.subscribe()
    devices.switch_on(one.who, subscription(given), server_key=vapid.public_key())
    return NoticeDevice.objects.get(entry_id=one.who.entry_id)


def texts_of(one) -> int:
    return Text.objects.filter(owner_id=one.id, kind="push").count()
