"""The step of the languages: rows of a language and a level; an empty row is always there for one more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.enrol.answers import LEVELS, MOST_LANGUAGES
from bothways.enrol.forms import Choices, StepForm
from bothways.programme import api as programmes
from bothways.programme.api import Programme, catalogue

_LABELS: dict[str, tuple[Promise | str, Promise | str]] = {
    "speak": (_("A language I speak"), _("How well I speak it")),
    "learn": (_("A language I would like to learn"), _("How well I speak it now")),
}
_ROW = _("Please choose both, a language and how well you speak it.")
_TWICE = _("You chose a language twice. Please keep one line for each language.")


class LanguagesForm(StepForm):
    template = "enrol/languages.html"

    def build(self) -> None:
        offered = programmes.languages_of(self.enrolment.programme)
        self._languages: Choices = [("", _("No language")), *offered]
        self._levels: Choices = [("", _("Choose one")), *enumerate(catalogue.LEVELS)]
        self._rows: dict[str, int] = {}
        for group in _LABELS:
            saved: list[int] = getattr(self.enrolment, group)
            self._rows[group] = (
                self._posted_rows(group) if self.is_bound else min(len(saved) + 1, MOST_LANGUAGES)
            )
            for number in range(self._rows[group]):
                self._add_row(group, number, saved[number] if number < len(saved) else None)

    def _posted_rows(self, group: str) -> int:
        return sum(1 for number in range(MOST_LANGUAGES) if _name(group, number, "language") in self.data)

    def _add_row(self, group: str, number: int, saved: int | None) -> None:
        language, level = (None, None) if saved is None else divmod(saved, LEVELS)
        language_label, level_label = _LABELS[group]
        parts: tuple[tuple[str, Promise | str, Choices, int | None], ...] = (
            ("language", language_label, self._languages, language),
            ("level", level_label, self._levels, level),
        )
        for part, label, choices, initial in parts:
            self.fields[_name(group, number, part)] = forms.TypedChoiceField(
                label=str(label),
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=initial,
            )

    def rows(self) -> dict[str, list[tuple[BoundField, BoundField]]]:
        """The rows of both groups, for the template."""
        return {
            group: [
                (self[_name(group, number, "language")], self[_name(group, number, "level")])
                for number in range(count)
            ]
            for group, count in self._rows.items()
        }

    def clean(self) -> dict[str, Any]:
        for group, count in self._rows.items():
            self._check_rows(group, count)
        exchange = self.enrolment.programme.kind == Programme.Kind.EXCHANGE
        needed = {"speak": _("Please name at least one language that you speak.")}
        if exchange:
            needed["learn"] = _("Please name at least one language that you would like to learn.")
        for group, sentence in needed.items():
            names = [name for name in self.fields if name.startswith(group)]
            if not self._codes(group) and not any(name in self.errors for name in names):
                self._complain(_name(group, 0, "language"), sentence)
        return self.cleaned_data

    def _check_rows(self, group: str, count: int) -> None:
        seen: set[int] = set()
        for number in range(count):
            language_name, level_name = _name(group, number, "language"), _name(group, number, "level")
            language, level = self.cleaned_data.get(language_name), self.cleaned_data.get(level_name)
            if language is not None and level is None and level_name not in self.errors:
                self.add_error(level_name, _ROW)
            elif language in seen:
                self.add_error(language_name, _TWICE)
            if language is not None:
                seen.add(language)

    def _complain(self, name: str, sentence: Promise | str) -> None:
        self.add_error(name if name in self.fields else None, sentence)  # type: ignore[arg-type]

    def _codes(self, group: str) -> list[int]:
        found = []
        for number in range(self._rows[group]):
            language = self.cleaned_data.get(_name(group, number, "language"))
            level = self.cleaned_data.get(_name(group, number, "level"))
            if language is not None and level is not None:
                found.append(language * LEVELS + level)
        return found

    def answers(self) -> dict[str, Any]:
        return {group: self._codes(group) for group in _LABELS}


def _name(group: str, number: int, part: str) -> str:
    return f"{group}_{number}_{part}"
