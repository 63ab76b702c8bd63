"""What members and coordinators read of gatherings. Of the people who come they read nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.said.api import length_words, meeting_words, zone_words
from bothways.enrol.api import Enrolment
from bothways.gather.access import CONFIRMED, Reader
from bothways.gather.models import Gathering, Guest
from bothways.programme.api import Programme

# For so long after its begin somebody can say that they were there, and it stands in the list.
SAY_WITHIN = timedelta(days=14)
MOST_TILES = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A gathering in words, on the clock of its programme, with what I said myself."""

    one: Gathering
    when: str
    length: str
    zone: str
    coming: bool = False
    attended: bool = False

    @property
    def can_come(self) -> bool:
        return not self.one.is_cancelled and not self.one.has_begun

    @property
    def can_have_been(self) -> bool:
        return may_have_been(self.one)


def may_have_been(one: Gathering) -> bool:
    """Whether it is the time to say that one was there."""
    return not one.is_cancelled and one.starts_at <= now() <= one.starts_at + SAY_WITHIN


def zone_of(programme: Programme) -> ZoneInfo:
    """The clock by which a programme's gatherings begin: that of the place and not of the reader."""
    return ZoneInfo(programme.time_zone)


def shown(who: Acting, one: Gathering) -> Shown:
    """One gathering as I see it."""
    mine = Guest.objects.filter(gathering=one, person_id=who.person_id).first()
    return _shown(one, zone_of(one.programme), mine)


def in_words(one: Gathering) -> Shown:
    """One gathering, without what anybody said to it."""
    return _shown(one, zone_of(one.programme), None)


def listed(who: Acting, reader: Reader) -> tuple[list[Shown], list[Shown]]:
    """The gatherings of a programme that are to come, and those of the last two weeks, the nearest first."""
    rows = Gathering.objects.filter(programme=reader.programme, starts_at__gt=now() - SAY_WITHIN)
    found = list(rows.order_by("starts_at", "id"))
    answers = Guest.objects.filter(person_id=who.person_id, gathering__in=[one.id for one in found])
    mine, zone = {answer.gathering_id: answer for answer in answers}, zone_of(reader.programme)
    all_shown = [_shown(one, zone, mine.get(one.id)) for one in found]
    return (
        [each for each in all_shown if not each.one.has_begun],
        [each for each in reversed(all_shown) if each.one.has_begun],
    )


def next_of_mine(who: Acting) -> list[Gathering]:
    """The next gatherings in the programmes of which I am a member, each with `i_come`."""
    enrolled = Enrolment.objects.filter(person_id=who.person_id, state__in=CONFIRMED)
    said = Guest.objects.filter(gathering=OuterRef("pk"), person_id=who.person_id, coming=True)
    rows = _to_come().filter(programme__in=enrolled.values("programme_id"), cancelled_at=None)
    with_mine = rows.select_related("programme").annotate(i_come=Exists(said))
    return list(with_mine.order_by("starts_at", "id")[:MOST_TILES])


def paths_i_come_to(person_id: uuid.UUID) -> set[str]:
    """Where a gathering waits to which somebody comes: a notice about it is true until it begins."""
    return _paths(_to_come().filter(cancelled_at=None), person_id)


def paths_called_off(person_id: uuid.UUID) -> set[str]:
    """Where somebody reads that a gathering was called off, until it would have begun."""
    return _paths(_to_come().exclude(cancelled_at=None), person_id)


def _to_come() -> QuerySet[Gathering]:
    return Gathering.objects.filter(starts_at__gt=now())


def _paths(rows: QuerySet[Gathering], person_id: uuid.UUID) -> set[str]:
    mine = rows.filter(guests__person_id=person_id, guests__coming=True)
    return {reverse("gathering", args=[found]) for found in mine.values_list("id", flat=True)}


def _shown(one: Gathering, zone: ZoneInfo, mine: Guest | None) -> Shown:
    when = meeting_words(one.starts_at.astimezone(zone))
    said = {"coming": mine.coming, "attended": mine.attended} if mine else {}
    return Shown(one, when, length_words(one.minutes), zone_words(zone), **said)
