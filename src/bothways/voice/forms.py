"""The four questions as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.voice.questions import ANSWERS, QUESTIONS


class QuestionsForm(forms.Form):
    """One choice for each question; none is made beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = _("Please choose one. “I would rather not say” is fine too.")
        for key, words in QUESTIONS.items():
            self.fields[key] = forms.ChoiceField(
                label=str(words),
                choices=list(ANSWERS.items()),
                widget=forms.RadioSelect,
                error_messages={"required": wanted, "invalid_choice": wanted},
            )
