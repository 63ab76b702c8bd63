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
from bothways.meet.models import JournalLine, Meeting, Series


def delete_line(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my line in a journal, also after the pair has ended."""
    journal.delete(who, line_id=_line(who, text_id).id)


def delete_place(who: Acting, text_id: uuid.UUID) -> None:
    """Delete where we meet, if I wrote it last, also after the pair has ended."""
    _delete(who, text_id, "place")


def delete_link(who: Acting, text_id: uuid.UUID) -> None:
    """Delete a link of ours in the same way."""
    _delete(who, text_id, "link")


@transaction.atomic
def _delete(who: Acting, text_id: uuid.UUID, what: str) -> None:
    confirm(who)
    thing = _thing(who, text_id, what)
    # Only while it still says this: my partner may be writing other words at this moment.
    still = type(thing)._default_manager.filter(id=thing.id, **{f"{what}_text": text_id})
    still.update(**{f"{what}_text": None, f"{what}_by": None})
    texts.drop(owner_id=who.person_id, text_ids=[text_id])
    record(
        f"meeting.{what}_deleted",
        programme_id=thing.programme_id,
        person_id=who.person_id,
        object_id=thing.id,
    )


def line_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("journal", args=[_line(who, text_id).pair_id])


def meeting_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return _page_of(_thing(who, text_id, "place"))


def meeting_link(who: Acting, text_id: uuid.UUID) -> str | None:
    return _page_of(_thing(who, text_id, "link"))


def _page_of(thing: Meeting | Series) -> str:
    if isinstance(thing, Series):
        return reverse("series" if thing.ended_at else "series_choose", args=[thing.pair_id])
    changeable = thing.is_planned and thing.starts_at > now()
    return reverse("meeting_change" if changeable else "meeting", args=[thing.id])


def _line(who: Acting, text_id: uuid.UUID) -> JournalLine:
    line = JournalLine.objects.filter(person_id=who.person_id, text_id=text_id).first()
    if line is None:
        raise Http404
    return line


def _thing(who: Acting, text_id: uuid.UUID, what: str) -> Meeting | Series:
    mine = {f"{what}_by": who.person_id, f"{what}_text": text_id}
    thing = Meeting.objects.filter(**mine).first() or Series.objects.filter(**mine).first()
    if thing is None:
        raise Http404
    return thing


register("journal", Change(place=line_place, delete=delete_line))
register("meeting place", Change(place=meeting_place, delete=delete_place))
register("meeting link", Change(place=meeting_link, delete=delete_link))
