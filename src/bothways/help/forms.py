"""What people type when they ask and answer."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bothways.core.pages.api import OnceField
from bothways.core.texts.api import MAX_LENGTH
from bothways.help.ladder import NO_LADDER, WAITS, Ladder
from bothways.help.words import KINDS

COORDINATORS = "coordinators"


class LadderForm(forms.Form):
    """Where a request goes when nobody answers: one box a rung. `services` are those to choose from."""

    coordinators = forms.BooleanField(
        label=_("If nobody answers in time, the coordinators may see it."),
        help_text=_("They see what it is about; to read your words they must open it, and you see who did."),
        required=False,
    )
    to_service = forms.BooleanField(
        label=_("If then still nobody answers, give me the contact of a service."),
        help_text=_("The service reads nothing here. You get a message that you can show or send yourself."),
        required=False,
    )
    service = forms.ChoiceField(label=_("Which service?"), required=False)
    wait = forms.TypedChoiceField(
        label=_("How long shall each of them have?"),
        coerce=int,
        required=False,
        empty_value=None,
        initial=NO_LADDER.wait_days,
    )

    def __init__(
        self, *args: Any, services: list[tuple[uuid.UUID, str]], partner: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not partner:
            del self.fields["coordinators"]
        if not services:
            del self.fields["to_service"], self.fields["service"]
        if not partner and not services:
            del self.fields["wait"]
        self._choose("service", [("", _("Please choose")), *((str(pk), name) for pk, name in services)])
        self._choose(
            "wait",
            [(days, ngettext("%(days)s day", "%(days)s days", days) % {"days": days}) for days in WAITS],
        )

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("to_service") and not given.get("service") and "service" not in self.errors:
            self.add_error("service", _("Please choose a service, or take the mark away."))
        return given

    @property
    def ladder(self) -> Ladder:
        """What was agreed to."""
        given = self.cleaned_data
        service = given.get("service") if given.get("to_service") else None
        return Ladder(
            coordinators=bool(given.get("coordinators")),
            service_id=uuid.UUID(service) if service else None,
            wait_days=given.get("wait") or NO_LADDER.wait_days,
        )


class RequestForm(LadderForm):
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
    field_order = ["to", "kind", "words"]

    def __init__(
        self,
        *args: Any,
        partners: list[tuple[uuid.UUID, str]],
        services: list[tuple[uuid.UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, services=services, partner=bool(partners), **kwargs)
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
