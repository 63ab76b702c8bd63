"""What this room shows on the home page: the next gatherings of my programmes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.core.said.api import meeting_words
from bothways.gather import selectors
from bothways.gather.models import Gathering


def tiles(who: Acting) -> list[Tile]:
    """A few at most; for members, whether they come or not."""
    return [_tile(one) for one in selectors.next_of_mine(who)]


def _tile(one: Gathering) -> Tile:
    when = meeting_words(one.starts_at.astimezone(selectors.zone_of(one.programme)))
    i_come = bool(getattr(one, "i_come", False))
    words = _("%(when)s. You said that you will come.") % {"when": when} if i_come else when
    title = _("Gathering: %(title)s") % {"title": one.title}
    return Tile(title, words, reverse("gathering", args=[one.id]), _("Look at it"))
