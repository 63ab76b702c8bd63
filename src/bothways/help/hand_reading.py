"""What each may read of hands: an ask without a name, and names once two have said yes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bothways.core.clock.api import today
from bothways.core.identity.api import Acting
from bothways.core.said.api import day_words
from bothways.core.texts import api as texts
from bothways.help.hand_models import HandAsk, HandLike, HandYes
from bothways.help.hand_words import HANDS
from bothways.help.hands import is_confirmed, partner_of
from bothways.pair.api import Pair
from bothways.people.api import names_for

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An ask in a list."""

    id: uuid.UUID
    kind: str
    about: str
    by_partner: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """Two have said yes: the other's name and how to reach them."""

    yes_id: uuid.UUID
    name: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Page:
    """One ask as I may see it."""

    line: Line
    is_mine: bool
    past: bool
    # Mine: who is asked.
    partner: str
    wide: bool
    # Mine: somebody would help, one id each and nothing else.
    waiting: list[uuid.UUID]
    met: list[Met]
    # Not mine: what I said.
    my_yes: HandYes | None
    my_words: str


def line(asked: HandAsk) -> Line:
    """An ask in words, without a name."""
    hours = ngettext("%(count)s hour", "%(count)s hours", asked.hours) % {"count": asked.hours}
    about = _("%(when)s: %(hours)s") % {"when": day_words(asked.day), "hours": hours}
    if asked.area is not None:
        about = _("%(about)s, near %(place)s") % {"about": about, "place": asked.area.name}
    return Line(asked.id, str(HANDS[asked.kind]), about, by_partner=asked.pair_id is not None)


def mine(who: Acting, programme_id: uuid.UUID) -> list[Line]:
    """What I asked for, the next day first."""
    rows = HandAsk.objects.select_related("area").filter(programme_id=programme_id, person_id=who.person_id)
    return [line(one) for one in rows.order_by("day", "id")]


def asked_of_me(who: Acting, programme_id: uuid.UUID) -> list[Line]:
    """What I could help with: of my partners, and of a kind that I like. The next day first."""
    pairs = Pair.objects.filter(halves__person_id=who.person_id, ended_at=None).values("id")
    said = HandYes.objects.filter(person_id=who.person_id).values("ask_id")
    rows = HandAsk.objects.select_related("area").filter(
        Q(pair__in=pairs) | Q(wide_at__isnull=False, kind__in=_open_to(who, programme_id)) | Q(id__in=said),
        programme_id=programme_id,
        day__gte=today(),
    )
    return [line(one) for one in rows.exclude(person_id=who.person_id).order_by("day", "id")[:MOST_SHOWN]]


def _open_to(who: Acting, programme_id: uuid.UUID) -> list[str]:
    return likes(who, programme_id) if is_confirmed(who, programme_id) else []


def likes(who: Acting, programme_id: uuid.UUID) -> list[str]:
    """The kinds of work for which I like to be asked."""
    own = HandLike.objects.filter(programme_id=programme_id, person_id=who.person_id)
    return list(own.order_by("kind").values_list("kind", flat=True))


def page(who: Acting, asked: HandAsk) -> Page:
    """One ask with what I may see and do."""
    is_mine = asked.person_id == who.person_id
    rows = HandYes.objects.filter(ask=asked)
    met = list(rows.filter(met_at__isnull=False).order_by("met_at", "id")) if is_mine else []
    own = None if is_mine else rows.filter(person_id=who.person_id).first()
    if own is not None and own.met_at is not None:
        met = [own]
    partner = partner_of(who, asked) if is_mine else None
    others = {asked.person_id if one is own else one.person_id for one in met} | (
        {partner} if partner else set()
    )
    names = names_for(who, others) if others else {}
    opened = texts.read(who, [text for one in met for text in (one.text_id, one.asker_text_id)])
    if own is not None and own.met_at is None:
        opened = texts.read(who, [own.text_id])
    return Page(
        line=line(asked),
        is_mine=is_mine,
        past=asked.day < today(),
        partner=names.get(partner, _("your partner")) if partner else "",
        wide=asked.wide_at is not None,
        waiting=_waiting(asked) if is_mine else [],
        met=[_met(asked, one, one is own, names, opened) for one in met],
        my_yes=own,
        my_words=opened.get(own.text_id, "") if own is not None else "",
    )


def _met(
    asked: HandAsk, one: HandYes, helps: bool, names: dict[uuid.UUID, str], opened: dict[uuid.UUID, str]
) -> Met:
    of_helper = opened.get(one.text_id, "")
    of_asker = opened.get(one.asker_text_id, "") if one.asker_text_id else ""
    other = asked.person_id if helps else one.person_id
    theirs, own = (of_asker, of_helper) if helps else (of_helper, of_asker)
    return Met(one.id, names.get(other, ""), theirs, own)


def _waiting(asked: HandAsk) -> list[uuid.UUID]:
    # The rows are not there for whoever asks: the database says their ids, and not whose they are.
    with connection.cursor() as cursor:
        cursor.execute("SELECT help_hand_waiting(%s)", [asked.id])
        return [found for (found,) in cursor.fetchall()]
