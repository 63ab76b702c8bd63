"""What this room shows on the home page: that a partner wrote. Not how much, and not what."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.pair.api import partner_name
from bothways.talk import selectors


def tiles(who: Acting) -> list[Tile]:
    """At most one, for the partner who wrote last."""
    pair = selectors.pair_with_news(who)
    if pair is None:
        return []
    return [
        Tile(
            _("A message for you"),
            partner_name(who, pair),
            reverse("messages", args=[pair.id]),
            _("Read it"),
            urgent=True,
        )
    ]
