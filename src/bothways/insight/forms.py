from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.insight.wording import CALL_LENGTH, FOLLOW_UP_LENGTH


class FollowUpForm(forms.Form):
    words = forms.CharField(
        label=_("What was done about the points of the last report"),
        help_text=_(
            "Everybody reads this, beside the figures. Write about the programme. Never write about a "
            "person, also not without a name."
        ),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        max_length=FOLLOW_UP_LENGTH,
        required=False,
    )


class CallForm(forms.Form):
    words = forms.CharField(
        label=_("What you ask for"),
        help_text=_(
            "Everybody who offers something in this programme and agreed to notices is told that there is "
            "a call. Anybody can read it on the programme's page. Never write about a person."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        max_length=CALL_LENGTH,
    )
