"""The one way out to push services: known ones only, at public addresses, and no further.

A browser says where its messages are to be left, so somebody could say anything. Two lists hold: the
services of the settings, and, after the name was looked up, the addresses that belong to everybody.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import re
import socket
import ssl
from dataclasses import dataclass
from enum import Enum
from typing import cast
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from bothways.people.push import vapid

logger = logging.getLogger(__name__)

LONGEST = 2000
PASSES = {429, 500, 502, 503, 504}
GONE = {404, 410}
TAKEN = {200, 201, 202, 204}
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Ways to write an address of the older kind as one of the newer (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Sent(Enum):
    """What became of a message for one browser."""

    TAKEN = "taken"
    # A fault that passes.
    LATER = "later"
    # The browser takes nothing more under this address.
    GONE = "gone"
    # The service does not want it, for whatever reason.
    REFUSED = "refused"


class NotPublic(OSError):
    """A name leads to an address inside somebody's own network."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message travels: kept so many seconds for a browser that is away, and only the newest."""

    keep_seconds: int
    topic: str


def may_go_to(endpoint: str) -> bool:
    """Whether an address is one at which a push service of the settings can take messages."""
    if len(endpoint) > LONGEST or not re.fullmatch(r"[!-~]+", endpoint) or {"#", "\\"} & set(endpoint):
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return False
    if _origin(parts) in settings.PUSH_SERVICES:
        # Written whole in the settings: a service of one's own.
        return True
    return parts.scheme == "https" and port in {None, 443} and _is_known(parts.hostname)


def send(endpoint: str, sealed: bytes, manner: Manner) -> Sent:
    """Leave a sealed message for one browser."""
    if not may_go_to(endpoint):
        # The settings have changed since it was switched on.
        return Sent.REFUSED
    parts = urlsplit(endpoint)
    line = _line_to(parts)
    try:
        line.request("POST", _path(parts), body=sealed, headers=_headers(_origin(parts), manner))
        status = line.getresponse().status
    except NotPublic:
        logger.error("a push service has an address that is not public")
        return Sent.REFUSED
    except (OSError, http.client.HTTPException) as error:
        logger.error("a push service could not be reached: %s", type(error).__name__)
        return Sent.LATER
    finally:
        line.close()
    return _meaning(status)


def _meaning(status: int) -> Sent:
    if status in TAKEN:
        return Sent.TAKEN
    if status in GONE:
        return Sent.GONE
    logger.error("a push service answered %s", status)
    return Sent.LATER if status in PASSES else Sent.REFUSED


def _headers(origin: str, manner: Manner) -> dict[str, str]:
    return {
        "Authorization": vapid.authorization(origin),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(manner.keep_seconds),
        "Topic": manner.topic,
        "Urgency": "normal",
    }


def _origin(parts: SplitResult) -> str:
    port = f":{parts.port}" if parts.port and parts.port != 443 else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_known(host: str) -> bool:
    for service in settings.PUSH_SERVICES:
        if service.startswith("*.") and host.endswith(service[1:]) and host != service[2:]:
            return True
        if host == service:
            return True
    return False


def _line_to(parts: SplitResult) -> http.client.HTTPConnection:
    host, timeout = str(parts.hostname), settings.PUSH_TIMEOUT
    own = _origin(parts) in settings.PUSH_SERVICES
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port or 80, timeout=timeout)
    if own:
        return http.client.HTTPSConnection(host, parts.port or 443, timeout=timeout)
    return _PublicLine(host, 443, timeout=timeout)


class _PublicLine(http.client.HTTPSConnection):
    """Goes to the address that was looked at, so that a name cannot lead elsewhere a moment later."""

    def connect(self) -> None:
        timeout = cast("float", self.timeout)
        plain = socket.create_connection((str(public_address(self.host)), self.port), timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def public_address(host: str) -> Address:
    """An address of a host. Raises NotPublic when one of them is not for everybody."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet, also when it wraps one of the older kind."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner and not is_public(inner):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast
