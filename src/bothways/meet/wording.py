"""What each of the two can do with their own words about meetings."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.http import Http404
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.core.wording.api import Change, register
from bothways.meet import journal
from bothways.meet.models import JournalLine, Meeting


def delete_line(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my line in a journal, also after the pair has ended."""
    journal.delete(who, line_id=_line(who, text_id).id)


@transaction.atomic
def delete_place(who: Acting, text_id: uuid.UUID) -> None:
    """Delete where a meeting is, if I wrote it last, also after the pair has ended."""
    confirm(who)
    meeting = _meeting(who, text_id)
    # Only while it still says this: my partner may be writing another place at this moment.
    Meeting.objects.filter(id=meeting.id, place_text=text_id).update(place_text=None, place_by=None)
    texts.drop(owner_id=who.person_id, text_ids=[text_id])
    record(
        "meeting.place_deleted",
        programme_id=meeting.programme_id,
        person_id=who.person_id,
        object_id=meeting.id,
    )


def line_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("journal", args=[_line(who, text_id).pair_id])


def meeting_place(who: Acting, text_id: uuid.UUID) -> str | None:
    meeting = _meeting(who, text_id)
    changeable = meeting.is_planned and meeting.starts_at > now()
    return reverse("meeting_change" if changeable else "meeting", args=[meeting.id])


def _line(who: Acting, text_id: uuid.UUID) -> JournalLine:
    line = JournalLine.objects.filter(person_id=who.person_id, text_id=text_id).first()
    if line is None:
        raise Http404
    return line


def _meeting(who: Acting, text_id: uuid.UUID) -> Meeting:
    meeting = Meeting.objects.filter(place_by=who.person_id, place_text=text_id).first()
    if meeting is None:
        raise Http404
    return meeting


register("journal", Change(place=line_place, delete=delete_line))
register("meeting place", Change(place=meeting_place, delete=delete_place))
