"""Sessions in the database that tell whoever reads the database nothing.

The row is found by a hash of the cookie and its content is sealed under a key made from the cookie, which
only the browser has. A dump of the table opens no session, and shows neither whose it is nor its token.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from bothways.core.clock.api import now


def stored_key(cookie: str) -> str:
    """Under which name the session of this cookie is stored: 40 hex digits."""
    return hashlib.blake2b(cookie.encode(), digest_size=20, person=b"session row").hexdigest()


def _box(cookie: str) -> SecretBox:
    return SecretBox(hashlib.blake2b(cookie.encode(), digest_size=32, person=b"session box").digest())


class SessionStore(db.SessionStore):
    """Django's store of sessions with the key hashed and the data sealed."""

    def load(self) -> dict[str, Any]:
        row = None
        if self.session_key is not None:
            alive = Session.objects.filter(expire_date__gt=now())
            row = alive.filter(session_key=stored_key(self.session_key)).first()
        if row is None:
            # As Django does: a cookie of nothing is forgotten, so that nobody chooses the key of a session.
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=stored_key(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        cookie = session_key or self.session_key
        if cookie is not None:
            Session.objects.filter(session_key=stored_key(cookie)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        return Session(
            session_key=stored_key(self._cookie()),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(modification=now()),
        )

    def _cookie(self) -> str:
        if self.session_key is None:
            raise ValueError("a session without a cookie is not stored")
        return self.session_key

    def encode(self, session_dict: dict[str, Any]) -> str:
        plain = self.serializer().dumps(session_dict)
        return base64.b64encode(_box(self._cookie()).encrypt(plain)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        if self.session_key is None:
            return {}
        try:
            plain = _box(self.session_key).decrypt(base64.b64decode(session_data, validate=True))
        except (CryptoError, ValueError):
            return {}
        content: dict[str, Any] = self.serializer().loads(plain)
        return content
