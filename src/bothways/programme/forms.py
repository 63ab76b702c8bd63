"""Forms of the set-up. They check shapes; what is allowed is for the services to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from bothways.programme import catalogue
from bothways.programme.languages import sorted_labels
from bothways.programme.models import Area, ConsentText, Programme, Side
from bothways.programme.services.consent import MOST_CHARACTERS
from bothways.programme.services.places import MOST_PAIRS
from bothways.programme.services.setup import SideWords
from bothways.programme.zones import zone_choices

KINDS = [
    (
        Programme.Kind.COMPANY.value,
        _("Two sides: some people offer company or help, others would like it"),
    ),
    (Programme.Kind.EXCHANGE.value, _("One side: everybody gives and takes, like a language exchange")),
]


def _words(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


def _line(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "auto", **attributes})


def _code() -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("20 letters and digits. Capitals and dashes do not matter."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )


def _public_name() -> forms.CharField:
    return forms.CharField(
        label=_("Your public name in this programme"),
        max_length=80,
        help_text=_("Everybody sees it. It need not be the name that partners call you."),
        widget=_line(autocomplete="off"),
    )


def _name_of_programme() -> forms.CharField:
    return forms.CharField(label=_("Name of the programme"), max_length=80, widget=_line())


def _purpose() -> forms.CharField:
    return forms.CharField(
        label=_("What it is for"),
        max_length=1000,
        help_text=_("A few sentences that everybody can read. At most 1,000 characters."),
        widget=_words(5),
    )


class NewForm(forms.Form):
    """A new programme."""

    code = _code()
    public_name = _public_name()
    name = _name_of_programme()
    slug = forms.CharField(
        label=_("Address"),
        max_length=60,
        help_text=_(
            "Letters from a to z, digits and dashes, like 'river-valley'. It cannot be changed later."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none", "autocomplete": "off"}),
    )
    purpose = _purpose()
    kind = forms.ChoiceField(
        label=_("Kind of programme"),
        help_text=_("It cannot be changed later."),
        choices=KINDS,
        widget=forms.RadioSelect,
        initial=Programme.Kind.COMPANY.value,
    )


class BasicsForm(forms.Form):
    """Name, purpose and rhythm."""

    name = _name_of_programme()
    purpose = _purpose()
    time_zone = forms.ChoiceField(label=_("Time zone"))
    round_every_days = forms.IntegerField(
        label=_("Days between rounds"),
        required=False,
        min_value=1,
        max_value=366,
        help_text=_("A round looks for pairs. Left empty, rounds start only when you press the button."),
    )
    between_rounds = forms.BooleanField(
        label=_("Look for pairs between rounds too"),
        required=False,
        help_text=_(
            "Somebody new is then fitted in within minutes, and no proposal or pair that is there changes. "
            "Without it people wait for the next round. "
            "It finds better pairs, because it sees more people at once."
        ),
    )
    answer_days = forms.IntegerField(
        label=_("Days to answer a proposal"),
        min_value=1,
        max_value=60,
        help_text=_("After that a proposal closes. Silence costs nobody anything."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices()
        known = {name for _label, zones in choices[1:] for name, _place in _pairs(zones)} | {"UTC"}
        # A zone that shares its place name with another is not in the list, but may be in use.
        self.fields["time_zone"].choices = choices if zone in known else [(zone, zone), *choices]  # type: ignore[attr-defined]


def _pairs(zones: object) -> list[tuple[str, str]]:
    return zones if isinstance(zones, list) else []


class SideForm(forms.Form):
    """One side."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=_line())
    about = forms.CharField(
        label=_("What people on this side do"), max_length=300, required=False, widget=_words(2)
    )
    max_capacity = forms.TypedChoiceField(
        label=_("Most partners at a time"), coerce=int, choices=[(number, number) for number in range(1, 6)]
    )
    checks = forms.TypedMultipleChoiceField(
        label=_("Checks before the first proposal"),
        coerce=int,
        required=False,
        choices=[(item.number, item.words) for item in catalogue.CHECKS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A member shows you the papers, and you set until when they are valid. Nothing else is kept. "
            "Tick only what is really needed: each one keeps people away."
        ),
    )

    def words(self, number: int) -> SideWords:
        """What was sent about the side with this number. Only after `is_valid`."""
        checks = catalogue.bits_of(catalogue.CHECKS, self.cleaned_data["checks"])
        return SideWords(number, **{**self.cleaned_data, "checks": checks})


def side_forms(sides: list[Side], data: Any = None) -> list[SideForm]:
    """One form for each side, filled from what was sent or from what is stored."""
    return [
        SideForm(
            data,
            prefix=f"side{side.number}",
            initial={
                "name": side.name,
                "about": side.about,
                "max_capacity": side.max_capacity,
                "checks": [item.number for item in catalogue.chosen(catalogue.CHECKS, side.checks)],
            },
        )
        for side in sides
    ]


class AreaForm(forms.Form):
    """A region, or the change of an area."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=_line())
    parent = forms.TypedChoiceField(label=_("Part of"), coerce=int, empty_value=None, required=False)
    capacity = forms.IntegerField(
        label=_("Most pairs at a time"),
        required=False,
        min_value=0,
        max_value=MOST_PAIRS,
        help_text=_("How many pairs can be looked after here, with everything under it. Nothing: no limit."),
    )

    def __init__(self, *args: Any, regions: list[tuple[Area, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Deeper regions are set in with a dash for each step, which a screen reader passes over.
        choices = [(area.id, " ".join(["–"] * depth + [area.name])) for area, depth in regions]
        self.fields["parent"].choices = [("", _("the whole programme")), *choices]  # type: ignore[attr-defined]


class ListsForm(forms.Form):
    """What the programme asks about."""

    interests = forms.TypedMultipleChoiceField(
        label=_("Interests"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    needs = forms.TypedMultipleChoiceField(
        label=_("What people may need of each other"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.TypedMultipleChoiceField(
        label=_("Languages"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Languages that people may want to speak or to learn."),
        error_messages={"required": _("Choose at least one language.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists = {
            "interests": [(item.number, item.words) for item in catalogue.INTERESTS],
            "needs": [(item.number, item.words) for item in catalogue.NEEDS],
            "languages": sorted_labels(range(len(catalogue.LANGUAGES))),
        }
        for name, choices in lists.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class TextForm(forms.Form):
    """The next version of a consent text, in every page language."""

    def __init__(self, *args: Any, text: ConsentText | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = text.words if text else {}
        for code, _name in settings.LANGUAGES:
            info = get_language_info(code)
            self.fields[code] = forms.CharField(
                label=info["name_local"],
                initial=words.get(code, ""),
                required=False,
                max_length=MOST_CHARACTERS,
                widget=forms.Textarea(
                    attrs={"rows": 6, "lang": code, "dir": "rtl" if info["bidi"] else "ltr"}
                ),
            )

    def words(self) -> dict[str, str]:
        """What was typed, by page language."""
        return {code: self.cleaned_data.get(code, "") for code, _name in settings.LANGUAGES}


class TakeUpForm(forms.Form):
    """Becoming a coordinator."""

    code = _code()
    public_name = _public_name()


class PublicNameForm(forms.Form):
    """My own public name."""

    public_name = _public_name()
