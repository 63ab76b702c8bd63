"""A safeguarding lead for tests: the keys are made as on the lead's own computer."""

from __future__ import annotations

from nacl.public import PrivateKey
from tests.cast import Someone

from bothways.programme.models import Programme
from bothways.report import keylines, services

CONTACT = "Telephone 0341 555 0100, weekdays 9 to 17"


def a_lead(coordinator: Someone, programme: Programme, key: PrivateKey | None = None) -> PrivateKey:
    """Name a lead: how to reach them, and the line of a new key (or of `key`). Returns the private key."""
    key = key or PrivateKey.generate()
    services.set_contact(coordinator.who, programme_id=programme.id, contact=CONTACT)
    services.set_key(coordinator.who, programme_id=programme.id, line=keylines.line_of(key).line())
    return key
