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
from bothways.pair import api as pairs
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
                agreed = dict.fromkeys(programmes.standing_text_ids(programme.pk), True)
                enrol.consent(who, enrolment_id=enrolment.pk, answers=agreed)
                enrol.send(who, enrolment_id=enrolment.pk)
        with travelled(timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)), walls.acting_with(who.token):
            enrol.confirm(who, enrolment_id=enrolment.pk)
    return Living(who, one.invented)


@dataclass(frozen=True, slots=True)
class Answering:
    living: Living
    when: float


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody who had proposals, freshly signed in, and their pairs where their yes was the second."""

    living: Living
    pairs: list[pairs.Pair]


def answer(batch: Sequence[Answering]) -> list[Answered]:
    """Whoever has a proposal signs in again and answers it."""
    answered = (_answers(one.living, one.when) for one in batch)
    return [one for one in answered if one is not None]


def _answers(one: Living, when: float) -> Answered | None:
    with travelled(days_ago(when)):
        awake = Living(sign_in(one.who.person_id), one.invented)
        with walls.acting_with(awake.who.token):
            waiting = match.open_proposals(awake.who)
            made = [_makes_a_pair(awake, proposal.pk) for proposal in waiting]
            mine = pairs.pairs_of(awake.who) if any(made) else []
    return Answered(awake, mine) if waiting else None


def _makes_a_pair(one: Living, proposal_id: uuid.UUID) -> bool:
    # The other may have closed it a moment ago, in another process: nothing is left to answer.
    with suppress(Refused):
        said = match.answer(one.who, proposal_id=proposal_id, yes=one.invented.luck[0] < 0.85)
        return said.state == match.Proposal.State.MADE
    return False
