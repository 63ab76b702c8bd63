"""What the two people of a pair may read. There is no way to read pairs of others, for anybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.enrol import api as enrol
from bothways.pair.access import my_half, other_half
from bothways.pair.cards import agreed
from bothways.pair.models import MODES_END, TIMES_END, Card, Pair
from bothways.pair.words import direction
from bothways.people import api as people
from bothways.programme.api import Programme, catalogue


def pairs_of(who: Acting) -> list[Pair]:
    """My pairs with their halves: those that stand first, then the ended ones, each newest first."""
    order = Case(When(Q(state=Pair.State.ENDED), Value(1)), default=Value(0), output_field=IntegerField())
    mine = Pair.objects.filter(halves__person_id=who.person_id)
    return list(mine.select_related("proposal").prefetch_related("halves").order_by(order, "-made_at", "id"))


def partner_id(pair: Pair, person_id: uuid.UUID) -> uuid.UUID | None:
    """The other person of a pair, or None when they left Bothways."""
    others = [half.person_id for half in pair.halves.all() if half.person_id != person_id]
    return others[0] if others else None


def partner_name(who: Acting, pair: Pair) -> str:
    """What my partner asked to be called, or 'your partner' when that is not open to me (any more)."""
    # A pair that ended is not asked for: how long that takes would say if the other is still here.
    other = None if pair.is_ended else partner_id(pair, who.person_id)
    names = people.names_for(who, [other]) if other else {}
    return names.get(other, "") if other and names.get(other) else _("your partner")


@dataclass(frozen=True, slots=True)
class Words:
    """A personal text on a page: whose (in words of the page), what, and which way it runs."""

    by: str
    text: str
    mine: bool

    @property
    def direction(self) -> str:
        return direction(self.text)


@dataclass(frozen=True, slots=True)
class CardPage:
    """One version of a card in words."""

    version: int
    made_at: datetime
    rhythm: str
    # One row a day: its name, then for each part of the day whether it suits.
    week: list[tuple[str, list[bool]]]
    ways: list[str]
    customs: list[Words]
    rather_not: list[Words]
    signed_by_me: bool
    signed_by_partner: bool

    @property
    def agreed(self) -> bool:
        return self.signed_by_me and self.signed_by_partner

    @property
    def times(self) -> list[str]:
        """The times of the week in words: each day that has any, with its parts."""
        return times_words(self.week)


@dataclass(frozen=True, slots=True)
class CardState:
    """Where the two stand with their card: the newest version and the last agreed one."""

    newest: Card | None
    agreed: Card | None
    signed_by_me: bool
    signed_by_partner: bool

    @property
    def waits_for_me(self) -> bool:
        return self.newest is not None and not self.signed_by_me

    @property
    def waits_for_partner(self) -> bool:
        return self.signed_by_me and not self.signed_by_partner


def card_state(who: Acting, pair: Pair) -> CardState:
    """Where we stand with the card, without opening any words."""
    cards = sorted(
        Card.objects.filter(pair_id=pair.pk).prefetch_related("signatures"), key=lambda card: card.version
    )
    return _state(who, cards)


def card_states(who: Acting, pairs: list[Pair]) -> dict[uuid.UUID, CardState]:
    """The same for several pairs at once."""
    by_pair: dict[uuid.UUID, list[Card]] = {pair.pk: [] for pair in pairs}
    cards = Card.objects.filter(pair_id__in=list(by_pair)).prefetch_related("signatures")
    for card in cards.order_by("version"):
        by_pair[card.pair_id].append(card)
    return {pair_id: _state(who, found) for pair_id, found in by_pair.items()}


def _state(who: Acting, cards: list[Card]) -> CardState:
    newest = cards[-1] if cards else None
    signed = {signature.person_id for signature in newest.signatures.all()} if newest else set()
    return CardState(newest, agreed(cards), who.person_id in signed, bool(signed - {who.person_id}))


def card_pages(who: Acting, pair: Pair, cards: list[Card]) -> list[CardPage]:
    """Versions of a card in words, mine first among the texts. Opens the texts of all of them at once."""
    written = texts.read(who, [text_id for card in cards for text_id in _text_ids(card)])
    partner = partner_name(who, pair)
    me = my_half(who, pair).person_id

    def words(of: dict[str, str]) -> list[Words]:
        owners = sorted(of, key=lambda owner: owner != str(me))
        found = [(owner, written.get(uuid.UUID(of[owner]), "")) for owner in owners]
        return [
            Words(_("You") if owner == str(me) else partner, text, owner == str(me))
            for owner, text in found
            if text
        ]

    return [_page(card, me, words(card.customs), words(card.rather_not)) for card in cards]


def _page(card: Card, me: uuid.UUID, customs: list[Words], rather_not: list[Words]) -> CardPage:
    signed = {signature.person_id for signature in card.signatures.all()}
    return CardPage(
        version=card.version,
        made_at=card.made_at,
        rhythm=str(rhythm_words(card.rhythm)),
        week=week(card.times),
        ways=[str(item.words) for item in catalogue.MODES if card.modes & item.bit],
        customs=customs,
        rather_not=rather_not,
        signed_by_me=me in signed,
        signed_by_partner=bool(signed - {me}),
    )


def _text_ids(card: Card) -> list[uuid.UUID]:
    return [uuid.UUID(text_id) for words in (card.customs, card.rather_not) for text_id in words.values()]


def my_card_words(who: Acting, card: Card) -> tuple[str, str]:
    """My own house customs and what I would rather not, as they stand on a card."""
    ids = [words.get(str(who.person_id)) for words in (card.customs, card.rather_not)]
    written = texts.read(who, [uuid.UUID(text_id) for text_id in ids if text_id])
    customs, rather_not = (written.get(uuid.UUID(text_id), "") if text_id else "" for text_id in ids)
    return customs, rather_not


def rhythm_words(rhythm: str) -> str:
    """How often, in words."""
    return {
        Card.Rhythm.WEEKLY: _("Every week"),
        Card.Rhythm.FORTNIGHTLY: _("Every two weeks"),
        Card.Rhythm.MONTHLY: _("Once a month"),
        Card.Rhythm.OPEN: _("Whenever it suits us both"),
    }[Card.Rhythm(rhythm)]


def week(times: int) -> list[tuple[str, list[bool]]]:
    """The bits of a week as one row a day."""
    parts = len(catalogue.PARTS)
    return [
        (str(day), [bool(times >> (number * parts + part) & 1) for part in range(parts)])
        for number, day in enumerate(catalogue.DAYS)
    ]


def shared_times_and_ways(pair: Pair) -> tuple[int, int]:
    """The times of the week and the ways to meet that suited both when they were proposed: a first card
    starts from them."""
    reasons = pair.proposal.reasons
    times, modes = reasons.get("times", 0), reasons.get("modes", 0)
    return (times if 0 <= times < TIMES_END else 0), (modes if 0 <= modes < MODES_END else 0)


@dataclass(frozen=True, slots=True)
class BothCan:
    """What suits both, and nothing that suits one alone: how often, times of the week and ways, as bits."""

    rhythm: str
    times: int
    modes: int


def both_can(pair: Pair) -> BothCan:
    """What the card says that both have signed; before there is one, what suited both when they were
    proposed to each other."""
    card = agreed(list(Card.objects.filter(pair_id=pair.pk).prefetch_related("signatures")))
    if card is not None:
        return BothCan(card.rhythm, card.times, card.modes)
    return BothCan(Card.Rhythm.OPEN, *shared_times_and_ways(pair))


def times_words(days: list[tuple[str, list[bool]]]) -> list[str]:
    """The rows of a week as short lines, like "Tuesday: afternoon, evening"."""
    suited = [
        (day, [str(part) for part, suits in zip(catalogue.PARTS, parts, strict=True) if suits])
        for day, parts in days
    ]
    # Translators: put between the items of a list, with its space.
    comma = _(", ")
    return [
        _("%(day)s: %(parts)s") % {"day": day, "parts": comma.join(parts)} for day, parts in suited if parts
    ]


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact details of a pair, as one of the two sees them."""

    mine: str
    # '' when there are none to see, for whatever reason: one answer for all of them, on purpose.
    partners: str
    i_agreed: bool


def contact(who: Acting, pair: Pair) -> Contact:
    """My own contact details, and my partner's if both of us agree to sharing them."""
    half, other = my_half(who, pair), other_half(who, pair)
    i_agreed = _shares_contact(half.enrolment_id)
    both = i_agreed and other is not None and _shares_contact(other.enrolment_id)
    theirs = other.contact_text if both and other is not None else None
    written = texts.read(who, [half.contact_text, theirs])
    return Contact(
        mine=written.get(half.contact_text, "") if half.contact_text else "",
        partners=written.get(theirs, "") if theirs else "",
        i_agreed=i_agreed,
    )


def partner_checks(who: Acting, pair: Pair, programme: Programme) -> list[str]:
    """The valid checks of my partner in a pair that stands, in words. An ended one is not mentioned."""
    other = other_half(who, pair)
    if pair.is_ended or other is None:
        return []
    return [
        _("%(check)s, valid until %(month)s") % {"check": item.words, "month": month}
        for item, month in enrol.of_partner(other.enrolment_id, programme)
    ]


def my_pause(who: Acting, pair: Pair) -> date | None:
    """Until when I paused this pair myself."""
    return my_half(who, pair).paused_until


def _shares_contact(enrolment_id: uuid.UUID) -> bool:
    return enrol.consents(enrolment_id).get("contact", False)
