"""The tree of areas: regions hold regions or towns, towns are where members are."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.programme import towns
from bothways.programme.models import Area, Programme
from bothways.programme.services.guard import as_coordinator, tidy

MOST_AREAS = 2000
MOST_PAIRS = 1_000_000


def add_area(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    name: str = "",
    parent_id: int | None = None,
    town_id: int | None = None,
    capacity: int | None = None,
) -> Area:
    """Add a town of the extract (`town_id`; named after it unless `name` is given) or a region.

    Of a town only the coarse cell is kept. Adding the same town to the same region again gives the
    one that is there.
    """
    place = {}
    if town_id is not None:
        town = towns.by_id(town_id)
        if town is None:
            raise Refused(_("We do not know this town. Please choose one from the list."))
        name = name.strip() or town.name
        place = dict(zip(("lat_e5", "lon_e5"), towns.coarse(town.lat, town.lon), strict=True))
    name, capacity = _checked_name(name), _checked_capacity(capacity)
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        parent = _checked_parent(programme, parent_id)
        same = Area.objects.filter(programme=programme, parent=parent, name=name).first()
        if same is not None:
            if place and (same.lat_e5, same.lon_e5) == (place["lat_e5"], place["lon_e5"]):
                return same
            raise Refused(_("There is an area with this name here already. Please choose another name."))
        if Area.objects.filter(programme=programme).count() >= MOST_AREAS:
            raise Refused(_("A programme has at most 2,000 areas. Please remove some first."))
        area = Area.objects.create(programme=programme, parent=parent, name=name, capacity=capacity, **place)
        _record(who, programme)
        return area


def change_area(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    area_id: int,
    name: str,
    parent_id: int | None,
    capacity: int | None,
) -> None:
    """Rename an area, move it under another one, change how many pairs can be looked after there."""
    name, capacity = _checked_name(name), _checked_capacity(capacity)
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        area = _existing(programme, area_id)
        parent = _checked_parent(programme, parent_id)
        if parent is not None and _is_within(parent, area):
            raise Refused(_("An area cannot be moved into itself. Please choose another place for it."))
        if Area.objects.filter(programme=programme, parent=parent, name=name).exclude(id=area.id).exists():
            raise Refused(_("There is an area with this name here already. Please choose another name."))
        values = {"name": name, "parent_id": parent_id, "capacity": capacity}
        fields = [field for field, value in values.items() if getattr(area, field) != value]
        for field in fields:
            setattr(area, field, values[field])
        if fields:
            area.save(update_fields=fields)
            _record(who, programme)


def remove_area(who: Acting, *, programme_id: uuid.UUID, area_id: int) -> None:
    """Remove an area where nobody is and under which there is nothing. Removing twice is once."""
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        area = Area.objects.filter(programme=programme, id=area_id).first()
        if area is None:
            return
        if area.children.exists():
            raise Refused(_("There are areas under this one. Please remove or move them first."))
        try:
            with transaction.atomic():
                area.delete()
                # The database checks at the end of the transaction; here we want its answer now.
                _judge_now()
        except (ProtectedError, IntegrityError) as error:
            raise Refused(
                _("There are people in this area, so it stays. You can rename it or move it.")
            ) from error
        _record(who, programme)


def _judge_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _existing(programme: Programme, area_id: int) -> Area:
    area = Area.objects.filter(programme=programme, id=area_id).first()
    if area is None:
        raise Refused(_("This area is not there any more."))
    return area


def _checked_parent(programme: Programme, parent_id: int | None) -> Area | None:
    if parent_id is None:
        return None
    parent = _existing(programme, parent_id)
    if parent.lat_e5 is not None:
        raise Refused(_("A town cannot hold other areas. Please choose a region."))
    return parent


def _is_within(area: Area, possible_ancestor: Area) -> bool:
    above: Area | None = area
    while above is not None:
        if above.id == possible_ancestor.id:
            return True
        above = above.parent
    return False


def _checked_name(name: str) -> str:
    return tidy(
        name,
        most=80,
        empty=_("Please give the area a name."),
        long=_("This name is too long. Please use at most 80 characters."),
    )


def _checked_capacity(capacity: int | None) -> int | None:
    if capacity is not None and not 0 <= capacity <= MOST_PAIRS:
        raise Refused(_("The most pairs: a number from 0 to 1,000,000, or nothing for no limit."))
    return capacity


def _record(who: Acting, programme: Programme) -> None:
    record("programme.areas", programme_id=programme.id, person_id=who.person_id, object_id=programme.id)
