"""Members for the tests of this room and of those above, enrolled by themselves through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from tests.cast import Someone

from bothways.core.clock.api import travelled
from bothways.enrol import check_services, services
from bothways.enrol.models import Check, Enrolment
from bothways.programme import api as programmes
from bothways.programme.api import Programme

ENGLISH = 0
EVERYDAY = 2
IN_PERSON = 1


def usual(programme: Programme) -> dict[str, Any]:
    """Answers that suit everyone who gives the same: the first area, English, Tuesday evening, in person."""
    first = programmes.leaves(programme.pk)[0]
    language = ENGLISH if ENGLISH in programme.languages else programme.languages[0]
    code = [language * 4 + EVERYDAY]
    learn = code if programme.kind == Programme.Kind.EXCHANGE else []
    return {
        "area": first,
        "radius_km": 20,
        "speak": code,
        "learn": learn,
        "times": 1 << 5,
        "modes": IN_PERSON,
    }


def drafted(someone: Someone, programme: Programme, *, side: int = 0, **answers: Any) -> Enrolment:
    """`someone` fills in every step and agrees to everything, but has not sent it."""
    enrolment = services.start(someone.who, programme=programme)
    given = {"side": side, **usual(programme), **answers}
    services.save(someone.who, enrolment_id=enrolment.pk, **given)
    texts = programmes.standing_texts(programme.pk)
    services.consent(someone.who, enrolment_id=enrolment.pk, answers=dict.fromkeys(texts, True))
    return Enrolment.objects.get(pk=enrolment.pk)


def sent(someone: Someone, programme: Programme, *, side: int = 0, **answers: Any) -> Enrolment:
    """`someone` has sent everything; the pause begins."""
    enrolment = drafted(someone, programme, side=side, **answers)
    services.send(someone.who, enrolment_id=enrolment.pk)
    return Enrolment.objects.get(pk=enrolment.pk)


def enrolled(someone: Someone, programme: Programme, *, side: int = 0, **answers: Any) -> Enrolment:
    """`someone` is an active member since this moment: they sent it before the pause and confirm now."""
    with travelled(-timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)):
        enrolment = sent(someone, programme, side=side, **answers)
    services.confirm(someone.who, enrolment_id=enrolment.pk)
    return Enrolment.objects.get(pk=enrolment.pk)


REFERENCES = 1


def asking(coordinator: Someone, programme: Programme, *, side: int = 0, checks: int = REFERENCES) -> None:
    """`coordinator` lets one side of the programme ask for these checks (bits)."""
    sides = [
        programmes.SideWords(
            one.number, one.name, one.about, one.max_capacity, checks if one.number == side else one.checks
        )
        for one in programmes.sides(programme.pk)
    ]
    programmes.set_sides(coordinator.who, programme_id=programme.pk, sides=sides)


def a_code(someone: Someone, programme: Programme, kind: str = "references") -> str:
    """`someone` asks for a code for a check."""
    mine = Enrolment.objects.get(programme=programme, person_id=someone.id)
    code, _until = check_services.ask(someone.who, enrolment_id=mine.pk, kind=kind)
    return code


def checked(
    someone: Someone, programme: Programme, coordinator: Someone, *, kind: str = "references", days: int = 365
) -> Check:
    """`someone` shows their papers to `coordinator`, who sets the check for so many days."""
    code = a_code(someone, programme, kind)
    until = check_services.today_in(programme) + timedelta(days=days)
    check_services.set_until(coordinator.who, programme=programme, code=code, valid_until=until)
    number = next(item.number for item in programmes.catalogue.CHECKS if item.key == kind)
    return Check.objects.get(
        person_id=someone.id, enrolment__programme=programme, kind=number, valid_until__isnull=False
    )
