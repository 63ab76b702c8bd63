"""What people type about meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.core.pages.api import OnceField
from bothways.core.texts.api import MAX_LENGTH
from bothways.meet import spoken, when
from bothways.meet.rhythm import Rhythm
from bothways.meet.series import WantedSeries
from bothways.meet.where import LINK_LENGTH, NO_LINK, Where
from bothways.programme.api import catalogue

LENGTHS = (30, 45, 60, 90, 120, 180, 240, 480)
PLACE_LENGTH = 300
WHICH: list[tuple[str, Promise]] = [
    ("0", _("The first, before the clocks go back")),
    ("1", _("The second, after it")),
]


class LinkField(forms.URLField):
    """The link of a video call: https and nothing else."""

    default_validators = [URLValidator(schemes=["https"], message=NO_LINK)]

    def __init__(self) -> None:
        super().__init__(
            label=_("Link for a video call"),
            required=False,
            max_length=LINK_LENGTH,
            assume_scheme="https",
            help_text=_("If you meet by video. It begins with https:// and only the two of you see it."),
            widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        )


class MannerForm(forms.Form):
    """How two meet: how long, in which way, where. Their clock is that of `zone`."""

    minutes = forms.TypedChoiceField(label=_("How long"), coerce=int)
    mode = forms.TypedChoiceField(label=_("How you meet"), coerce=int, widget=forms.RadioSelect)
    place = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=PLACE_LENGTH,
        help_text=_("A place or a number to call. Only the two of you can read it."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    link = LinkField()
    once = OnceField()

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["time"].help_text = self._clock() % {"zone": when.zone_label(zone)}
        self._choices("minutes", self._lengths())
        self._choices("mode", [(item.number, item.words) for item in catalogue.MODES])

    def _clock(self) -> str:
        return gettext("On your clock: %(zone)s")

    def _choices(self, name: str, choices: Sequence[tuple[Any, str | Promise]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _lengths(self) -> list[tuple[Any, str | Promise]]:
        known = {*LENGTHS, self.initial.get("minutes", LENGTHS[0])}
        return [(minutes, when.length(minutes)) for minutes in sorted(known)]

    @property
    def where(self) -> Where:
        """Place and link as they were typed."""
        return Where(self.cleaned_data["place"], self.cleaned_data["link"])


class MeetingForm(MannerForm):
    """Day and time as the clock of the person shows them; `cleaned_data["starts_at"]` is the moment."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    # Asked only when the clocks go back over the time that was typed.
    which = forms.ChoiceField(label=_("Which of the two?"), required=False, widget=forms.RadioSelect)
    field_order = ("day", "time", "which", "minutes", "mode", "place", "link")

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, zone=zone, **kwargs)
        self._choices(
            "which", [("0", _("The first, before the clocks go back")), ("1", _("The second, after it"))]
        )
        self._ask_which = False
        if not self.is_bound:
            del self.fields["which"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, at = data.get("day"), data.get("time")
        if day and at:
            data["starts_at"] = self._moment(day, at, str(data.get("which") or ""))
        if not self._ask_which:
            del self.fields["which"]
        return data

    def _moment(self, day: dt.date, at: dt.time, which: str) -> dt.datetime | None:
        if not 2000 <= day.year <= 9000:
            self.add_error("day", _("Please look at the year again."))
            return None
        found = when.moments(day, at, self.zone)
        if not found:
            self.add_error(
                "time",
                _("On this day the clocks go forward, and this time does not exist. Please choose another."),
            )
            return None
        if len(found) == 1:
            return found[0]
        self._ask_which = self.fields["which"].required = True
        if which not in {"0", "1"}:
            self.add_error("which", _("On this day the clocks go back, and this time comes twice."))
            return None
        return found[int(which)]


class MoveForm(MeetingForm):
    """The same for a meeting that is there: it also says which state of the meeting was seen."""

    sequence = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class SeriesForm(MannerForm):
    """Regular meetings: how often, from which day, at what time on the clock of `zone` (`mine` or not)."""

    rhythm = forms.ChoiceField(
        label=_("How often"), widget=forms.RadioSelect, choices=list(spoken.RHYTHMS.items())
    )
    day = forms.DateField(
        label=_("First date"),
        help_text=_("All dates are on its day of the week. Once a month: as in 'the second Friday'."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    # The regular meetings that were on the page.
    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    field_order = ("rhythm", "day", "time", "minutes", "mode", "place", "link")

    def __init__(self, *args: Any, zone: ZoneInfo, mine: bool = True, **kwargs: Any) -> None:
        self._mine = mine
        super().__init__(*args, zone=zone, **kwargs)

    def _clock(self) -> str:
        return super()._clock() if self._mine else gettext("On this clock: %(zone)s")

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if not 2000 <= day.year <= 8000:
            raise ValidationError(_("Please look at the year again."))
        return day

    def clean_time(self) -> dt.time:
        at: dt.time = self.cleaned_data["time"]
        return at.replace(second=0, microsecond=0)

    @property
    def wanted(self) -> WantedSeries:
        """What was typed, once it is valid."""
        data = self.cleaned_data
        rhythm = Rhythm(data["rhythm"], data["day"], data["time"], self.zone.key)
        return WantedSeries(rhythm, data["minutes"], data["mode"], self.where)


class LineForm(forms.Form):
    """A line of the journal."""

    words = forms.CharField(
        label=_("Your words"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    once = OnceField()
