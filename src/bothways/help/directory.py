"""The directory of a programme: services and offers, written by its coordinators and read by its members.

Words about a place and never about a person. An entry counts until its day; then a coordinator says with one
tap that it is still true, or takes it away.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.help.access import area_of, is_member
from bothways.help.models import Request, Service
from bothways.help.searching import in_every_language, plain, terms
from bothways.help.words import KINDS, SORTS
from bothways.programme import api as programmes
from bothways.programme.api import Programme, Staff

GOOD_FOR = timedelta(days=180)
LONGEST = timedelta(days=730)
PER_PAGE = 20
# Entries that count in one programme, and how many of them a list to choose from shows.
MOST = 2000
MOST_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """What coordinators write about a service or an offer."""

    name: str
    sort: str = Service.Sort.SERVICE
    kind: str = Request.Kind.ELSE
    about: str = ""
    place: str = ""
    hours: str = ""
    phone: str = ""
    web: str = ""
    mail: str = ""
    languages: tuple[int, ...] = ()
    area_id: int | None = None
    valid_until: date | None = None


def reader_of(who: Acting, slug: str) -> tuple[Programme, Staff | None]:
    """The programme whose directory I may read: as a member, or as a coordinator. 404 for others."""
    programme = programmes.by_slug(slug)
    staff = programmes.coordinating(who, programme.id)
    if staff is None and not is_member(who, programme.id):
        raise Http404
    return programme, staff


def open_entry(who: Acting, service_id: uuid.UUID) -> tuple[Service, Staff | None]:
    """One entry, for whoever may read its directory. What was taken away is there for nobody."""
    found = Service.objects.select_related("programme", "area").filter(id=service_id, ended_at=None).first()
    if found is None:
        raise Http404
    staff = programmes.coordinating(who, found.programme_id)
    if staff is None and not is_member(who, found.programme_id):
        raise Http404
    return found, staff


def to_change(who: Acting, service_id: uuid.UUID) -> Service:
    """One entry, for a coordinator of its programme. 403 for its members, 404 for everybody else."""
    found, staff = open_entry(who, service_id)
    if staff is None:
        raise PermissionDenied
    return found


def find(programme: Programme, *, words: str, kind: str, number: str) -> Page[Service]:
    """The entries that count today and hold all these words, by name. One count and one query a page."""
    rows = valid(programme.id)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    for term in terms(words):
        rows = rows.filter(found_by__contains=term)
    return Paginator(rows.select_related("area").order_by("name", "id"), PER_PAGE).get_page(number)


def valid(programme_id: uuid.UUID) -> QuerySet[Service]:
    """The entries of a programme that count today."""
    return Service.objects.filter(programme_id=programme_id, ended_at=None, valid_until__gte=today())


def doubtful(programme: Programme) -> list[Service]:
    """For coordinators: entries past their day, the oldest first."""
    past = Service.objects.filter(programme=programme, ended_at=None, valid_until__lt=today())
    return list(past.order_by("valid_until", "name", "id")[:PER_PAGE])


def choices(programme_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """The entries that count today as a list to choose from: id and name."""
    return list(valid(programme_id).order_by("name", "id").values_list("id", "name")[:MOST_CHOICES])


def write(
    who: Acting, *, programme_id: uuid.UUID, entry: Entry, service_id: uuid.UUID | None = None
) -> Service:
    """Put an entry into the directory. The same `service_id` writes once.

    Raises Refused, and what `as_coordinator` raises.
    """
    with transaction.atomic():
        programme = programmes.as_coordinator(who, programme_id)
        earlier = Service.objects.filter(id=service_id).first() if service_id else None
        if earlier is not None:
            if earlier.programme_id != programme_id:
                raise Http404
            return earlier
        if Service.objects.filter(programme=programme, ended_at=None).count() >= MOST:
            raise Refused(_("The directory is full. Please take away what nobody needs any more."))
        made = Service(id=service_id or uuid.uuid4(), programme=programme)
        _fill(made, programme, entry)
        made.save(force_insert=True)
        _record("service.written", who, made)
    return made


def change(who: Acting, *, service_id: uuid.UUID, entry: Entry) -> Service:
    """Write an entry anew. Raises Refused, and what `as_coordinator` raises."""
    with transaction.atomic():
        found = _held(who, service_id)
        _fill(found, found.programme, entry)
        found.save(update_fields=[*_FIELDS, "found_by"])
        _record("service.changed", who, found)
    return found


def extend(who: Acting, *, service_id: uuid.UUID) -> Service:
    """Say that an entry is still true: it counts for half a year from today. Again is the same as once."""
    with transaction.atomic():
        found = _held(who, service_id)
        until = today() + GOOD_FOR
        if found.valid_until < until:
            found.valid_until = until
            found.save(update_fields=["valid_until"])
            _record("service.extended", who, found)
    return found


def take_away(who: Acting, *, service_id: uuid.UUID) -> Service:
    """Take an entry away; whoever chose it for a request is told so there."""
    with transaction.atomic():
        found = _held(who, service_id)
        found.ended_at = now()
        found.save(update_fields=["ended_at"])
        _record("service.taken_away", who, found)
    return found


_FIELDS = [
    "area",
    "sort",
    "kind",
    "name",
    "about",
    "place",
    "hours",
    "phone",
    "web",
    "mail",
    "languages",
    "valid_until",
]


def _held(who: Acting, service_id: uuid.UUID) -> Service:
    """An entry of a programme that I coordinate, held until the transaction ends."""
    found = to_change(who, service_id)
    # The programme's row is held: two coordinators write one after the other.
    programmes.as_coordinator(who, found.programme_id)
    return to_change(who, service_id)


def _fill(service: Service, programme: Programme, entry: Entry) -> None:
    given = asdict(entry)
    area_id, until = given.pop("area_id"), given.pop("valid_until")
    for name, value in given.items():
        setattr(service, name, value)
    service.languages = sorted(set(entry.languages) & set(programme.languages))
    service.area = area_of(programme.id, area_id)
    service.valid_until = until or today() + GOOD_FOR
    if not (entry.place or entry.phone or entry.web or entry.mail):
        raise Refused(_("Please say how people get there: a place, a telephone number or an address."))
    service.found_by = _found_by(service)


def _found_by(service: Service) -> str:
    """Everything by which somebody may look for an entry, in every language of the pages."""
    words = [service.name, service.about, service.place, service.hours, service.phone]
    words += [service.area.name] if service.area else []
    words.append(in_every_language([KINDS[service.kind], SORTS[service.sort]]))
    for code, _name in settings.LANGUAGES:
        with override(code):
            words += [programmes.language_label(number) for number in service.languages]
    return plain(" ".join(words))


def _record(kind: str, who: Acting, service: Service) -> None:
    record(kind, programme_id=service.programme_id, person_id=who.person_id, object_id=service.id)
