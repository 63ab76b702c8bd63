"""What the home page shows to coordinators."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.programme.models import Staff
from bothways.programme.selectors import my_roles


def tiles(who: Acting) -> list[Tile]:
    """One tile for each programme that I coordinate."""
    return [_tile(staff) for staff in my_roles(who)]


def _tile(staff: Staff) -> Tile:
    programme = staff.programme
    if programme.opened_at is None:
        return Tile(
            title=programme.name,
            words=_("You are setting this programme up. Nobody else sees it yet."),
            url=reverse("programme_setup", args=[programme.slug]),
            action=_("Go on with the set-up"),
            urgent=True,
        )
    return Tile(
        title=programme.name,
        words=_("You coordinate this programme.")
        if programme.open
        else _("You coordinate this programme. It takes no new people at the moment."),
        url=reverse("programme", args=[programme.slug]),
        action=_("Open the programme"),
    )
