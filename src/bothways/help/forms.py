"""What people type when they ask and answer."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bothways.core.texts.api import MAX_LENGTH
from bothways.help.words import KINDS

COORDINATORS = "coordinators"


class OnceField(forms.UUIDField):
    """A hidden mark made with the page: the same form sent twice does its thing once."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class RequestForm(forms.Form):
    """A request. `partners` are my live pairs in the programme: id and what to call the partner."""

    to = forms.ChoiceField(label=_("Whom do you ask?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Please choose")), *KINDS.items()])
    words = forms.CharField(
        label=_("Your words"),
        max_length=MAX_LENGTH,
        help_text=_("Say what you need. You need not say your name, unless you want to."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    once = OnceField()

    def __init__(self, *args: Any, partners: list[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *((str(pair_id), name) for pair_id, name in partners),
            (COORDINATORS, _("The coordinators of the programme")),
        ]
        if not partners:
            field.initial = COORDINATORS

    @property
    def pair_id(self) -> uuid.UUID | None:
        """The pair whose partner is asked, or None for the coordinators."""
        to = self.cleaned_data["to"]
        return None if to == COORDINATORS else uuid.UUID(to)


class ReplyForm(forms.Form):
    """Words under a request."""

    words = forms.CharField(
        label=_("Your words"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    once = OnceField()
