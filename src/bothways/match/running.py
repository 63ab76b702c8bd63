"""A round at work: taken up by one worker, told stage by stage, let go of when it is theirs no more."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.outbox.api import tell_all
from bothways.match import between, working
from bothways.match.access import lock
from bothways.match.faults import NotProved, Overtaken
from bothways.match.models import Round
from bothways.match.reading import read
from bothways.match.stages import AT, Report
from bothways.match.writing import write
from bothways.programme import api as programme

logger = logging.getLogger(__name__)
UNDER_WAY = (Round.State.QUEUED, Round.State.RUNNING)
# A worker that was not heard of for this long, and holds the round no more, is taken for dead.
SILENCE = timedelta(minutes=5)


def run_round(round_id: uuid.UUID) -> Round:
    """Do a round, whatever became of an earlier try, and return it as it is then.

    A finished round is left as it is, and so is one that another worker is at. The proposals, the
    reasons of those left over, the notices and the word "done" are written in one transaction, so a
    worker that dies leaves nothing half done. What goes wrong marks the round as failed and is raised.
    """
    with working.on(round_id) as free:
        mine = _take_up(round_id) if free else None
        if mine is not None:
            _do_or_fail(mine)
    return Round.objects.get(id=round_id)


def fail(mine: Round, fault: str) -> None:
    """Mark it as failed, if it is under way, and tell its coordinators; another can be started at once."""
    with transaction.atomic():
        here = Round.objects.filter(id=mine.id, state__in=UNDER_WAY, attempts=mine.attempts)
        if not here.update(state=Round.State.FAILED, stage="failed", fault=fault, finished_at=now()):
            return
        record("round.failed", programme_id=mine.programme_id, object_id=mine.id)
        path = reverse("round", args=[mine.id])
        people = [(person, path) for person in programme.coordinator_ids(mine.programme_id)]
        tell_all("round.failed", people, key=_occasion(mine))


def _occasion(mine: Round) -> str:
    """What a failure is told as: each round for itself, looks between rounds once a day."""
    if mine.kind == Round.Kind.BETWEEN:
        return f"between-failed-{mine.programme_id}-{today()}"
    return f"round-failed-{mine.id}"


def _take_up(round_id: uuid.UUID) -> Round | None:
    with transaction.atomic():
        row = lock(Round.objects.filter(id=round_id)).get()
        busy = row.state == Round.State.RUNNING and row.heard_at > now() - SILENCE
        if not row.under_way or busy:
            return None
        row.state, row.stage = Round.State.RUNNING, "reading"
        row.progress = max(row.progress, AT["reading"])
        row.attempts, row.heard_at = row.attempts + 1, now()
        row.save(update_fields=["state", "stage", "progress", "attempts", "heard_at"])
        return row


def _do_or_fail(mine: Round) -> None:
    try:
        _do(mine)
    except Overtaken:
        logger.warning("round %s was stopped, or finished by another worker", mine.id)
    except Exception as error:
        fail(mine, "unproved" if isinstance(error, NotProved) else "broken")
        raise


def _do(mine: Round) -> None:
    # The engine and what it stands on take seconds to load and much memory; only a worker needs them.
    from bothways.match import parts, pricing
    from bothways.match.fitting import fit_in
    from bothways.match.pairing import choose, settle

    report = Report(mine)
    one = programme.by_id(mine.programme_id)
    in_parts = parts.are_there(mine)
    if in_parts and parts.call_hands(mine):
        return
    reading = read(one.id)
    again_at = None
    if mine.kind == Round.Kind.BETWEEN:
        reading, again_at = between.may_be_looked_at(one.id, reading)
        choice = fit_in(one, reading, report)
    elif in_parts:
        here, pairs, whole = parts.gather(mine, one, reading)
        reading, price = here.reading, pricing.Together(mine, here, report).at
        choice = settle(one, reading, here.sides, pairs, report, whole=whole, price=price)
    elif parts.is_large(reading):
        parts.cut(mine, one, reading)
        return
    else:
        choice = choose(one, reading, report)
    report("writing")
    write(mine, one, reading, choice, again_at=again_at)
