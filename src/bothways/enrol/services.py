"""Writes: each by the person themself, in their own session, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.events.api import record, record_all
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.identity.api import Acting
from bothways.core.registry.api import fire
from bothways.enrol import access, answers, selectors, words
from bothways.enrol.models import Consent, Enrolment
from bothways.people import api as people
from bothways.programme import api as programmes
from bothways.programme.api import Programme, Side

State = Enrolment.State


@transaction.atomic
def start(who: Acting, *, programme: Programme) -> Enrolment:
    """Begin to enrol, or go on with what I began. Only in a programme that is open."""
    identity.confirm(who)
    found = Enrolment.objects.filter(programme=programme, person_id=who.person_id).first()
    if found:
        return found
    if not Programme.objects.filter(pk=programme.pk, open=True).exists():
        raise Refused(_("This programme takes no new members at the moment."))
    fresh = Enrolment(
        programme=programme,
        person_id=who.person_id,
        entry_id=who.entry_id,
        side=_only_side(programme),
        made_at=now(),
    )
    # Two devices may begin at the same moment; one row stays and both go on with it.
    Enrolment.objects.bulk_create([fresh], ignore_conflicts=True)
    standing = Enrolment.objects.get(programme=programme, person_id=who.person_id)
    if standing.pk == fresh.pk:
        _record("enrolment.started", standing)
    return standing


@transaction.atomic
def save(who: Acting, *, enrolment_id: uuid.UUID, **given: Any) -> Enrolment:
    """Keep some answers (see `answers.checked` for their names). A sent enrolment stays complete."""
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    changed = answers.checked(enrolment, given)
    if enrolment.state != State.DRAFT:
        lacking = answers.missing(enrolment)
        if lacking:
            raise Refused(words.lacking(lacking[0]))
        _record("enrolment.changed", enrolment)
    enrolment.entry_id = who.entry_id
    enrolment.save(update_fields=[*changed, "entry_id"])
    return enrolment


@transaction.atomic
def consent(
    who: Acting,
    *,
    enrolment_id: uuid.UUID,
    answers: Mapping[str, bool],
    read: Mapping[str, int] | None = None,
) -> None:
    """Say yes or no to some purposes, always to the newest text of each.

    `read` names the texts that were on the page; Refused when a newer one has come meanwhile,
    so that nobody agrees to words they have not seen.
    """
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    texts = programmes.standing_text_ids(enrolment.programme_id)
    if not set(answers) <= set(texts):
        raise Refused(_("That choice is not there any more. Please choose again."))
    if read is not None and any(read.get(purpose) != texts[purpose] for purpose in answers):
        raise Refused(_("The text has just changed. Please read it again and answer once more."))
    rows = Consent.objects.filter(enrolment=enrolment, replaced_at=None, purpose__in=list(answers))
    said = {row.purpose: (row.text_id, row.given) for row in rows}
    fresh = {
        purpose: given for purpose, given in answers.items() if said.get(purpose) != (texts[purpose], given)
    }
    moment = now()
    if said.keys() & fresh.keys():
        rows.filter(purpose__in=list(fresh)).update(replaced_at=moment)
    Consent.objects.bulk_create(
        Consent(
            enrolment=enrolment,
            text_id=texts[purpose],
            person_id=who.person_id,
            entry_id=who.entry_id,
            purpose=purpose,
            given=given,
            at=moment,
        )
        for purpose, given in fresh.items()
    )
    for kind, answer in (("consent.given", True), ("consent.refused", False)):
        times = sum(given is answer for given in fresh.values())
        record_all(kind, [(who.person_id, enrolment.pk)] * times, programme_id=enrolment.programme_id)
    settled = enrolment.state in {State.ACTIVE, State.PAUSED}
    if settled and fresh.get(selectors.Purpose.FIGURES):
        _record("enrolment.active", enrolment)


@transaction.atomic
def send(who: Acting, *, enrolment_id: uuid.UUID) -> Enrolment:
    """Send a complete enrolment; it becomes active only when I confirm it after a pause."""
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    if enrolment.state != State.DRAFT:
        return enrolment
    if not enrolment.programme.open:
        raise Refused(_("This programme takes no new members at the moment. Your answers are kept."))
    lacking = answers.missing(enrolment)
    if None in selectors.standing(enrolment).values():
        lacking.append("consent")
    if not people.my_name(who):
        lacking.append("name")
    if lacking:
        raise Refused(words.lacking(lacking[0]))
    enrolment.state = State.WAITING
    enrolment.confirm_from = now() + timedelta(seconds=settings.CONFIRM_AFTER_SECONDS)
    enrolment.entry_id = who.entry_id
    enrolment.save(update_fields=["state", "confirm_from", "entry_id"])
    _record("enrolment.sent", enrolment)
    return enrolment


@transaction.atomic
def confirm(who: Acting, *, enrolment_id: uuid.UUID) -> Enrolment:
    """Say a second time, after the pause, that I want this. From now on I may be matched."""
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    if enrolment.state in {State.ACTIVE, State.PAUSED}:
        return enrolment
    if enrolment.state == State.DRAFT or enrolment.confirm_from is None:
        raise Refused(_("Please fill in the steps and send them first."))
    moment = now()
    if moment < enrolment.confirm_from:
        opens = words.moment(enrolment.confirm_from, enrolment)
        raise Refused(_("It is too early. From %(time)s you can confirm.") % {"time": opens})
    enrolment.state = State.ACTIVE
    enrolment.waiting_since = moment
    enrolment.entry_id = who.entry_id
    enrolment.save(update_fields=["state", "waiting_since", "entry_id"])
    _record("enrolment.confirmed", enrolment)
    if selectors.standing(enrolment).get(selectors.Purpose.FIGURES):
        _record("enrolment.active", enrolment)
    return enrolment


@transaction.atomic
def pause(who: Acting, *, enrolment_id: uuid.UUID) -> Enrolment:
    """Not be matched for a while; pairs that stand are not touched."""
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    if enrolment.state == State.PAUSED:
        return enrolment
    if enrolment.state != State.ACTIVE:
        raise Refused(_("You can pause once you have confirmed. Until then nothing happens anyway."))
    enrolment.state = State.PAUSED
    enrolment.paused_at = now()
    enrolment.save(update_fields=["state", "paused_at"])
    _record("enrolment.paused", enrolment)
    return enrolment


@transaction.atomic
def resume(who: Acting, *, enrolment_id: uuid.UUID) -> Enrolment:
    """Be matched again. The wait before the pause still counts."""
    identity.confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    if enrolment.state == State.ACTIVE:
        return enrolment
    if enrolment.state != State.PAUSED or enrolment.waiting_since is None or enrolment.paused_at is None:
        raise Refused(_("There is no pause to end."))
    moment = now()
    enrolment.waiting_since = min(moment, enrolment.waiting_since + (moment - enrolment.paused_at))
    enrolment.state = State.ACTIVE
    enrolment.paused_at = None
    enrolment.save(update_fields=["state", "waiting_since", "paused_at"])
    _record("enrolment.resumed", enrolment)
    return enrolment


@transaction.atomic
def withdraw(who: Acting, *, enrolment_id: uuid.UUID) -> None:
    """Take my enrolment back, with all its answers. Doing it twice does it once."""
    identity.confirm(who)
    enrolment = Enrolment.objects.filter(id=enrolment_id).first()
    if enrolment is None:
        return
    if enrolment.person_id != who.person_id:
        raise Http404
    _hold_all_of(who.person_id)
    _take_away(enrolment)


def withdraw_all(person_id: uuid.UUID) -> None:
    """The person is leaving: every enrolment goes, in the transaction of the leaving."""
    _hold_all_of(person_id)
    for enrolment in Enrolment.objects.filter(person_id=person_id).order_by("id"):
        _take_away(enrolment)


def _hold_all_of(person_id: uuid.UUID) -> None:
    """Let the rooms above hold all rows of a person, in every programme, in the order of the house.

    One enrolment after the other would not do: two people with proposals to each other in two
    programmes could each hold what the other needs next.
    """
    fire("enrolment.withdrawing", person_id=person_id)


def _take_away(enrolment: Enrolment) -> None:
    # The rooms above first: they hold their own rows before ours, the same order in which an
    # acceptance takes them, so that the two cannot wait for each other.
    fire(
        "enrolment.withdrawn",
        enrolment_id=enrolment.pk,
        person_id=enrolment.person_id,
        programme_id=enrolment.programme_id,
    )
    held = access.lock(Enrolment.objects.filter(id=enrolment.pk)).first()
    if held is None:
        return
    _record("enrolment.withdrawn", held)
    held.delete()


def _only_side(programme: Programme) -> Side | None:
    sides = list(programme.sides.all()[:2])
    return sides[0] if len(sides) == 1 else None


def _record(kind: str, enrolment: Enrolment) -> None:
    record(
        kind,
        programme_id=enrolment.programme_id,
        person_id=enrolment.person_id,
        object_id=enrolment.pk,
    )
