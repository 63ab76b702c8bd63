"""What somebody reads of their own next steps, and of those that a partner shares."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.goals.models import Goal
from bothways.pair.api import Pair, pairs_of, partner_name


@dataclass(frozen=True, slots=True)
class Shown:
    """One next step; on its writer's own page with the name of who else reads it."""

    id: uuid.UUID
    mine: bool
    words: str
    done: bool
    reader: str = ""


def partners(who: Acting) -> list[tuple[uuid.UUID, str]]:
    """My pairs that stand, each by the partner's name; two of one name are told apart by the day."""
    named = [(pair, partner_name(who, pair)) for pair in pairs_of(who) if not pair.is_ended]
    often = Counter(name for _pair, name in named)
    return [(pair.id, _apart(pair, name) if often[name] > 1 else name) for pair, name in named]


def _apart(pair: Pair, name: str) -> str:
    date = date_format(pair.made_at, "DATE_FORMAT")
    return _("%(name)s, since %(date)s") % {"name": name, "date": date}


def mine(who: Acting, readers: dict[uuid.UUID, str]) -> list[Shown]:
    """All of mine, what is done last. `readers` are my partners by pair."""
    rows = list(Goal.objects.filter(person_id=who.person_id).order_by("done", "place"))
    ids = [row.text_id for row in rows]
    words, under = texts.read(who, ids), texts.opened(ids)
    return [
        Shown(
            row.id,
            True,
            words[row.text_id],
            row.done,
            readers.get(under[row.text_id], "") if row.text_id in under else "",
        )
        for row in rows
        if row.text_id in words
    ]


def of_pair(who: Acting, pair: Pair) -> list[Shown]:
    """What the two of a pair share under it, the partner's first."""
    if pair.is_ended:
        return []
    two = [half.person_id for half in pair.halves.all()]
    rows = list(Goal.objects.filter(person_id__in=two).order_by("done", "place"))
    shared = texts.opened([row.text_id for row in rows], under=pair.id)
    words = texts.read(who, shared)
    shown = [
        Shown(row.id, row.person_id == who.person_id, words[row.text_id], row.done)
        for row in rows
        if row.text_id in words
    ]
    return sorted(shown, key=lambda one: one.mine)


def one(who: Acting, goal: Goal) -> tuple[str, uuid.UUID | None]:
    """The words of one of mine, and the pair under which it is open."""
    words = texts.read(who, [goal.text_id]).get(goal.text_id, "")
    return words, texts.opened([goal.text_id]).get(goal.text_id)
