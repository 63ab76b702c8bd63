"""All of core's tables, gathered for Django; each is written in its own subfolder."""

from bothways.core.asks.models import Ask
from bothways.core.events.models import Event
from bothways.core.identity.models import Entry
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.receipts.models import Receipt
from bothways.core.registry.models import Installation, Tombstone
from bothways.core.texts.models import Share, Text

__all__ = [
    "Ask",
    "Delivery",
    "Entry",
    "Event",
    "Installation",
    "Notice",
    "Receipt",
    "Share",
    "Text",
    "Tombstone",
]
