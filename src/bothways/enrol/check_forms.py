"""What a coordinator types to set a check."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.enrol.check_services import latest


class CodeForm(forms.Form):
    """The code that a member showed or read out."""

    code = forms.CharField(
        label=_("The member's code"),
        max_length=20,
        help_text=_("8 letters and digits. Capitals, blanks and dashes do not matter."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )


class UntilForm(forms.Form):
    """Until when, for the code of the page before."""

    code = forms.CharField(max_length=20, widget=forms.HiddenInput)
    valid_until = forms.DateField(
        label=_("Valid until"),
        help_text=_("The last day on which it counts. At most five years from now."),
        error_messages={"invalid": _("Please write a day, like 2026-05-31.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].widget.attrs |= {
            "min": f"{today + timedelta(days=1):%Y-%m-%d}",
            "max": f"{latest(today):%Y-%m-%d}",
        }
