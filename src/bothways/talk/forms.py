"""What people type to each other."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bothways.core.pages.api import OnceField
from bothways.core.texts.api import MAX_LENGTH


class WordsField(forms.CharField):
    """Words over several lines, with a plain sentence for those that are too many."""

    def to_python(self, value: Any) -> str:
        # Browsers send two characters for the end of a line, and people count one.
        return str(super().to_python(value)).replace("\r\n", "\n")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > MAX_LENGTH:
            numbers = {
                "most": number_format(MAX_LENGTH, force_grouping=True),
                "has": number_format(len(value), force_grouping=True),
            }
            raise ValidationError(
                _(
                    "This is too long for one message: it has %(has)s letters and signs, and there is room "
                    "for %(most)s. Please make it shorter, or send it in parts."
                )
                % numbers
            )


class MessageForm(forms.Form):
    """A message."""

    words = WordsField(
        label=gettext_lazy("Your message"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    only_here = forms.BooleanField(
        label=gettext_lazy("This one only here, not on my partner's phone"), required=False
    )
    once = OnceField()

    def __init__(self, *args: Any, by_text: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_text:
            # Only where messages go to a phone is there a choice.
            del self.fields["only_here"]
