"""Rounds: asked for by a coordinator or by the clock, run by a worker, written in one transaction."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.events.api import record, record_all
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox.api import tell_all
from bothways.enrol import api as enrol
from bothways.match.access import lock
from bothways.match.faults import NotProved
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.reading import Reading, read
from bothways.match.words import NO_SUCH_ROUND
from bothways.programme import api as programme

if TYPE_CHECKING:
    from bothways.match.pairing import Choice, Couple

logger = logging.getLogger(__name__)
UNDER_WAY = (Round.State.QUEUED, Round.State.RUNNING)
# A worker that was not heard of for this long is taken for dead.
SILENCE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
# For so long somebody's reason and hints stay as they are, whatever they change and however many rounds run.
HINTS_REST = timedelta(days=7)
BATCH = 1000
PROGRESS = {"reading": 5, "listing": 15, "solving": 45, "checking": 60, "explaining": 70, "writing": 85}


class Overtaken(Exception):
    """Another worker has taken this round up, or it is finished."""


def start_round(who: Acting, *, programme_id: uuid.UUID) -> Round:
    """Ask for a round now, as a coordinator. While one is under way that one is returned: pressing
    the button again starts nothing."""
    with transaction.atomic():
        confirm(who)
        if programme.coordinating(who, programme_id) is None:
            raise PermissionDenied
        return ask(programme_id, person_id=who.person_id)


def ask(programme_id: uuid.UUID, *, person_id: uuid.UUID | None = None) -> Round:
    """The round of this programme that is under way, or a new one with its job."""
    with transaction.atomic():
        fresh = _insert(programme_id)
        if fresh is None:
            found = Round.objects.filter(programme_id=programme_id, state__in=UNDER_WAY).first()
            if found is None:
                raise Refused(NO_SUCH_ROUND)
            return found
        record("round.asked", programme_id=programme_id, person_id=person_id, object_id=fresh.id)
        enqueue(fresh.id)
        return fresh


def enqueue(round_id: uuid.UUID) -> None:
    """Leave the job in the caller's transaction."""
    from bothways.match.tasks import run

    run.configure(queue="rounds").defer(round_id=str(round_id))


def run_round(round_id: uuid.UUID) -> Round:
    """Do a round, whatever became of an earlier try, and return it as it is then.

    A finished round is left as it is, and so is one that another worker is at. The proposals, the
    reasons of those left over, the notices and the word "done" are written in one transaction, so a
    worker that dies leaves nothing half done. What goes wrong marks the round as failed and is raised.
    """
    mine = _take_up(round_id)
    if mine is None:
        return Round.objects.get(id=round_id)
    try:
        _do(mine)
    except Overtaken:
        logger.warning("round %s was finished by another worker", round_id)
    except Exception as error:
        _fail(mine, "unproved" if isinstance(error, NotProved) else "broken")
        raise
    return Round.objects.get(id=round_id)


def start_due() -> int:
    """Ask for the rounds whose time has come and plan the next ones. Returns how many."""
    due = programme.due_rounds()
    for one in due:
        with transaction.atomic():
            ask(one.id)
            programme.plan_next_round(one.id)
    return len(due)


def rescue() -> int:
    """Take up the rounds whose worker died; give one up after three tries. Returns how many there were."""
    silent = list(Round.objects.filter(state__in=UNDER_WAY, heard_at__lt=now() - SILENCE))
    for one in silent:
        if one.attempts >= MOST_ATTEMPTS:
            _fail(one, "stopped")
            continue
        with transaction.atomic():
            # Only the one who moves the moment on leaves a job, however many look at once.
            still = Round.objects.filter(id=one.id, state__in=UNDER_WAY, heard_at=one.heard_at)
            if still.update(state=Round.State.QUEUED, heard_at=now()):
                enqueue(one.id)
    return len(silent)


def _insert(programme_id: uuid.UUID) -> Round | None:
    """A new round, or None when the database says that one is under way."""
    last = Round.objects.filter(programme_id=programme_id).aggregate(last=Max("number"))["last"] or 0
    moment = now()
    try:
        with transaction.atomic():
            return Round.objects.create(
                programme_id=programme_id, number=last + 1, asked_at=moment, heard_at=moment
            )
    except IntegrityError:
        return None


def _take_up(round_id: uuid.UUID) -> Round | None:
    with transaction.atomic():
        row = lock(Round.objects.filter(id=round_id)).get()
        busy = row.state == Round.State.RUNNING and row.heard_at > now() - SILENCE
        if not row.under_way or busy:
            return None
        row.state, row.stage, row.progress = Round.State.RUNNING, "reading", PROGRESS["reading"]
        row.attempts, row.heard_at = row.attempts + 1, now()
        row.save(update_fields=["state", "stage", "progress", "attempts", "heard_at"])
        return row


def _still_mine(mine: Round) -> dict[str, object]:
    return {"id": mine.id, "state": Round.State.RUNNING, "attempts": mine.attempts}


def _do(mine: Round) -> None:
    def report(stage: str) -> None:
        here = Round.objects.filter(**_still_mine(mine))
        if not here.update(stage=stage, progress=PROGRESS[stage], heard_at=now()):
            raise Overtaken

    # The engine and what it stands on take seconds to load and much memory; only a worker needs them.
    from bothways.match.pairing import choose

    one = programme.by_id(mine.programme_id)
    reading = read(one.id)
    choice = choose(one, reading, report)
    report("writing")
    _write(mine, one, reading, choice)


def _write(mine: Round, one: programme.Programme, reading: Reading, choice: Choice) -> None:
    with transaction.atomic():
        if not lock(Round.objects.filter(**_still_mine(mine))).exists():
            raise Overtaken
        couples, left_over = _still_standing(one.id, reading, choice)
        proposals = _propose(mine, one, couples)
        _say_why(mine, left_over)
        _tell(mine, proposals)
        Round.objects.filter(id=mine.id).update(
            state=Round.State.DONE,
            stage="done",
            progress=100,
            checked=choice.checked,
            whole=choice.whole,
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
    """An event for each of the two, and one notice a person who agreed to notices, however many proposals."""
    ordered = list(_people_of(proposals))
    record_all("proposal.sent", ordered, programme_id=mine.programme_id)
    first = dict(reversed(ordered))
    agreed = enrol.agreeing_people(mine.programme_id, programme.ConsentText.Purpose.NOTICES)
    paths = [(person, reverse("proposal", args=[first[person]])) for person in first if person in agreed]
    tell_all("proposal.new", paths, key=f"round-{mine.id}")


def _people_of(proposals: list[Proposal]) -> Iterable[tuple[uuid.UUID, uuid.UUID]]:
    for proposal in proposals:
        for person in proposal.people:
            yield person, proposal.id


def _fail(mine: Round, fault: str) -> None:
    """Mark it as failed, if it is under way, and tell its coordinators; another can be started at once."""
    with transaction.atomic():
        here = Round.objects.filter(id=mine.id, state__in=UNDER_WAY, attempts=mine.attempts)
        if not here.update(state=Round.State.FAILED, stage="failed", fault=fault, finished_at=now()):
            return
        record("round.failed", programme_id=mine.programme_id, object_id=mine.id)
        path = reverse("round", args=[mine.id])
        people = [(person, path) for person in programme.coordinator_ids(mine.programme_id)]
        tell_all("round.failed", people, key=f"round-failed-{mine.id}")
