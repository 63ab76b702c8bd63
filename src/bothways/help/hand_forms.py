"""What is typed about hands."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import today
from bothways.core.pages.api import OnceField
from bothways.help.hand_models import MOST_HOURS
from bothways.help.hand_words import HANDS
from bothways.help.hands import CONTACT_LENGTH, FURTHEST
from bothways.programme import api as programmes

MEMBERS = "members"


class LikesForm(forms.Form):
    """One switch for each kind of work."""

    kinds = forms.MultipleChoiceField(
        label=_("What do you like to be asked for?"),
        help_text=_("Nobody sees what you mark. You get a notice when somebody asks for it, without a name."),
        required=False,
        choices=list(HANDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


class HandForm(forms.Form):
    """What somebody asks for. `partners` are live pairs: id and what to call the partner."""

    to = forms.ChoiceField(label=_("Whom do you ask first?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("What kind of work?"), choices=[("", _("Please choose")), *HANDS.items()]
    )
    day = forms.DateField(label=_("On which day?"), widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.IntegerField(
        label=_("For how many hours, about?"), min_value=1, max_value=MOST_HOURS, initial=2
    )
    area = forms.TypedChoiceField(label=_("Near which place?"), required=False, coerce=int, empty_value=None)
    once = OnceField()

    def __init__(
        self, *args: Any, partners: list[tuple[uuid.UUID, str]], programme_id: uuid.UUID, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        to, area = self.fields["to"], self.fields["area"]
        assert isinstance(to, forms.ChoiceField) and isinstance(area, forms.ChoiceField)
        to.choices = [
            *((str(pair_id), name) for pair_id, name in partners),
            (MEMBERS, _("Members of the programme who like such work")),
        ]
        if not partners:
            to.initial = MEMBERS
        places = programmes.area_tree(programme_id)
        area.choices = [
            ("", _("I say it later")),
            *((one.id, "\u2003" * depth + one.name) for one, depth in places),
        ]

    def clean_day(self) -> object:
        day = self.cleaned_data["day"]
        if not today() <= day <= today() + FURTHEST:
            raise forms.ValidationError(_("Please choose a day between today and four months from now."))
        return day

    @property
    def pair_id(self) -> uuid.UUID | None:
        """The pair whose partner is asked first, or None for members."""
        to = self.cleaned_data["to"]
        return None if to == MEMBERS else uuid.UUID(to)


class ReachForm(forms.Form):
    """How to reach me, for the one other person once both have said yes."""

    words = forms.CharField(
        label=_("How can the other reach you?"),
        help_text=_("They see this and your name when you have both said yes, and not before."),
        max_length=CONTACT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
