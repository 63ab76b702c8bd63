"""What invented people do, in batches: arrive, answer, begin to meet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.walls import api as walls
from bothways.demo.members import Invented
from bothways.demo.place import arrive, days_ago, sign_in
from bothways.enrol import api as enrol
from bothways.match import api as match
from bothways.programme import api as programmes


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who will join, `when` days ago."""

    programme_id: uuid.UUID
    invented: Invented
    address: str
    when: float


@dataclass(frozen=True, slots=True)
class Living:
    """An invented member in the middle of the story."""

    who: Acting
    invented: Invented


def come(batch: Sequence[Arriving]) -> list[Living]:
    """Each opens an account, fills in the form, agrees, and confirms after the pause."""
    return [_comes(one) for one in batch]


def _comes(one: Arriving) -> Living:
    programme = programmes.by_id(one.programme_id)
    with travelled(days_ago(one.when)):
        with transaction.atomic():
            who = arrive(one.address, one.invented.name, one.invented.language)
            with walls.acting_with(who.token):
                enrolment = enrol.start(who, programme=programme)
                enrol.save(who, enrolment_id=enrolment.pk, side=one.invented.side, **one.invented.answers)
                agreed = dict.fromkeys(programmes.standing_texts(programme.pk), True)
                enrol.consent(who, enrolment_id=enrolment.pk, answers=agreed)
                enrol.send(who, enrolment_id=enrolment.pk)
        with travelled(timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)), walls.acting_with(who.token):
            enrol.confirm(who, enrolment_id=enrolment.pk)
    return Living(who, one.invented)


@dataclass(frozen=True, slots=True)
class Answering:
    living: Living
    when: float


def answer(batch: Sequence[Answering]) -> list[Living]:
    """Whoever has a proposal signs in again and answers it; returns those people, freshly signed in."""
    answered = (_answers(one.living, one.when) for one in batch)
    return [living for living in answered if living is not None]


def _answers(one: Living, when: float) -> Living | None:
    with travelled(days_ago(when)):
        awake = Living(sign_in(one.who.person_id), one.invented)
        with walls.acting_with(awake.who.token):
            waiting = match.open_proposals(awake.who)
            for proposal in waiting:
                # The other may have closed it a moment ago, in another process: nothing is left to answer.
                with suppress(Refused):
                    match.answer(awake.who, proposal_id=proposal.pk, yes=one.invented.luck[0] < 0.85)
    if not waiting:
        return None
    return awake
