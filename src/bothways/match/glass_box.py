"""What this room holds about a person, in words, and how it lets go of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.match import services, words
from bothways.match.access import of_person
from bothways.match.models import Answer, LeftOver, Proposal
from bothways.programme import api as programme

STATES = {
    Proposal.State.OPEN: gettext_lazy("open"),
    Proposal.State.MADE: gettext_lazy("became a pair"),
    Proposal.State.CLOSED: gettext_lazy("closed"),
}


def export(who: Acting) -> list[Section]:
    return [_proposals(who), _left_over(who)]


def erase(person_id: uuid.UUID) -> None:
    services.cut_loose(person_id)


def _proposals(who: Acting) -> Section:
    mine = Answer.objects.filter(proposal=OuterRef("pk"), person_id=who.person_id)
    found = Proposal.objects.filter(of_person(who.person_id)).annotate(i_said_yes=Exists(mine))
    names = {one.id: one.name for one in programme.all_programmes()}
    rows: list[dict[str, Any]] = [
        {
            "at": one.made_at,
            "programme": names.get(one.programme_id, ""),
            "until": one.expires_at,
            "state": str(STATES[Proposal.State(one.state)]),
            "answer": pgettext("proposal", "yes") if one.i_said_yes else "",
            "reasons": " ".join(words.explain_reasons(one.reasons)),
        }
        for one in found.order_by("made_at", "id")
    ]
    labels: dict[str, Promise | str] = {
        "at": gettext_lazy("When"),
        "programme": gettext_lazy("Programme"),
        "until": gettext_lazy("Open until"),
        "state": gettext_lazy("State"),
        "answer": gettext_lazy("Your answer"),
        "reasons": gettext_lazy("Reasons, the same for both of you"),
    }
    return Section("proposals", gettext_lazy("Proposals to you"), labels, rows)


def _left_over(who: Acting) -> Section:
    rows = [
        {
            "programme": row.enrolment.programme.name,
            "reason": str(words.explain_left_over(row.reason)),
            "hints": " ".join(words.explain_hint(hint) for hint in row.hints),
        }
        for row in LeftOver.objects.filter(person_id=who.person_id).select_related("enrolment__programme")
    ]
    labels: dict[str, Promise | str] = {
        "programme": gettext_lazy("Programme"),
        "reason": gettext_lazy("Why"),
        "hints": gettext_lazy("What would help"),
    }
    return Section("left_over", gettext_lazy("Why you have no proposal"), labels, rows)


register("match", exporter=export, eraser=erase)
