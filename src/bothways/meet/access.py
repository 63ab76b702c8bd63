"""The only way to one meeting or one line of a journal: for the two people of its pair."""

from __future__ import annotations

import hashlib
import uuid

from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.meet.models import Feed, JournalLine, Meeting
from bothways.pair.api import Pair, live_pair, open_pair


def open_meeting(who: Acting, meeting_id: uuid.UUID) -> tuple[Meeting, Pair]:
    """A meeting of a pair of mine, ended or not. 404 unless I am one of the two."""
    meeting = _meeting(who, meeting_id)
    return meeting, open_pair(who, meeting.pair_id)


def held_meeting(who: Acting, meeting_id: uuid.UUID) -> tuple[Meeting, Pair]:
    """A meeting of a live pair of mine, for a change inside the caller's transaction.

    The pair's row is the one lock for everything that the two do together: while it is held neither
    the meeting nor the pair changes. 404 unless I am one of the two, Refused when the pair has ended.
    """
    pair = live_pair(who, _meeting(who, meeting_id).pair_id, lock=True)
    # Read again: it may have changed while this waited for the lock.
    return _meeting(who, meeting_id), pair


def _meeting(who: Acting, meeting_id: uuid.UUID) -> Meeting:
    # One question for all of it, so that a meeting of others costs no more than one that never was.
    mine = Pair.objects.filter(halves__person_id=who.person_id).values("id")
    meeting = Meeting.objects.filter(id=meeting_id, pair__in=mine).select_related("pair", "series").first()
    if meeting is None:
        raise Http404
    return meeting


def my_line(who: Acting, line_id: uuid.UUID) -> JournalLine:
    """A line that I wrote. 404 for every other, the partner's included."""
    line = JournalLine.objects.filter(id=line_id, person_id=who.person_id).first()
    if line is None:
        raise Http404
    return line


def feed_of(token: str) -> Feed:
    """The feed that a token opens. 404 when it was guessed or revoked, or its person left."""
    feed = Feed.objects.filter(token_hash=token_hash(token)).first()
    if feed is None:
        raise Http404
    return feed


def could_be_token(token: str) -> bool:
    """Whether it has the letters of a token. Anything else is not asked for."""
    return token.isascii() and token.isprintable()


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
