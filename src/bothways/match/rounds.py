"""Rounds: asked for by a coordinator or by the clock, stopped by a coordinator, rescued from dead workers."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.match import between, working
from bothways.match.access import coordinated_round
from bothways.match.models import WRITING, Part, Round
from bothways.match.running import SILENCE, UNDER_WAY, fail
from bothways.match.words import NO_SUCH_ROUND, TOO_LATE
from bothways.programme import api as programme

MOST_ATTEMPTS = 3
# A worker that still holds a round after so long is taken for hung.
LONGEST = timedelta(hours=6)
FULL, BETWEEN = Round.Kind.FULL, Round.Kind.BETWEEN


def start_round(who: Acting, *, programme_id: uuid.UUID) -> Round:
    """Ask for a round now, as a coordinator. While one is under way that one is returned: pressing
    the button again starts nothing."""
    with transaction.atomic():
        confirm(who)
        if programme.coordinating(who, programme_id) is None:
            raise PermissionDenied
        return ask(programme_id, person_id=who.person_id)


def stop_round(who: Acting, *, round_id: uuid.UUID) -> Round:
    """Stop a round that has written nothing yet, as a coordinator. Stopping it twice is once.

    Nobody was told of it and nobody is. Its worker sees it at the next stage and writes nothing. Raises
    Refused once it writes, or is over in another way.
    """
    with transaction.atomic():
        confirm(who)
        mine = coordinated_round(who, round_id)
        if mine.state == Round.State.STOPPED:
            return mine
        stopped = _stop(mine, person_id=who.person_id)
        mine.refresh_from_db()
        if not stopped and mine.state != Round.State.STOPPED:
            raise Refused(TOO_LATE)
        return mine


def ask(programme_id: uuid.UUID, *, kind: str = FULL, person_id: uuid.UUID | None = None) -> Round:
    """The round of this programme that is under way, or a new one with its job.

    A look between rounds that is under way makes room for a full round. Raises Refused when it is just
    writing.
    """
    with transaction.atomic():
        fresh = _insert(programme_id, kind)
        if fresh is None:
            found = Round.objects.filter(programme_id=programme_id, state__in=UNDER_WAY).first()
            if found is not None and (found.kind == FULL or kind == BETWEEN):
                return found
            if found is None or not _stop(found, person_id=person_id):
                raise Refused(NO_SUCH_ROUND)
            return ask(programme_id, kind=kind, person_id=person_id)
        record("round.asked", programme_id=programme_id, person_id=person_id, object_id=fresh.id)
        enqueue(fresh.id)
        return fresh


def enqueue(round_id: uuid.UUID) -> None:
    """Leave the job in the caller's transaction."""
    from bothways.match.tasks import run

    run.configure(queue="rounds").defer(round_id=str(round_id))


def start_due() -> int:
    """Ask for the rounds whose time has come and plan the next ones. Returns how many."""
    due = programme.due_rounds()
    for one in due:
        # Refused while a look between rounds is just writing: the round stays due.
        with suppress(Refused), transaction.atomic():
            ask(one.id)
            programme.plan_next_round(one.id)
    return len(due)


def look_between() -> int:
    """Ask for a look in each programme where something changed since the last one. Returns how many."""
    due = between.due()
    for programme_id in due:
        # Refused when a round has just ended: this comes again in a minute.
        with suppress(Refused):
            ask(programme_id, kind=BETWEEN)
    return len(due)


def rescue() -> int:
    """Take up the rounds whose worker died; give one up after three tries. Returns how many there were."""
    silent = [
        one
        for one in Round.objects.filter(state__in=UNDER_WAY, heard_at__lt=now() - SILENCE)
        if one.heard_at < now() - LONGEST or not working.is_held(one.id)
    ]
    for one in silent:
        # A round in parts is taken up once more, when they are listed.
        if one.attempts >= MOST_ATTEMPTS + Part.objects.filter(round=one, turn=0, number=0).count():
            fail(one, "stopped")
            continue
        with transaction.atomic():
            # Only the one who moves the moment on leaves a job, however many look at once.
            still = Round.objects.filter(id=one.id, state__in=UNDER_WAY, heard_at=one.heard_at)
            if still.update(state=Round.State.QUEUED, stage="queued", progress=0, heard_at=now()):
                enqueue(one.id)
    return len(silent)


def _insert(programme_id: uuid.UUID, kind: str) -> Round | None:
    """A new round, or None when the database says that one is under way."""
    earlier = Round.objects.filter(programme_id=programme_id, kind=kind)
    last = earlier.aggregate(last=Max("number"))["last"] or 0
    moment = now()
    try:
        with transaction.atomic():
            return Round.objects.create(
                programme_id=programme_id, kind=kind, number=last + 1, asked_at=moment, heard_at=moment
            )
    except IntegrityError:
        return None


def _stop(mine: Round, *, person_id: uuid.UUID | None) -> bool:
    """Whether it was this call that stopped it.

    The stage is asked in the same statement: from "writing" on the worker holds the row until it is done, and
    nobody waits here for that.
    """
    here = Round.objects.filter(id=mine.id, state__in=UNDER_WAY).exclude(stage=WRITING)
    if not here.update(state=Round.State.STOPPED, stage="stopped", finished_at=now()):
        return False
    record("round.stopped", programme_id=mine.programme_id, person_id=person_id, object_id=mine.id)
    return True
