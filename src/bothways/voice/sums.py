"""Sums that grow without being opened: sealed counters, one for each answer to each question.

Exponential ElGamal over the group of Ed25519, as libsodium has it. Pure functions, without a database; see
`docs/decisions/0037-how-is-the-programme-doing.md` for what they promise.

With the base point G, the secret s and the public key K = s*G, the counter of the number m is the two points
(r*G, m*G + r*K) for a random r. Adding to it adds a fresh counter of 0 or 1, point by point. Every counter is
added to each time, so that all of them change, whatever was answered: who has not s cannot tell which of them
grew (the decisional Diffie-Hellman assumption).
"""

from __future__ import annotations

from collections.abc import Collection

from nacl import bindings, utils

KEY_SIZE = 32
POINT = 32
COUNTER = 2 * POINT

_BASE = bindings.crypto_scalarmult_ed25519_base_noclamp((1).to_bytes(KEY_SIZE, "little"))
_ZERO = bindings.crypto_core_ed25519_sub(_BASE, _BASE)


class Unreadable(Exception):
    """These sums are not of this key, or larger than they can be."""


def fresh_secret() -> bytes:
    """A random secret: 32 bytes, never 0."""
    secret = bindings.crypto_core_ed25519_scalar_reduce(utils.random(64))
    return secret if any(secret) else fresh_secret()


def public_of(secret: bytes) -> bytes:
    """The key to add with: 32 bytes."""
    return bindings.crypto_scalarmult_ed25519_base_noclamp(secret)


def empty(public: bytes, size: int) -> bytes:
    """So many counters of 0: 64 bytes each."""
    return b"".join(_counter(public, one=False) for _ in range(size))


def add(public: bytes, sums: bytes, chosen: Collection[int]) -> bytes:
    """Add 1 to the counters at these places and 0 to all others. None of them is what it was before."""
    return b"".join(
        _plus(old, _counter(public, one=place in chosen)) for place, old in enumerate(_counters(sums))
    )


def opened(secret: bytes, sums: bytes, most: int) -> list[int]:
    """The numbers in the counters, none above `most`. Raises Unreadable.

    In time proportional to `most`: a logarithm in this group is found by counting up to it, about 30 seconds
    for a million.
    """
    points = [_number(secret, counter) for counter in _counters(sums)]
    found: dict[bytes, int] = {}
    wanted, point, number = set(points), _ZERO, 0
    while wanted:
        if point in wanted:
            found[point] = number
            wanted.discard(point)
        if wanted and number >= most:
            raise Unreadable
        point, number = bindings.crypto_core_ed25519_add(point, _BASE), number + 1
    return [found[point] for point in points]


def _counter(public: bytes, *, one: bool) -> bytes:
    random = fresh_secret()
    mask = bindings.crypto_scalarmult_ed25519_noclamp(random, public)
    # Both are made and one is taken: how long it takes says nothing.
    raised = bindings.crypto_core_ed25519_add(mask, _BASE)
    return public_of(random) + (raised if one else mask)


def _plus(left: bytes, right: bytes) -> bytes:
    add = bindings.crypto_core_ed25519_add
    return add(left[:POINT], right[:POINT]) + add(left[POINT:], right[POINT:])


def _number(secret: bytes, counter: bytes) -> bytes:
    mask = bindings.crypto_scalarmult_ed25519_noclamp(secret, counter[:POINT])
    return bindings.crypto_core_ed25519_sub(counter[POINT:], mask)


def _counters(sums: bytes) -> list[bytes]:
    return [sums[at : at + COUNTER] for at in range(0, len(sums), COUNTER)]
