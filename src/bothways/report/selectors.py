"""What everybody may read: the leads' keys and contacts. Nothing here is about a report."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from bothways.core.clock.api import today
from bothways.programme import api as programmes
from bothways.report.models import Lead, LeadKey

# A key this young is worth a question over the phone.
NEW_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Desk:
    """A programme's lead, as everybody sees it."""

    lead: Lead | None
    # The newest first; the first one counts.
    keys: list[LeadKey]

    @property
    def key(self) -> LeadKey | None:
        return self.keys[0] if self.keys and self.keys[0].public_key is not None else None

    @property
    def earlier(self) -> list[LeadKey]:
        return self.keys[1:] if self.key else self.keys

    @property
    def is_new(self) -> bool:
        """Whether the key replaced another one a short time ago."""
        return self.key is not None and len(self.keys) > 1 and today() - self.key.since < NEW_FOR


def current_key(programme_id: uuid.UUID) -> LeadKey | None:
    """The key that reports are sealed to now, or None."""
    newest = LeadKey.objects.filter(programme_id=programme_id).order_by("-id").first()
    return newest if newest is not None and newest.public_key is not None else None


def desk_of(programme_id: uuid.UUID) -> Desk:
    """The lead of a programme: contact, key, and every earlier key."""
    lead = Lead.objects.filter(programme_id=programme_id).first()
    return Desk(lead, list(LeadKey.objects.filter(programme_id=programme_id).order_by("-id")))


def known_programmes() -> list[programmes.Programme]:
    """The programmes that were ever open, by name."""
    known = [one for one in programmes.all_programmes() if one.opened_at is not None]
    return sorted(known, key=lambda one: one.name.casefold())
