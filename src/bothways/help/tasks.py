"""Jobs of this room."""

from __future__ import annotations

import uuid

from bothways.core.jobs.api import every, job
from bothways.help import ending, hands, ladder, opening


@every("* * * * *")
def end_old_openings(timestamp: int) -> None:
    """Requests that coordinators opened close again after half an hour."""
    opening.end_old()


@every("* * * * *")
def climb(timestamp: int) -> None:
    """Requests that nobody answered in time go to their next rung."""
    ladder.climb_due()


@every("17 * * * *")
def end_requests(timestamp: int) -> None:
    """Requests that nobody closes expire, and what was closed long ago is erased."""
    ending.warn_and_expire()
    ending.erase_closed()
    hands.delete_past()


@job()
def tell_of_hand(ask_id: str) -> None:
    """Tell the members who like such work that somebody asks for a hand."""
    hands.tell_those_who_like_it(uuid.UUID(ask_id))
