"""What counts as an answer: every value is checked against the programme before it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.enrol.models import Enrolment
from bothways.programme.api import Area, Programme, Side, catalogue

RADII = (2, 5, 10, 15, 20, 30, 50, 75, 100)
# More languages than this help nobody to be found and make the page long.
MOST_LANGUAGES = 8
LEVELS = len(catalogue.LEVELS)
LETTER = next(item.bit for item in catalogue.MODES if item.key == "letter")
ALL_MODES = sum(item.bit for item in catalogue.MODES)
ALL_TIMES = (1 << catalogue.TIMES) - 1
_ONLY = sum(item.bit for item in catalogue.NEEDS if item.key in {"only_women", "only_men"})
_NOT_OFFERED = _("That choice is not there any more. Please choose again.")


def checked(enrolment: Enrolment, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The stored form of `answers`; raises Refused for what the programme does not offer.

    Names: `side` (number of the side), `area` (an Area or its id), `radius_km`, `speak` and `learn`
    (language number * 4 + level), `times`, `modes`, `interests`, `needs`, `facts` (bits), `capacity`.
    Any other name is a TypeError. The enrolment's own fields are set as they are checked.
    """
    unknown = set(answers) - set(_CHECKS)
    if unknown:
        raise TypeError(f"no such answer: {', '.join(sorted(unknown))}")
    changed: dict[str, Any] = {}
    for name, check in _CHECKS.items():
        if name in answers:
            before = enrolment.side
            changed[name] = check(enrolment, answers[name])
            setattr(enrolment, name, changed[name])
            if name == "side" and before != enrolment.side:
                changed["capacity"] = enrolment.capacity = _fitting(enrolment)
    return changed


def missing(enrolment: Enrolment) -> list[str]:
    """The steps whose answer is still needed before an enrolment can be sent, in order."""
    company = enrolment.programme.kind == Programme.Kind.COMPANY
    lacks = {
        "side": enrolment.side_id is None,
        "place": enrolment.area_id is None,
        "languages": not enrolment.speak or not (company or enrolment.learn),
        "times": not enrolment.times and enrolment.modes != LETTER,
        "ways": not enrolment.modes,
    }
    return [step for step, lacking in lacks.items() if lacking]


def _fitting(enrolment: Enrolment) -> int:
    assert enrolment.side is not None
    return min(enrolment.capacity, enrolment.side.max_capacity)


def _side(enrolment: Enrolment, value: Any) -> Side:
    side = Side.objects.filter(programme_id=enrolment.programme_id, number=_whole(value)).first()
    if side is None:
        raise Refused(_NOT_OFFERED)
    settled = enrolment.state not in {Enrolment.State.DRAFT, Enrolment.State.WAITING}
    if settled and side.pk != enrolment.side_id:
        raise Refused(_("After you confirm, this stays. To change it, withdraw and join again."))
    return side


def _area(enrolment: Enrolment, value: Any) -> Area:
    key = value.pk if isinstance(value, Area) else _whole(value)
    # Inner areas have no place of their own: they only group the others.
    leaf = Area.objects.filter(id=key, programme_id=enrolment.programme_id, lat_e5__isnull=False).first()
    if leaf is None:
        raise Refused(_NOT_OFFERED)
    return leaf


def _radius(enrolment: Enrolment, value: Any) -> int:
    if _whole(value) not in RADII:
        raise Refused(_NOT_OFFERED)
    return int(value)


def _languages(enrolment: Enrolment, value: Any) -> list[int]:
    codes = sorted({_whole(code) for code in value})
    numbers = [code // LEVELS for code in codes]
    if not set(numbers) <= set(enrolment.programme.languages):
        raise Refused(_NOT_OFFERED)
    if len(set(numbers)) < len(numbers):
        raise Refused(_("You chose a language twice. Please keep one line for each language."))
    if len(numbers) > MOST_LANGUAGES:
        raise Refused(_("That is more languages than we can use. Please keep the ones you like best."))
    return codes


def _times(enrolment: Enrolment, value: Any) -> int:
    return _bits(value, ALL_TIMES)


def _modes(enrolment: Enrolment, value: Any) -> int:
    return _bits(value, ALL_MODES)


def _interests(enrolment: Enrolment, value: Any) -> int:
    return _bits(value, enrolment.programme.interests)


def _needs(enrolment: Enrolment, value: Any) -> int:
    bits = _bits(value, enrolment.programme.needs)
    if bits & _ONLY == _ONLY:
        raise Refused(_("Only women and only men together leave nobody. Please choose one, or neither."))
    return bits


def _facts(enrolment: Enrolment, value: Any) -> int:
    return _bits(value, enrolment.programme.needs)


def _capacity(enrolment: Enrolment, value: Any) -> int:
    most = enrolment.side.max_capacity if enrolment.side else 1
    number = _whole(value)
    if not 1 <= number <= most:
        raise Refused(_NOT_OFFERED)
    if number < enrolment.partners:
        raise Refused(_("You have more partners than that now. End a pair first, then choose fewer."))
    return number


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(_NOT_OFFERED)
    return value


def _bits(value: Any, offered: int) -> int:
    bits = _whole(value)
    if bits < 0 or bits & ~offered:
        raise Refused(_NOT_OFFERED)
    return bits


# In this order: the side says how many partners there may be.
_CHECKS: dict[str, Callable[[Enrolment, Any], Any]] = {
    "side": _side,
    "area": _area,
    "radius_km": _radius,
    "speak": _languages,
    "learn": _languages,
    "times": _times,
    "modes": _modes,
    "interests": _interests,
    "needs": _needs,
    "facts": _facts,
    "capacity": _capacity,
}
