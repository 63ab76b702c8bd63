"""The step of the times: a week of tick boxes, and buttons that tick many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bothways.enrol.answers import ALL_TIMES
from bothways.enrol.forms import StepForm
from bothways.programme.api import catalogue

PARTS = len(catalogue.PARTS)
MORNING, AFTERNOON, EVENING = range(PARTS)
WORKDAYS, WEEKEND = range(5), range(5, 7)


def _times(days: range, *parts: int) -> int:
    return sum(1 << (day * PARTS + part) for day in days for part in parts)


# Key, words, and the times that the button adds; the last takes all of them away.
QUICK: tuple[tuple[str, Promise | str, int], ...] = (
    ("mornings", _("Weekday mornings"), _times(WORKDAYS, MORNING)),
    ("afternoons", _("Weekday afternoons"), _times(WORKDAYS, AFTERNOON)),
    ("evenings", _("Weekday evenings"), _times(WORKDAYS, EVENING)),
    ("weekends", _("Weekends"), _times(WEEKEND, MORNING, AFTERNOON, EVENING)),
    ("any", _("Any time"), ALL_TIMES),
    ("none", _("Clear all"), 0),
)


@dataclass(frozen=True, slots=True)
class Box:
    """One tick box of the week."""

    number: int
    label: str
    ticked: bool


class TimesForm(StepForm):
    template = "enrol/times.html"

    def build(self) -> None:
        self.fields["times"] = forms.TypedMultipleChoiceField(
            label=_("Times of the week"),
            choices=[(number, str(number)) for number in range(catalogue.TIMES)],
            coerce=int,
            required=False,
            initial=[number for number in range(catalogue.TIMES) if self.enrolment.times >> number & 1],
        )

    def week(self) -> list[tuple[Promise | str, list[Box]]]:
        """The days with their boxes, for the template."""
        value = self["times"].value() or []
        ticked = {str(number) for number in value}
        return [
            (day, [_box(day, row * PARTS + part, ticked) for part in range(PARTS)])
            for row, day in enumerate(catalogue.DAYS)
        ]

    @property
    def parts(self) -> tuple[Promise | str, ...]:
        return catalogue.PARTS

    @property
    def quick(self) -> tuple[tuple[str, Promise | str, int], ...]:
        return QUICK

    def answers(self) -> dict[str, Any]:
        if "times" not in self.cleaned_data:
            return {}
        bits = sum(1 << number for number in set(self.cleaned_data["times"]))
        for key, _words, more in QUICK:
            if self.data.get("quick") == key:
                bits = bits | more if more else 0
        return {"times": bits}


def _box(day: Promise | str, number: int, ticked: set[str]) -> Box:
    label = _now("%(day)s %(part)s") % {"day": day, "part": catalogue.PARTS[number % PARTS]}
    return Box(number, label, str(number) in ticked)
