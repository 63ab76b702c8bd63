"""What this room holds about a person: their pairs, and what they wrote on cards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, Words, register
from bothways.core.texts import api as texts
from bothways.pair import services
from bothways.pair.access import my_half
from bothways.pair.models import Card, Closing, InTouch, Pair
from bothways.pair.selectors import my_card_words, pairs_of, rhythm_words, times_words, week
from bothways.programme.api import by_id, catalogue

STATES = {
    Pair.State.LIVE: _("Live"),
    Pair.State.PAUSED: _("Paused"),
    Pair.State.ENDED: _("Ended"),
}


def export(who: Acting) -> list[Section]:
    """My pairs with my own contact details, and my part of each card. Nothing that a partner wrote."""
    pairs = pairs_of(who)
    return [_pairs(who, pairs), _cards(who, pairs)]


def _pairs(who: Acting, pairs: list[Pair]) -> Section:
    labels: dict[str, Words] = {
        "programme": _("Programme"),
        "state": _("How it stands"),
        "made_at": _("Since"),
        "paused_until": _("You paused until"),
        "ended_at": _("Ended"),
        "contact": _("Your contact details for this partner"),
        "closing": _("Day of the planned ending"),
        "thanks": _("Your word of thanks"),
        "in_touch": _("What this partner may keep to stay in touch"),
    }
    names = {programme_id: by_id(programme_id).name for programme_id in {p.programme_id for p in pairs}}
    halves = {pair.pk: my_half(who, pair) for pair in pairs}
    own = [text_id for half in halves.values() for text_id in (half.contact_text, half.thanks_text)]
    kept = dict(
        InTouch.objects.filter(pair__in=pairs, person_id=who.person_id).values_list("pair_id", "text_id")
    )
    written = texts.read(who, [*own, *kept.values()])
    days = dict(Closing.objects.filter(pair__in=pairs).values_list("pair_id", "day"))
    rows = [
        {
            "programme": names[pair.programme_id],
            "state": str(STATES[Pair.State(pair.state)]),
            "made_at": pair.made_at,
            "paused_until": halves[pair.pk].paused_until,
            "ended_at": pair.ended_at,
            "contact": written.get(halves[pair.pk].contact_text or pair.pk, ""),
            "closing": days.get(pair.pk),
            "thanks": written.get(halves[pair.pk].thanks_text or pair.pk, ""),
            "in_touch": written.get(kept.get(pair.pk, pair.pk), ""),
        }
        for pair in pairs
    ]
    return Section("pairs", _("Your pairs"), labels, rows)


def _cards(who: Acting, pairs: list[Pair]) -> Section:
    labels: dict[str, Words] = {
        "version": _("Version"),
        "made_at": _("Written"),
        "rhythm": _("How often"),
        "times": _("Times of the week"),
        "ways": _("Ways to meet"),
        "customs": _("Your house customs"),
        "rather_not": _("What you would rather not"),
        "signed_at": _("You signed"),
    }
    cards = Card.objects.filter(pair__in=pairs).prefetch_related("signatures").order_by("made_at", "id")
    return Section("cards", _("Your cards"), labels, [_card(who, card) for card in cards])


def _card(who: Acting, card: Card) -> dict[str, object]:
    customs, rather_not = my_card_words(who, card)
    signed = [row.at for row in card.signatures.all() if row.person_id == who.person_id]
    return {
        "version": card.version,
        "made_at": card.made_at,
        "rhythm": rhythm_words(card.rhythm),
        "times": times_words(week(card.times)),
        "ways": [str(item.words) for item in catalogue.MODES if card.modes & item.bit],
        "customs": customs,
        "rather_not": rather_not,
        "signed_at": signed[0] if signed else None,
    }


register("pair", exporter=export, eraser=services.erase)
