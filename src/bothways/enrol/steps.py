"""The small steps of enrolling: which there are for one person, in which order, and what each asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.enrol.models import Enrolment


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the enrolment."""

    key: str
    title: Promise | str
    help: Promise | str = ""


_ALL = (
    Step("side", _("What would you like to do?")),
    Step(
        "place",
        _("Roughly where are you?"),
        _("We never ask for your address. A town or a part of it is enough."),
    ),
    Step(
        "languages",
        _("Which languages?"),
        _("Languages that you speak, and languages that you would like to learn."),
    ),
    Step(
        "times",
        _("When do you have time?"),
        _("Tick the times of a usual week. If you would only like letters, you can leave this empty."),
    ),
    Step("ways", _("How would you like to meet?")),
    Step("interests", _("What do you like?"), _("Tick as many as you want, or none.")),
    Step("needs", _("What do you need?")),
    Step(
        "partners",
        _("How many partners would you like?"),
        _("You can change this later."),
    ),
    Step(
        "consent",
        _("What may we do?"),
        _("Read each text, then say yes or no. Each no is fine, and you can change your mind later."),
    ),
    Step("check", _("Is everything right?"), _("Look at your answers. You can change each of them.")),
)


def steps_of(enrolment: Enrolment) -> list[Step]:
    """The steps that this person is asked; what cannot be chosen is not asked."""
    sides = list(enrolment.programme.sides.all())
    most = (
        enrolment.side.max_capacity
        if enrolment.side
        else max((side.max_capacity for side in sides), default=1)
    )
    asked = {
        "side": len(sides) > 1,
        "interests": bool(enrolment.programme.interests),
        "needs": bool(enrolment.programme.needs),
        "partners": most > 1,
    }
    return [step for step in _ALL if asked.get(step.key, True)]
