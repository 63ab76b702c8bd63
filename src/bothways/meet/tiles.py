"""What this room shows on the home page: the next meeting, and those that wait for a word of mine."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.meet import selectors, when
from bothways.meet.models import Meeting
from bothways.programme.api import catalogue


def tiles(who: Acting) -> list[Tile]:
    """At most two: what to say about meetings that are over, and the next meeting."""
    waiting = selectors.to_confirm(who)
    coming = selectors.next_meeting(who)
    return [*([_confirm(who, waiting)] if waiting else []), *([_next(who, coming)] if coming else [])]


def _confirm(who: Acting, waiting: list[Meeting]) -> Tile:
    latest = waiting[0]
    title = ngettext("Did you meet?", "Did you meet? There are %(number)d meetings", len(waiting))
    return Tile(
        title % {"number": len(waiting)},
        when.spoken(latest.starts_at, when.zone_of(who.person_id)),
        reverse("meeting", args=[latest.id]),
        _("Say that it took place"),
        urgent=True,
    )


def _next(who: Acting, coming: Meeting) -> Tile:
    words = _("%(way)s, %(when)s") % {
        "when": when.spoken(coming.starts_at, when.zone_of(who.person_id)),
        "way": catalogue.MODES[coming.mode].words,
    }
    return Tile(_("Your next meeting"), words, reverse("meeting", args=[coming.id]), _("Look at it"))
