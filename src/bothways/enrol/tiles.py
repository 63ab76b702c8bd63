"""What this room shows on the home page: my enrolments and the one next step of each."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.enrol import checks, selectors, words
from bothways.enrol.models import Enrolment

State = Enrolment.State


def tiles(who: Acting) -> list[Tile]:
    """One tile for each of my enrolments."""
    mine = selectors.of_person(who)
    again = selectors.to_ask_again(mine)
    lacking = {pk for pk, items in checks.lacking_all(mine).items() if items}
    moment = now()
    return [_tile(enrolment, again, lacking, moment) for enrolment in mine]


def _tile(enrolment: Enrolment, again: set[uuid.UUID], lacking: set[uuid.UUID], moment: datetime) -> Tile:
    title = enrolment.programme.name
    slug = enrolment.programme.slug
    mine = reverse("enrolment", args=[slug])
    if enrolment.state == State.DRAFT:
        return Tile(
            title, _("You began to join. What you said is kept."), reverse("enrol", args=[slug]), _("Go on")
        )
    if enrolment.pk in again:
        url = reverse("enrol_step", args=[slug, "consent"])
        return Tile(title, _("There is a new text to agree to or not."), url, _("Read it"), urgent=True)
    if enrolment.state == State.WAITING:
        return _waiting(title, mine, enrolment, moment)
    if enrolment.state == State.PAUSED:
        return Tile(title, _("You paused. Nobody is proposed to you."), mine, _("Look at your answers"))
    if enrolment.pk in lacking:
        url = reverse("enrolment_checks", args=[slug])
        needed = _("A check is needed before somebody new can be proposed to you.")
        return Tile(title, needed, url, _("See what to do"), urgent=True)
    return Tile(title, _("You are a member."), mine, _("Look at your answers"))


def _waiting(title: str, url: str, enrolment: Enrolment, moment: datetime) -> Tile:
    assert enrolment.confirm_from is not None
    if moment >= enrolment.confirm_from:
        return Tile(title, _("You can confirm your enrolment now."), url, _("Confirm"), urgent=True)
    opens = words.moment(enrolment.confirm_from, enrolment)
    return Tile(title, _("From %(time)s you can confirm.") % {"time": opens}, url, _("Look at your answers"))
