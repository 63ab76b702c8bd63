"""What may be read about programmes. Nothing here is about a person but coordinators' public names."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.programme.languages import sorted_labels
from bothways.programme.models import Area, ConsentText, Invitation, Programme, Side, Staff


def all_programmes() -> list[Programme]:
    """Every programme, oldest first."""
    return list(Programme.objects.order_by("made_at", "id"))


def open_programmes() -> list[Programme]:
    """The programmes that people may enrol in, by name."""
    return list(Programme.objects.filter(open=True).order_by("name", "id"))


def due_rounds() -> list[Programme]:
    """Open programmes whose next round is due now, the longest due first."""
    due = Programme.objects.filter(open=True, round_every_days__isnull=False, next_round_at__lte=now())
    return list(due.order_by("next_round_at", "id"))


def looking_between() -> list[Programme]:
    """Open programmes that look for pairs between rounds too, oldest first."""
    return list(Programme.objects.filter(open=True, between_rounds=True).order_by("made_at", "id"))


def sides(programme_id: uuid.UUID) -> list[Side]:
    """The programme's one or two sides, by number."""
    return list(Side.objects.filter(programme_id=programme_id).order_by("number"))


def areas(programme_id: uuid.UUID) -> list[Area]:
    """Every area of a programme, each one after its parent, names in order under each parent."""
    return [area for area, _depth in area_tree(programme_id)]


def area_tree(programme_id: uuid.UUID) -> list[tuple[Area, int]]:
    """Every area with its depth (0 at the top), each one after its parent."""
    children: dict[int | None, list[Area]] = {}
    for area in Area.objects.filter(programme_id=programme_id).order_by("name", "id"):
        children.setdefault(area.parent_id, []).append(area)
    ordered: list[tuple[Area, int]] = []
    stack = [(area, 0) for area in reversed(children.get(None, []))]
    while stack:
        area, depth = stack.pop()
        ordered.append((area, depth))
        stack.extend((child, depth + 1) for child in reversed(children.get(area.id, [])))
    return ordered


def leaves(programme_id: uuid.UUID) -> list[Area]:
    """The areas that members can be in: those with a place. In the order of `areas`, parents loaded."""
    everything = areas(programme_id)
    by_id = {area.id: area for area in everything}
    for area in everything:
        if area.parent_id is not None:
            area.parent = by_id[area.parent_id]
    return [area for area in everything if area.lat_e5 is not None]


def standing_texts(programme_id: uuid.UUID) -> dict[str, ConsentText]:
    """The newest consent text of each purpose, in the order of the purposes."""
    newest = {
        text.purpose: text
        for text in ConsentText.objects.filter(programme_id=programme_id)
        .select_related("programme")
        .order_by("purpose", "-version")
        .distinct("purpose")
    }
    return {purpose: newest[purpose] for purpose in ConsentText.Purpose.values if purpose in newest}


def standing_text_ids(programme_id: uuid.UUID) -> dict[str, int]:
    """The same without the words: the number of the newest text of each purpose."""
    newest = dict(
        ConsentText.objects.filter(programme_id=programme_id)
        .order_by("purpose", "-version")
        .distinct("purpose")
        .values_list("purpose", "pk")
    )
    return {purpose: newest[purpose] for purpose in ConsentText.Purpose.values if purpose in newest}


def text_versions(programme_id: uuid.UUID, purpose: str) -> list[ConsentText]:
    """Every version of one consent text, newest first."""
    return list(ConsentText.objects.filter(programme_id=programme_id, purpose=purpose).order_by("-version"))


def languages_of(programme: Programme) -> list[tuple[int, str]]:
    """The languages that the programme offers: number and label, by name in the page language."""
    return sorted_labels(programme.languages)


def coordinator_ids(programme_id: uuid.UUID) -> list[uuid.UUID]:
    """The people who coordinate a programme, the longest-serving first."""
    return [staff.person_id for staff in coordinators(programme_id)]


def coordinators(programme_id: uuid.UUID) -> list[Staff]:
    """The coordinators' roles, the longest-serving first."""
    roles = Staff.objects.filter(programme_id=programme_id, role=Staff.Role.COORDINATOR)
    return list(roles.order_by("since", "id"))


def my_roles(who: Acting) -> list[Staff]:
    """My roles with their programmes, oldest first."""
    return list(
        Staff.objects.filter(person_id=who.person_id).select_related("programme").order_by("since", "id")
    )


def open_invitation(programme_id: uuid.UUID) -> datetime | None:
    """Until when an invitation for a coordinator can still be taken up, or None."""
    waiting = Invitation.objects.filter(programme_id=programme_id, used_at=None, expires_at__gt=now())
    return waiting.order_by("-expires_at").values_list("expires_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be there before people can enrol, and the set-up page that has it."""

    step: str
    words: Promise | str


def what_is_missing(programme: Programme) -> list[Missing]:
    """Everything that still stands between the programme and opening. Empty: it can open."""
    places = Area.objects.filter(programme=programme, lat_e5__isnull=False).exists()
    checks: list[tuple[bool, str, Promise | str]] = [
        (bool(programme.purpose.strip()), "basics", _("Say what the programme is for.")),
        (_sides_are_named(programme), "sides", _("Give each side a name.")),
        (places, "areas", _("Add at least one town.")),
        (bool(programme.languages), "lists", _("Choose at least one language.")),
    ]
    return [Missing(step, words) for there, step, words in checks if not there]


def _sides_are_named(programme: Programme) -> bool:
    wanted = 2 if programme.kind == Programme.Kind.COMPANY else 1
    return sum(1 for side in sides(programme.id) if side.name.strip()) == wanted
