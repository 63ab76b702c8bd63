"""What this room holds about a person, in words, and how it lets go of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, Words, register
from bothways.enrol import checks, selectors, services, tries, words
from bothways.enrol.models import CodeTries, Enrolment
from bothways.programme import api as programmes
from bothways.programme.api import catalogue

STATES = {
    Enrolment.State.DRAFT: gettext_lazy("not sent yet"),
    Enrolment.State.WAITING: gettext_lazy("sent, not confirmed yet"),
    Enrolment.State.ACTIVE: gettext_lazy("active"),
    Enrolment.State.PAUSED: gettext_lazy("paused"),
}


def export(who: Acting) -> list[Section]:
    answers = [_answers(enrolment) for enrolment in selectors.of_person(who)]
    return [*answers, _consents(who), _checks(who), *_tries(who)]


def erase(person_id: uuid.UUID) -> None:
    services.withdraw_all(person_id)
    tries.forget(person_id)


def _answers(enrolment: Enrolment) -> Section:
    rows: list[dict[str, Any]] = [
        {"what": _("Began"), "value": enrolment.made_at},
        {"what": _("State"), "value": str(STATES[Enrolment.State(enrolment.state)])},
        {"what": _("Can be confirmed from"), "value": enrolment.confirm_from},
        {"what": _("Waiting for a partner since"), "value": enrolment.waiting_since},
        {"what": _("Paused since"), "value": enrolment.paused_at},
        {"what": _("Partners now"), "value": enrolment.partners},
    ]
    rows += [{"what": str(label), "value": value} for label, value in words.summary(enrolment)]
    return Section(
        f"enrolment-{enrolment.programme.slug}",
        _("Your enrolment in %(programme)s") % {"programme": enrolment.programme.name},
        {"what": gettext_lazy("What"), "value": gettext_lazy("What you said")},
        [row for row in rows if row["value"] is not None],
    )


def _consents(who: Acting) -> Section:
    return Section(
        "consents",
        gettext_lazy("What you agreed to"),
        {
            "programme": gettext_lazy("Programme"),
            "purpose": gettext_lazy("For what"),
            "given": gettext_lazy("Your answer"),
            "version": gettext_lazy("Version of the text"),
            "words": gettext_lazy("The text"),
            "at": gettext_lazy("When"),
            "replaced_at": gettext_lazy("Until"),
        },
        [
            {
                "programme": row.text.programme.name,
                "purpose": str(programmes.PURPOSES[row.purpose]),
                "given": pgettext("consent", "yes") if row.given else pgettext("consent", "no"),
                "version": row.text.version,
                "words": programmes.consent_words(row.text),
                "at": row.at,
                "replaced_at": row.replaced_at,
            }
            for row in selectors.history(who)
        ],
    )


def _checks(who: Acting) -> Section:
    return Section(
        "checks",
        gettext_lazy("Your checks"),
        {
            "programme": gettext_lazy("Programme"),
            "kind": gettext_lazy("Check"),
            "asked_at": gettext_lazy("You made a code"),
            "code_until": gettext_lazy("The code works until"),
            "set_at": gettext_lazy("Set by a coordinator"),
            "valid_until": gettext_lazy("Valid until"),
        },
        [
            {
                "programme": row.enrolment.programme.name,
                "kind": str(catalogue.CHECKS[row.kind].words),
                "asked_at": row.asked_at,
                "code_until": row.code_until,
                "set_at": row.set_at,
                "valid_until": row.valid_until,
            }
            for row in checks.history(who.person_id)
        ],
    )


def _tries(who: Acting) -> list[Section]:
    row = CodeTries.objects.filter(person_id=who.person_id).first()
    if row is None:
        return []
    labels: dict[str, Words] = {"since": gettext_lazy("Since"), "wrong": gettext_lazy("How many")}
    rows = [{"since": row.since, "wrong": row.wrong}]
    return [Section("code-tries", gettext_lazy("Wrong codes for checks that you typed"), labels, rows)]


register("enrol", exporter=export, eraser=erase)
