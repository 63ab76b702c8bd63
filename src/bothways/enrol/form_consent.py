"""The step of the consents: each purpose with its text, yes or no, nothing chosen beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.enrol import selectors
from bothways.enrol.forms import StepForm
from bothways.programme import api as programmes
from bothways.programme.api import ConsentText

# What a no leads to; nothing else happens.
_AFTER_NO: dict[str, Promise | str] = {
    "match": _("If you say no, you can still be here, but nobody is proposed to you."),
    "contact": _("If you say no, you and your partner can still plan everything here."),
    "notices": _("If you say no, you find everything new on your home page here."),
    "figures": _("If you say no, you are not counted. Nothing else changes."),
}
_ANSWER = {"required": _("Please say yes or no.")}


@dataclass(frozen=True, slots=True)
class Question:
    """One purpose on the page. The number of the text goes along, so that nobody answers words unseen."""

    words: str
    field: BoundField
    text_name: str
    text_number: int


class ConsentForm(StepForm):
    template = "enrol/consent.html"

    def build(self) -> None:
        self.texts = programmes.standing_texts(self.enrolment.programme_id)
        said = selectors.standing(self.enrolment)
        for purpose in self.texts:
            given = said[purpose]
            self.fields[purpose] = forms.ChoiceField(
                label=str(programmes.PURPOSES[purpose]),
                choices=[("yes", _("Yes, I agree")), ("no", _("No"))],
                initial=None if given is None else ("yes" if given else "no"),
                widget=forms.RadioSelect,
                help_text=str(_AFTER_NO[purpose]),
                error_messages=_ANSWER,
            )

    def questions(self) -> list[Question]:
        """Each purpose with the newest text, for the template."""
        return [
            Question(programmes.consent_words(text), self[purpose], _text(purpose), text.pk)
            for purpose, text in self.texts.items()
        ]

    def said(self) -> dict[str, bool]:
        return {
            purpose: self.cleaned_data[purpose] == "yes"
            for purpose in self.texts
            if purpose in self.cleaned_data
        }

    def read(self) -> dict[str, int]:
        """The texts that were on the page, as far as they are still the newest."""
        return {purpose: text.pk for purpose, text in self.texts.items() if self._was_shown(purpose, text)}

    def _was_shown(self, purpose: str, text: ConsentText) -> bool:
        return str(self.data.get(_text(purpose), "")) == str(text.pk)

    def unanswer_new_texts(self) -> None:
        """A newer text came while the page was open: show it, without the answer to the older one."""
        posted = dict(self.data.items())
        for purpose, text in self.texts.items():
            if not self._was_shown(purpose, text):
                posted.pop(purpose, None)
        self.data = posted

    def answers(self) -> dict[str, Any]:
        return {}


def _text(purpose: str) -> str:
    return f"{purpose}_text"
