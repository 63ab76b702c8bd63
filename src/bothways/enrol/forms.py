"""The questions of the steps. Each form knows how its fields become answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bothways.enrol import words
from bothways.enrol.answers import RADII
from bothways.enrol.models import Enrolment
from bothways.people.api import NAME_LENGTH
from bothways.programme import api as programmes
from bothways.programme.api import catalogue

Choices = list[tuple[Any, Any]]
_CHOOSE = {"required": _("Please choose one.")}


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("What may your partner call you?"),
        help_text=_("A first name or a short name. Only a partner whom you said yes to will see it."),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"}),
        error_messages={"required": _("Please give a name.")},
    )


class StepForm(forms.Form):
    """One step of one enrolment."""

    template: ClassVar[str] = "enrol/step.html"

    def __init__(self, enrolment: Enrolment, data: Any = None) -> None:
        self.enrolment = enrolment
        super().__init__(data)
        self.build()

    def build(self) -> None:
        """Add the fields, filled with what is saved."""
        raise NotImplementedError

    def answers(self) -> dict[str, Any]:
        """What to save: the answers of the fields that are filled in rightly."""
        raise NotImplementedError

    def _one(self, name: str, label: Promise | str, choices: Choices, initial: Any, **more: Any) -> None:
        self.fields[name] = forms.TypedChoiceField(
            label=str(label),
            choices=choices,
            coerce=int,
            initial=initial,
            widget=more.pop("widget", forms.RadioSelect),
            error_messages=_CHOOSE,
            **more,
        )

    def _some(
        self, name: str, label: Promise | str, items: Iterable[catalogue.Item], chosen: int, **more: Any
    ) -> None:
        rows = list(items)
        self.fields[name] = forms.TypedMultipleChoiceField(
            label=str(label),
            choices=[(item.number, item.words) for item in rows],
            coerce=int,
            initial=[item.number for item in rows if item.bit & chosen],
            widget=forms.CheckboxSelectMultiple,
            **more,
        )

    def _kept(self, *names: str) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def _as_bits(self, *names: str) -> dict[str, int]:
        return {name: sum(1 << number for number in set(value)) for name, value in self._kept(*names).items()}


class SideForm(StepForm):
    def build(self) -> None:
        sides = programmes.sides(self.enrolment.programme_id)
        choices = [(side.number, _named(side.name, side.about)) for side in sides]
        initial = self.enrolment.side.number if self.enrolment.side else None
        self._one("side", _("I would like to take part like this"), choices, initial)

    def answers(self) -> dict[str, Any]:
        return self._kept("side")


class PlaceForm(StepForm):
    def build(self) -> None:
        areas = [("", _("Choose a place")), *_grouped(programmes.leaves(self.enrolment.programme_id))]
        self._one("area", _("Place"), areas, self.enrolment.area_id, widget=forms.Select)
        radii = [(kilometres, words.radius(kilometres)) for kilometres in RADII]
        self._one("radius_km", _("How far would you go to meet somebody?"), radii, self.enrolment.radius_km)

    def answers(self) -> dict[str, Any]:
        return self._kept("area", "radius_km")


class WaysForm(StepForm):
    def build(self) -> None:
        self._some(
            "modes",
            _("Ways that suit you"),
            catalogue.MODES,
            self.enrolment.modes,
            error_messages={"required": _("Please choose at least one way to meet.")},
        )

    def answers(self) -> dict[str, Any]:
        return self._as_bits("modes")


class InterestsForm(StepForm):
    def build(self) -> None:
        asked = catalogue.chosen(catalogue.INTERESTS, self.enrolment.programme.interests)
        self._some("interests", _("What I like"), asked, self.enrolment.interests, required=False)

    def answers(self) -> dict[str, Any]:
        return self._as_bits("interests")


class NeedsForm(StepForm):
    def build(self) -> None:
        offered = self.enrolment.programme.needs
        self._some(
            "needs",
            _("What I need of the other person"),
            catalogue.chosen(catalogue.NEEDS, offered),
            self.enrolment.needs,
            required=False,
            help_text=_(
                "We propose only people who say that this is so for them. Tick only what you really need."
            ),
        )
        self._some(
            "facts",
            _("What I say about myself"),
            catalogue.chosen(catalogue.FACTS, offered),
            self.enrolment.facts,
            required=False,
            help_text=_(
                "You need not say anything here. We use it only to find out if what somebody needs "
                "is so for you. It is used for nothing else, and nobody is shown it."
            ),
        )

    def answers(self) -> dict[str, Any]:
        return self._as_bits("needs", "facts")


class PartnersForm(StepForm):
    def build(self) -> None:
        most = self.enrolment.side.max_capacity if self.enrolment.side else 1
        choices = [(number, words.partners(number)) for number in range(1, most + 1)]
        self._one("capacity", _("At the same time, at most"), choices, self.enrolment.capacity)

    def answers(self) -> dict[str, Any]:
        return self._kept("capacity")


class CheckForm(StepForm):
    """Nothing to fill in: only the button that sends."""

    template = "enrol/check.html"

    def build(self) -> None:
        return

    def answers(self) -> dict[str, Any]:
        return {}


def _named(name: str, about: str) -> str:
    return _now("%(name)s: %(about)s") % {"name": name, "about": about} if about else name


def _grouped(leaves: list[programmes.Area]) -> Choices:
    """Areas under the names of the areas that hold them."""
    loose: Choices = []
    groups: dict[str, Choices] = {}
    for leaf in leaves:
        row = (leaf.pk, leaf.name)
        (groups.setdefault(leaf.parent.name, []) if leaf.parent else loose).append(row)
    return [*loose, *groups.items()]
