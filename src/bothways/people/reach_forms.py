"""The form of the page "How Bothways reaches me"."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bothways.core.mailbox import api as mailbox
from bothways.core.outbox.api import DAILY, LETTER, SOON, TEXT, WEEKLY, in_quiet_hours
from bothways.core.said.api import time_words
from bothways.people.models import NO_MESSAGES, Person
from bothways.people.reach_services import IN_QUIET_HOURS, Wanted


def hours() -> list[tuple[str, str]]:
    """Every full hour as people write it."""
    return [(f"{hour}", time_words(time(hour))) for hour in range(24)]


def per_week() -> list[tuple[str, str]]:
    """From one message a week up to the most that this installation sends."""
    return [
        (str(number), ngettext("%(number)d in a week", "%(number)d in a week", number) % {"number": number})
        for number in range(1, settings.NOTICES_PER_WEEK + 1)
    ]


class ReachForm(forms.Form):
    """How, how often and when."""

    notices_by = forms.ChoiceField(
        label=_("How do you want to hear that there is something new?"), widget=forms.RadioSelect
    )
    notices_both = forms.BooleanField(label=_("Send that also when a device shows it"), required=False)
    told = forms.ChoiceField(
        label=_("When?"),
        widget=forms.RadioSelect,
        choices=[
            (SOON, _("Soon after something happens")),
            (DAILY, _("Once a day, all in one")),
            (WEEKLY, _("Once a week, all in one")),
        ],
    )
    told_day = forms.TypedChoiceField(
        label=_("Day, for once a week"), coerce=int, choices=lambda: list(WEEKDAYS.items())
    )
    told_at = forms.TypedChoiceField(
        label=_("Hour, for once a day or a week"), coerce=lambda hour: time(int(hour)), choices=hours
    )
    notices_per_week = forms.TypedChoiceField(label=_("At most"), coerce=int, choices=per_week)
    quiet_from = forms.TypedChoiceField(
        label=_("Quiet hours: nothing from"), coerce=lambda hour: time(int(hour)), choices=hours
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Quiet hours: until"),
        help_text=_("By the clock where you live. The same hour twice means no quiet hours."),
        coerce=lambda hour: time(int(hour)),
        choices=hours,
    )
    calendar_letters = forms.BooleanField(
        label=_("Send me my meetings as invitations for my calendar, by letter (email)"),
        help_text=_(
            "Each shows the time of a meeting: no names and no places. They come besides the others, and not "
            "in quiet hours. What you answer in your calendar, only you see here. Your partner does not."
        ),
        required=False,
    )

    def __init__(
        self, data: Any = None, *, person: Person, may_text: bool = False, on_device: bool = False
    ) -> None:
        start = {
            "notices_by": person.notices_by,
            "notices_both": person.notices_both,
            "told": person.told,
            "told_day": person.told_day,
            "told_at": person.told_at.hour,
            "notices_per_week": min(person.notices_per_week or 7, settings.NOTICES_PER_WEEK),
            "quiet_from": person.quiet_from.hour,
            "quiet_until": person.quiet_until.hour,
            "calendar_letters": person.calendar_letters,
        }
        super().__init__(data, initial=start)
        if not mailbox.is_on():
            del self.fields["calendar_letters"]
        by_text = [(TEXT, _("By text message (SMS)"))] if may_text or person.notices_by == TEXT else []
        field = self.fields["notices_by"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (LETTER, _("By letter (email)")),
            *by_text,
            (NO_MESSAGES, _("Not at all: I look here myself")),
        ]
        self.both_before = person.notices_both
        if on_device:
            field.label = _("What if no device of yours shows it?")
        else:
            del self.fields["notices_both"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or cleaned["told"] == SOON:
            return cleaned
        if in_quiet_hours(cleaned["told_at"], cleaned["quiet_from"], cleaned["quiet_until"]):
            self.add_error("told_at", IN_QUIET_HOURS)
        return cleaned

    def wanted(self) -> Wanted:
        """What was chosen."""
        said = {"calendar_letters": False, "notices_both": self.both_before, **self.cleaned_data}
        if said["notices_per_week"] == settings.NOTICES_PER_WEEK:
            # The most there is: it moves with what the installation sends.
            said["notices_per_week"] = None
        return Wanted(**said)


class NumberForm(forms.Form):
    """My phone number."""

    number = forms.CharField(
        label=_("Your phone number"),
        help_text=_("With + and the number of your country in front. A code is sent to it."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"}),
        error_messages={"required": _("Please write your phone number.")},
    )


class PhoneCodeForm(forms.Form):
    """The code that reached my phone."""

    code = forms.CharField(
        label=_("The code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
        error_messages={"required": _("Please write the code from the text message.")},
    )
