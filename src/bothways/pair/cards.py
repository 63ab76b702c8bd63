"""The card: what the two agree. Any change is a new version, which counts when both have signed it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.pair.access import live_pair, other_half
from bothways.pair.models import Card, Pair, Signature
from bothways.pair.notices import tell
from bothways.pair.paths import card_path
from bothways.pair.services import share_in_pair
from bothways.pair.words import cleaned

WORDS_LENGTH = 1000


class CardChanged(Refused):
    """Someone else's change came first; `version` is the newest one now."""

    def __init__(self, version: int) -> None:
        super().__init__(
            _(
                "Your partner changed the card at the same time. Your words are still here. "
                "Look at the card as it is now, then save again."
            )
        )
        self.version = version


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one person would have on the card: what both share, and their own two texts."""

    rhythm: str
    times: int
    modes: int
    customs: str
    rather_not: str


@transaction.atomic
def save(who: Acting, *, pair_id: uuid.UUID, seen_version: int, wanted: Wanted) -> Card:
    """Make the next version of the card, which both must sign, and return it.

    `seen_version` is the version that was on the page (0: none yet). Raises CardChanged when there is a
    newer one. Saving what stands already, or the same twice, makes no new version.
    """
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    newest = pair.cards.order_by("-version").first()
    if newest is not None and _says_the_same(who, newest, wanted):
        return newest
    version = newest.version if newest else 0
    if version != seen_version:
        raise CardChanged(version)
    card = Card(pair=pair, version=version + 1, rhythm=wanted.rhythm, times=wanted.times, modes=wanted.modes)
    card.made_at = now()
    card.customs = _with_mine(who, pair, newest.customs if newest else {}, "customs", wanted.customs)
    card.rather_not = _with_mine(
        who, pair, newest.rather_not if newest else {}, "rather_not", wanted.rather_not
    )
    card.save(force_insert=True)
    _drop_older(pair, card)
    _tell(who, pair, card, "card.changed", "pair.card")
    return card


@transaction.atomic
def sign(who: Acting, *, pair_id: uuid.UUID, version: int) -> Card:
    """Sign the newest version of the card. Signing twice signs once.

    Raises CardChanged when `version`, the one that was on the page, is not the newest any more.
    """
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    card = pair.cards.order_by("-version").first()
    if card is None:
        raise Refused(_("There is no card yet. Write one first."))
    if card.version != version:
        raise Refused(_("The card has changed. Please read it once more, then sign."))
    signed = set(card.signatures.values_list("person_id", flat=True))
    if who.person_id in signed:
        return card
    Signature.objects.create(card=card, person_id=who.person_id, entry_id=who.entry_id, at=now())
    if signed:
        _drop_older(pair, card)
        record("card.agreed", programme_id=pair.programme_id, object_id=pair.id, version=card.version)
        _tell(who, pair, card, "card.signed", "pair.agreed")
    else:
        _tell(who, pair, card, "card.signed", None)
    return card


def agreed(cards: list[Card]) -> Card | None:
    """The newest of these versions that both people signed. Signatures must be loaded with the cards."""
    both = [card for card in cards if len(card.signatures.all()) == 2]
    return max(both, key=lambda card: card.version, default=None)


def _says_the_same(who: Acting, card: Card, wanted: Wanted) -> bool:
    if (card.rhythm, card.times, card.modes) != (wanted.rhythm, wanted.times, wanted.modes):
        return False
    mine = [words.get(str(who.person_id)) for words in (card.customs, card.rather_not)]
    written = texts.read(who, [uuid.UUID(text_id) for text_id in mine if text_id])
    stands = [written.get(uuid.UUID(text_id), "") if text_id else "" for text_id in mine]
    return stands == [cleaned(words, WORDS_LENGTH) for words in (wanted.customs, wanted.rather_not)]


def _with_mine(who: Acting, pair: Pair, before: dict[str, str], kind: str, words: str) -> dict[str, str]:
    """The texts of the version before, with mine replaced if its words are new."""
    me = str(who.person_id)
    plain = cleaned(words, WORDS_LENGTH)
    after = {owner: text_id for owner, text_id in before.items() if owner != me}
    if not plain:
        return after
    old = uuid.UUID(before[me]) if me in before else None
    if old and texts.read(who, [old]).get(old) == plain:
        return {**after, me: str(old)}
    text_id = texts.put(owner_id=who.person_id, kind=f"card.{kind}", words=plain)
    share_in_pair(who, pair, [text_id])
    return {**after, me: str(text_id)}


def _drop_older(pair: Pair, newest: Card) -> None:
    """Keep the newest version and the last that both signed; what no kept version says is deleted."""
    cards = list(pair.cards.prefetch_related("signatures").order_by("version"))
    kept = [card for card in cards if card in (newest, agreed(cards))]
    for half in pair.halves.all():
        written = {text_id for card in cards for text_id in card.texts_of(half.person_id)}
        in_use = {text_id for card in kept for text_id in card.texts_of(half.person_id)}
        if written - in_use:
            texts.drop(owner_id=half.person_id, text_ids=written - in_use)
    pair.cards.exclude(id__in=[card.pk for card in kept]).delete()


def _tell(who: Acting, pair: Pair, card: Card, kind: str, notice: str | None) -> None:
    record(
        kind,
        programme_id=pair.programme_id,
        person_id=who.person_id,
        object_id=pair.id,
        version=card.version,
    )
    if notice:
        key = f"{notice}:{pair.id}:{card.version}"
        tell(other_half(who, pair), notice, path=card_path(pair.id), key=key)
