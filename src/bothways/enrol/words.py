"""Sentences about an enrolment: what is still missing, and every answer in the reader's language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bothways.core.said.api import moment_words
from bothways.enrol.models import Enrolment
from bothways.people import api as people
from bothways.programme import api as programmes
from bothways.programme.api import catalogue

Words = Promise | str
ALL_PARTS = (1 << len(catalogue.PARTS)) - 1

_LACKING: dict[str, Words] = {
    "name": gettext_lazy("Please say first what your partner may call you."),
    "side": gettext_lazy("Please say first what you would like to do."),
    "place": gettext_lazy("Please say first roughly where you are."),
    "languages": gettext_lazy("Please name first the languages that you need here."),
    "times": gettext_lazy("Please choose at least one time of the week."),
    "ways": gettext_lazy("Please choose at least one way to meet."),
    "consent": gettext_lazy("Please answer first each question about what we may do."),
}


def lacking(step: str) -> Words:
    """What to do about a step that is not answered yet."""
    return _LACKING[step]


def moment(at: datetime, enrolment: Enrolment) -> str:
    """A time in words, where the person is (or, when they have not said, where the programme is)."""
    zone = people.time_zone_of(enrolment.person_id)
    if zone == "UTC":
        zone = enrolment.programme.time_zone
    return moment_words(timezone.localtime(at, ZoneInfo(zone)))


def summary(enrolment: Enrolment) -> list[tuple[Words, str]]:
    """My answers as (label, value) in the active language, in the order of the steps."""
    return [(label, value) for _step, label, value in summary_by_step(enrolment)]


def summary_by_step(enrolment: Enrolment) -> list[tuple[str, Words, str]]:
    """The same with the step where each answer can be changed."""
    nothing = _("nothing chosen")
    rows: list[tuple[str, Words, str]] = []
    if enrolment.side:
        rows.append(("side", _("How you take part"), enrolment.side.name))
    if enrolment.area:
        rows.append(("place", _("Where"), _place(enrolment)))
    rows += [
        ("languages", _("You speak"), _languages(enrolment.speak) or nothing),
        ("languages", _("You would like to learn"), _languages(enrolment.learn) or nothing),
        ("times", _("When"), times(enrolment.times) or nothing),
        ("ways", _("How you like to meet"), _list(catalogue.MODES, enrolment.modes) or nothing),
        ("interests", _("What you like"), _list(catalogue.INTERESTS, enrolment.interests) or nothing),
        ("needs", _("What you need"), _list(catalogue.NEEDS, enrolment.needs) or nothing),
        ("needs", _("What you say about yourself"), _list(catalogue.FACTS, enrolment.facts) or nothing),
        ("partners", _("How many partners"), formats.number_format(enrolment.capacity)),
    ]
    return rows


def times(bits: int) -> str:
    """Times of the week in words; days with the same times stand together."""
    days_with: dict[int, list[str]] = {}
    for number, day in enumerate(catalogue.DAYS):
        parts = bits >> number * len(catalogue.PARTS) & ALL_PARTS
        if parts:
            days_with.setdefault(parts, []).append(str(day))
    return _rows(
        [
            _("%(days)s: %(parts)s") % {"days": joined(days), "parts": joined(_parts(parts))}
            for parts, days in days_with.items()
        ]
    )


def _parts(bits: int) -> list[str]:
    return [str(part) for number, part in enumerate(catalogue.PARTS) if bits >> number & 1]


def joined(parts: list[str]) -> str:
    """A list with the separator of the language."""
    # Translators: put between the items of a list, with its space.
    return _(", ").join(parts)


def _rows(parts: list[str]) -> str:
    # Translators: put between the items of a list whose items hold commas themselves, with its space.
    return _("; ").join(parts)


def radius(kilometres: int) -> str:
    return ngettext("up to %(number)d km away", "up to %(number)d km away", kilometres) % {
        "number": kilometres
    }


def _place(enrolment: Enrolment) -> str:
    assert enrolment.area is not None
    return _("%(place)s, %(distance)s") % {
        "place": enrolment.area.name,
        "distance": radius(enrolment.radius_km),
    }


def _languages(codes: list[int]) -> str:
    return _rows([_language(*divmod(code, len(catalogue.LEVELS))) for code in codes])


def _language(number: int, level: int) -> str:
    label = programmes.language_label(number)
    return _("%(language)s, %(level)s") % {"language": label, "level": catalogue.LEVELS[level]}


def _list(items: tuple[catalogue.Item, ...], bits: int) -> str:
    return joined(list(programmes.labels(items, bits)))


def partners(number: int) -> str:
    return ngettext("%(number)d partner", "%(number)d partners", number) % {"number": number}
