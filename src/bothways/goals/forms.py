"""What somebody types about a next step."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

WORDS_LENGTH = 300


class OnceField(forms.UUIDField):
    """A hidden mark made with the page: the same form sent twice does its thing once."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


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
