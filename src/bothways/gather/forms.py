"""What coordinators type about a gathering."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import moments
from bothways.core.pages.api import OnceField
from bothways.core.said.api import length_words, zone_words
from bothways.gather.models import PLACE_LENGTH, TITLE_LENGTH, WORDS_LENGTH, Gathering

LENGTHS = (60, 90, 120, 180, 240, 360, 480)
TYPED = ("title", "starts_at", "minutes", "place", "words")


class GatheringForm(forms.Form):
    """Day and time as the clock of the programme shows them; `cleaned_data["starts_at"]` is the moment.

    Where the clocks go back over the time, the first of the two is meant.
    """

    title = forms.CharField(
        label=_("What it is"),
        max_length=TITLE_LENGTH,
        help_text=_("For example: soup and games. Never the name of a person."),
    )
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = forms.TypedChoiceField(label=_("How long"), coerce=int)
    place = forms.CharField(
        label=_("Where"),
        max_length=PLACE_LENGTH,
        help_text=_("How to find it, and where there is no step."),
    )
    words = forms.CharField(
        label=_("What people should know"),
        required=False,
        max_length=WORDS_LENGTH,
        help_text=_("What you do there, what to bring, who is welcome."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    once = OnceField()

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["time"].help_text = gettext("On this clock: %(zone)s") % {"zone": zone_words(zone)}
        minutes = self.fields["minutes"]
        assert isinstance(minutes, forms.ChoiceField)
        minutes.choices = self._lengths()

    def _lengths(self) -> Sequence[tuple[int, str | Promise]]:
        known = {*LENGTHS, self.initial.get("minutes", LENGTHS[0])}
        return [(minutes, length_words(minutes)) for minutes in sorted(known)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, at = data.get("day"), data.get("time")
        if day and at is not None:
            data["starts_at"] = self._moment(day, at.replace(second=0, microsecond=0))
        return data

    def _moment(self, day: dt.date, at: dt.time) -> dt.datetime | None:
        if not 2000 <= day.year <= 9000:
            self.add_error("day", _("Please look at the year again."))
            return None
        found = moments(day, at, self.zone)
        if not found:
            self.add_error(
                "time",
                _("On this day the clocks go forward, and this time does not exist. Please choose another."),
            )
            return None
        return found[0]

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed, once it is valid."""
        return {name: self.cleaned_data[name] for name in TYPED}


class ChangeForm(GatheringForm):
    """The same for a gathering that is there: it also says which state of it was seen."""

    sequence = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


def as_it_is(one: Gathering, zone: ZoneInfo) -> dict[str, Any]:
    """A gathering as its form shows it."""
    local = one.starts_at.astimezone(zone)
    given = {name: getattr(one, name) for name in ("title", "minutes", "place", "words", "sequence")}
    return {**given, "day": local.date(), "time": local.time()}
