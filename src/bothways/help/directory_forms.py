"""What coordinators type about services, and what members look for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import today
from bothways.core.pages.api import OnceField
from bothways.help.directory import GOOD_FOR, LONGEST, Entry
from bothways.help.models import Service
from bothways.help.searching import LONGEST as LONGEST_SEARCH
from bothways.help.words import KINDS, SORTS
from bothways.programme import api as programmes
from bothways.programme.api import Programme


class SearchForm(forms.Form):
    """What a member looks for. Whatever is typed finds something or nothing; nothing is an error."""

    q = forms.CharField(
        label=_("What are you looking for?"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
    kind = forms.ChoiceField(
        label=_("What is it about?"), required=False, choices=[("", _("Everything")), *KINDS.items()]
    )


class EntryForm(forms.Form):
    """An entry of the directory: about a place, never about a person."""

    sort = forms.ChoiceField(label=_("What is it?"), choices=list(SORTS.items()))
    kind = forms.ChoiceField(label=_("What is it about?"), choices=[("", _("Please choose")), *KINDS.items()])
    name = forms.CharField(
        label=_("Name of the service or offer"), max_length=120, help_text=_("Never the name of a person.")
    )
    about = forms.CharField(
        label=_("What people get there"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    area = forms.TypedChoiceField(label=_("For which area?"), required=False, coerce=int, empty_value=None)
    place = forms.CharField(label=_("Where it is"), max_length=200, required=False)
    hours = forms.CharField(label=_("When it is open"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Telephone of the service"),
        max_length=40,
        required=False,
        validators=[RegexValidator(r"^[0-9+()/ .\-]+$", _("Please use digits only."))],
        widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr"}),
    )
    web = forms.URLField(
        label=_("Its page on the web"), max_length=300, required=False, assume_scheme="https"
    )
    mail = forms.EmailField(label=_("Its email address"), max_length=254, required=False)
    languages = forms.TypedMultipleChoiceField(
        label=_("Languages spoken there"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "long"}),
    )
    valid_until = forms.DateField(
        label=_("Still true until"),
        help_text=_("After this day you are asked again, and members do not find it until you say yes."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    once = OnceField()

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area, languages = self.fields["area"], self.fields["languages"]
        assert isinstance(area, forms.ChoiceField) and isinstance(languages, forms.ChoiceField)
        tree = programmes.area_tree(programme.id)
        area.choices = [
            ("", _("The whole programme")),
            *((one.id, "\u2003" * depth + one.name) for one, depth in tree),
        ]
        languages.choices = programmes.languages_of(programme)
        self.fields["valid_until"].initial = today() + GOOD_FOR

    def clean_web(self) -> str:
        web = str(self.cleaned_data["web"] or "")
        if web and not web.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Please give an address that begins with https://."))
        return web

    def clean_valid_until(self) -> object:
        until = self.cleaned_data["valid_until"]
        if not today() <= until <= today() + LONGEST:
            raise forms.ValidationError(_("Please choose a day between today and two years from now."))
        return until

    @property
    def entry(self) -> Entry:
        """What was typed."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "once"}
        area, languages = given.pop("area"), given.pop("languages")
        return Entry(**given, area_id=area, languages=tuple(languages))


def typed_before(service: Service) -> dict[str, Any]:
    """An entry as its form shows it."""
    names = ("sort", "kind", "name", "about", "place", "hours", "phone", "web", "mail", "languages")
    given = {name: getattr(service, name) for name in names}
    return {**given, "area": service.area_id, "valid_until": max(service.valid_until, today())}
