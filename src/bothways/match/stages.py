"""The stages of a round, and how its worker tells them to the page."""

from __future__ import annotations

import time

from bothways.core.clock.api import now
from bothways.match.faults import Overtaken
from bothways.match.models import Round

# Where each stage begins, in hundredths.
AT = {"reading": 5, "listing": 15, "solving": 45, "checking": 60, "explaining": 70, "writing": 85}
# Inside a stage the page is told no more often than it asks.
SECONDS = 2.0


class Report:
    """Says how far the round is, and stops the work when the round is not this worker's any more."""

    def __init__(self, mine: Round, *, held: dict[str, object] | None = None) -> None:
        self._held = held or mine.held_as
        self._stage, self._said_at = "", 0.0

    def __call__(self, stage: str, share: float = 0.0) -> None:
        """`share` of this stage is done. Raises Overtaken when the round was stopped or is another's."""
        moment = time.monotonic()
        if stage == self._stage and moment - self._said_at < SECONDS:
            return
        self._stage, self._said_at = stage, moment
        begin, end = AT[stage], min((later for later in AT.values() if later > AT[stage]), default=100)
        progress = begin + int((end - begin) * share)
        here = Round.objects.filter(**self._held)
        if not here.update(stage=stage, progress=progress, heard_at=now()):
            raise Overtaken
