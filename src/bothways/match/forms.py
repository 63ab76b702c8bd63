from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AnswerForm(forms.Form):
    """The two buttons under a proposal."""

    answer = forms.ChoiceField(
        choices=[("yes", pgettext_lazy("proposal", "Yes")), ("no", pgettext_lazy("proposal", "No"))],
        error_messages={
            "required": _("Please choose yes or no."),
            "invalid_choice": _("Please choose yes or no."),
        },
    )

    @property
    def yes(self) -> bool:
        return bool(self.cleaned_data["answer"] == "yes")
