"""What a round found, written in one transaction: proposals, reasons, notices and the word "done"."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.events.api import record, record_all
from bothways.core.outbox.api import tell_all
from bothways.enrol import api as enrol
from bothways.match.access import lock
from bothways.match.faults import Overtaken
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.reading import Reading, read
from bothways.programme import api as programme

if TYPE_CHECKING:
    from bothways.match.pairing import Choice, Couple

# For so long somebody's reason and hints stay as they are, whatever they change and however many rounds run.
HINTS_REST = timedelta(days=7)
BATCH = 1000


def write(
    mine: Round,
    one: programme.Programme,
    reading: Reading,
    choice: Choice,
    *,
    again_at: datetime | None = None,
) -> None:
    """All of it or nothing. Raises Overtaken when the round is not this worker's any more."""
    with transaction.atomic():
        if not lock(Round.objects.filter(**mine.held_as)).exists():
            raise Overtaken
        couples, left_over = _still_standing(one.id, reading, choice)
        proposals = _propose(mine, one, couples)
        if mine.kind == Round.Kind.FULL:
            _say_why(mine, left_over)
        _tell(mine, proposals)
        Round.objects.filter(id=mine.id).update(
            state=Round.State.DONE,
            stage="done",
            progress=100,
            checked=choice.checked,
            whole=choice.whole,
            one_in=choice.one_in,
            again_at=again_at,
            finished_at=now(),
        )
        record("round.done", programme_id=one.id, object_id=mine.id)


def _still_standing(
    programme_id: uuid.UUID, reading: Reading, choice: Choice
) -> tuple[list[Couple], list[LeftOver]]:
    """What was chosen, without those who changed anything since they were read.

    Their enrolments are held first, by id, so that nobody withdraws while the proposals are written.
    """
    ids = [row["id"] for row in reading.rows]
    for start in range(0, len(ids), BATCH):
        held = enrol.Enrolment.objects.filter(id__in=ids[start : start + BATCH]).order_by("id")
        list(lock(held).values_list("id", flat=True))
    fresh = read(programme_id)
    before = {row["id"]: row for row in reading.rows}
    same = {
        row["id"]
        for row in fresh.rows
        if before.get(row["id"]) == row and fresh.places(row) == reading.places(row)
    }
    couples = [
        couple
        for couple in choice.couples
        if couple.left["id"] in same
        and couple.right["id"] in same
        and not fresh.between(couple.left["person_id"], couple.right["person_id"])
    ]
    return couples, [row for row in choice.left_over if row.enrolment_id in same]


def _propose(mine: Round, one: programme.Programme, couples: list[Couple]) -> list[Proposal]:
    moment = now()
    proposals = [
        Proposal(
            round=mine,
            programme_id=one.id,
            left_id=couple.left["id"],
            right_id=couple.right["id"],
            left_person=couple.left["person_id"],
            right_person=couple.right["person_id"],
            reasons=couple.reasons,
            score=couple.score,
            made_at=moment,
            expires_at=moment + timedelta(days=one.answer_days),
        )
        for couple in couples
    ]
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    return proposals


def _say_why(mine: Round, left_over: list[LeftOver]) -> None:
    """Reasons and hints, for each person anew once in `HINTS_REST`: whoever changes their wishes again and
    again to find out about somebody learns no more than one thing in that time."""
    here = LeftOver.objects.filter(round__programme_id=mine.programme_id)
    here.exclude(round__asked_at__gt=mine.asked_at - HINTS_REST).delete()
    resting = set(here.values_list("enrolment_id", flat=True))
    fresh = [row for row in left_over if row.enrolment_id not in resting]
    for row in fresh:
        row.round = mine
    LeftOver.objects.bulk_create(fresh, batch_size=BATCH)


def _tell(mine: Round, proposals: list[Proposal]) -> None:
    """An event for each of the two, and a notice for those who agreed to notices. Each proposal has its own:
    it is gone when that proposal closes, and the others still wait."""
    ordered = list(_people_of(proposals))
    record_all("proposal.sent", ordered, programme_id=mine.programme_id)
    agreed = enrol.agreeing_people(mine.programme_id, programme.ConsentText.Purpose.NOTICES)
    # In one statement for everybody's first, one for the second of those who have two, and so on.
    before: Counter[uuid.UUID] = Counter()
    by_number: dict[int, list[tuple[uuid.UUID, str]]] = {}
    for person, proposal_id in ordered:
        if person in agreed:
            path = reverse("proposal", args=[proposal_id])
            by_number.setdefault(before[person], []).append((person, path))
            before[person] += 1
    for number, paths in by_number.items():
        tell_all("proposal.new", paths, key=f"round-{mine.id}-{number}")


def _people_of(proposals: list[Proposal]) -> Iterable[tuple[uuid.UUID, uuid.UUID]]:
    for proposal in proposals:
        for person in proposal.people:
            yield person, proposal.id
