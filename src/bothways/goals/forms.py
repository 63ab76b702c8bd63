"""What somebody types about a next step."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.core.pages.api import OnceField

WORDS_LENGTH = 300


class GoalForm(forms.Form):
    """A next step, and who reads it."""

    words = forms.CharField(
        label=_("A next step of mine"),
        max_length=WORDS_LENGTH,
        help_text=_("For example: learn to drive, or find a course."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    pair = forms.TypedChoiceField(
        label=_("Who else may read it?"),
        coerce=uuid.UUID,
        required=False,
        empty_value=None,
        help_text=_("Who reads it also sees whether it is done."),
    )
    once = OnceField()

    def __init__(self, *args: Any, partners: list[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pair"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Nobody")), *partners]
        if not partners:
            field.widget = forms.HiddenInput()

    def clean_words(self) -> str:
        return str(self.cleaned_data["words"]).replace("\r\n", "\n")
