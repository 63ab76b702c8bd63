"""What is typed on the pages of a pair."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from itertools import product
from operator import or_
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import today
from bothways.pair.cards import WORDS_LENGTH, Wanted
from bothways.pair.closings import FURTHEST, THANKS_LENGTH
from bothways.pair.in_touch import LENGTH as IN_TOUCH_LENGTH
from bothways.pair.models import Card
from bothways.pair.selectors import rhythm_words
from bothways.pair.services import CONTACT_LENGTH, LONGEST_PAUSE
from bothways.programme.api import catalogue


def _bits_of(number: int, count: int) -> list[str]:
    return [str(bit) for bit in range(count) if number >> bit & 1]


class WeekWidget(forms.CheckboxSelectMultiple):
    """The times of a week as a table of tick boxes: a row a day, a column for each part of the day."""

    template_name = "pair/parts/week_boxes.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        boxes = [option for _group, options, _index in context["widget"]["optgroups"] for option in options]
        size = len(catalogue.PARTS)
        context["parts"] = catalogue.PARTS
        context["days"] = [
            (day, boxes[number * size : (number + 1) * size]) for number, day in enumerate(catalogue.DAYS)
        ]
        return context


class Bits(forms.TypedMultipleChoiceField):
    """Tick boxes whose number is a bit; cleans to one integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, required=False, **kwargs)

    def clean(self, value: Any) -> int:
        return reduce(or_, (1 << bit for bit in super().clean(value)), 0)


class CardForm(forms.Form):
    """The card as one of the two would have it. `version` is the one that was on the page."""

    version = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)
    rhythm = forms.ChoiceField(label=_("How often would you like to meet?"), widget=forms.RadioSelect)
    times = Bits(label=_("Which times suit you both?"), widget=WeekWidget)
    modes = Bits(label=_("In which ways will you meet?"), widget=forms.CheckboxSelectMultiple)
    customs = forms.CharField(
        label=_("My house customs"),
        help_text=_(
            "For example: shoes off at the door, no phones at the table. Only you change these words."
        ),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    rather_not = forms.CharField(
        label=_("What I would rather not"),
        help_text=_("For example: no talk about work, no photos of me. Only you change these words."),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here and not in the class, so that the words are in the language of the page.
        self.fields["rhythm"].choices = [(value, rhythm_words(value)) for value in Card.Rhythm.values]  # type: ignore[attr-defined]
        self.fields["modes"].choices = [(item.number, item.words) for item in catalogue.MODES]  # type: ignore[attr-defined]
        self.fields["times"].choices = [  # type: ignore[attr-defined]
            (number, _("%(day)s, %(part)s") % {"day": day, "part": part})
            for number, (day, part) in enumerate(product(catalogue.DAYS, catalogue.PARTS))
        ]

    @staticmethod
    def start_from(
        *, version: int, rhythm: str | None, times: int, modes: int, words: tuple[str, str]
    ) -> dict[str, Any]:
        """The form's first values, from a card or from what two people share."""
        return {
            "version": version,
            "rhythm": rhythm,
            "times": _bits_of(times, catalogue.TIMES),
            "modes": _bits_of(modes, len(catalogue.MODES)),
            "customs": words[0],
            "rather_not": words[1],
        }

    def wanted(self) -> Wanted:
        """What the service needs. Only after `is_valid`."""
        data = self.cleaned_data
        return Wanted(data["rhythm"], data["times"], data["modes"], data["customs"], data["rather_not"])

    def on_top_of(self, version: int) -> None:
        """Keep everything typed, and let the next saving follow the version that is there now."""
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["version"] = str(version)


class VersionForm(forms.Form):
    """Which version of the card was on the page when the button was pressed."""

    version = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)


class PauseForm(forms.Form):
    """Until when."""

    until = forms.DateField(
        label=_("Pause until"),
        help_text=_("The pair goes on again on this day. At most one year from now."),
        error_messages={"invalid": _("Please write a day, like 2026-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.attrs |= {
            "min": f"{today() + timedelta(days=1):%Y-%m-%d}",
            "max": f"{today() + LONGEST_PAUSE:%Y-%m-%d}",
        }


class ContactForm(forms.Form):
    """How my partner reaches me, in my own words."""

    words = forms.CharField(
        label=_("How your partner can reach you"),
        help_text=_("A phone number or what else you like. Leave it empty to take it away."),
        max_length=CONTACT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class ClosingForm(forms.Form):
    """On which day."""

    day = forms.DateField(
        label=_("Day of your last meeting"),
        help_text=_("You can choose another day at any time. Nothing ends by itself."),
        error_messages={"invalid": _("Please write a day, like 2026-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs |= {
            "min": f"{today():%Y-%m-%d}",
            "max": f"{today() + FURTHEST:%Y-%m-%d}",
        }


class ThanksForm(forms.Form):
    """A word of thanks."""

    words = forms.CharField(
        label=_("Your word of thanks"),
        help_text=_("What was good, what you take with you. Leave it empty to take it away."),
        max_length=THANKS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class InTouchForm(forms.Form):
    """What my partner may keep."""

    words = forms.CharField(
        label=_("What your partner may keep"),
        help_text=_("A phone number, a mail address or what else you like."),
        max_length=IN_TOUCH_LENGTH,
        error_messages={"required": _("Please write what your partner may keep.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
