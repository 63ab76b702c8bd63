"""What this room shows on the home page: who asks me, what became of my own requests."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.help import selectors
from bothways.help.models import Request
from bothways.help.words import KINDS
from bothways.programme.api import Staff


def tiles(who: Acting) -> list[Tile]:
    """Requests of partners to me, my own that are not closed, and those that wait for the coordinators."""
    asked = [_asked(request) for request in selectors.asked_of_me(who)]
    mine = [_mine(request) for request in selectors.my_waiting(who)]
    return [*asked, *mine, *_for_coordinators(who)]


def _asked(request: Request) -> Tile:
    title = _("Your partner asks you for help")
    return Tile(title, KINDS[request.kind], _path(request), _("Read it"), urgent=True)


def _mine(request: Request) -> Tile:
    ended = request.pair is not None and request.pair.is_ended
    if request.state == Request.State.ANSWERED and (request.coordinators_at is not None or not ended):
        title = _("Your request has an answer")
        return Tile(title, KINDS[request.kind], _path(request), _("Read it"), urgent=True)
    return Tile(_("You asked for help"), KINDS[request.kind], _path(request), _("Look at it"))


def _for_coordinators(who: Acting) -> list[Tile]:
    """One tile for each programme of mine where a request waits. No number: there are no live counters."""
    roles = Staff.objects.filter(person_id=who.person_id, role=Staff.Role.COORDINATOR)
    by_id = {role.programme_id: role.programme for role in roles.select_related("programme")}
    if not by_id:
        return []
    waiting = selectors.waiting_in(list(by_id), who).filter(state=Request.State.OPEN)
    ids = sorted(set(waiting.values_list("programme_id", flat=True)), key=str)
    return [
        Tile(
            by_id[programme_id].name,
            _("A request waits for the coordinators."),
            reverse("requests", args=[by_id[programme_id].slug]),
            _("Look at it"),
            urgent=True,
        )
        for programme_id in ids
    ]


def _path(request: Request) -> str:
    return reverse("request", args=[request.id])
