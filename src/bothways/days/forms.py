"""What people type about days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bothways.core.pages.api import OnceField
from bothways.days import festivals
from bothways.days.reading import KINDS, sealed_words

WORDS_LENGTH = 500
BEFORE: list[tuple[int, Promise]] = [
    (0, gettext_lazy("On the day")),
    (1, gettext_lazy("A day before")),
    (3, gettext_lazy("Three days before")),
    (7, gettext_lazy("A week before")),
    (14, gettext_lazy("Two weeks before")),
]
USUAL_BEFORE = 3


class AboutForm(forms.Form):
    """What both kinds of day have: own words, and when to be reminded."""

    words = forms.CharField(
        label=gettext_lazy("Your words about it"),
        required=False,
        max_length=WORDS_LENGTH,
        help_text=gettext_lazy("Only the two of you can read them."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    before = forms.TypedChoiceField(
        label=gettext_lazy("Remind us both"),
        coerce=int,
        choices=BEFORE,
        initial=USUAL_BEFORE,
        help_text=gettext_lazy("The reminder does not say what day it is."),
    )
    once = OnceField()

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")


class DayForm(AboutForm):
    """A day of one's own, by its date."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What day is it?"), choices=[(key, title) for key, (title, _hint) in KINDS.items()]
    )
    day = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    each_year = forms.BooleanField(
        label=gettext_lazy("It comes each year"),
        required=False,
        help_text=gettext_lazy("Then only the day and the month are kept, and no year."),
    )
    field_order = ("kind", "day", "each_year", "words", "before")

    def wanted(self, today: date) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "days": [data["day"]],
            "each_year": data["each_year"],
            "before": data["before"],
            "words": sealed_words(KINDS[data["kind"]][0], data["words"]),
        }


class FestivalForm(AboutForm):
    """A festival from the list, which is the same for everybody."""

    festival = forms.ChoiceField(
        label=gettext_lazy("Festival"),
        help_text=gettext_lazy("The list begins with what comes next. It is the same for everybody."),
    )
    field_order = ("festival", "words", "before")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["festival"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Please choose")), *(_choice(*one) for one in festivals.pick_list(today))]

    def wanted(self, today: date) -> dict[str, Any]:
        """What the services take: the festival's days of the coming two years."""
        data = self.cleaned_data
        festival = festivals.BY_KEY[data["festival"]]
        return {
            "days": festivals.dates_of(festival, today),
            "each_year": False,
            "before": data["before"],
            "words": sealed_words(festival.words, data["words"]),
        }


def _choice(festival: festivals.Festival, day: date) -> tuple[str, str]:
    words = _("%(festival)s, about %(date)s") if festival.moon else _("%(festival)s, %(date)s")
    return festival.key, words % {"festival": festival.words, "date": date_format(day, "DATE_FORMAT")}
