"""Pairs for the tests of this room and of the rooms above: a real round, real yeses."""

from __future__ import annotations

from typing import Any

from tests.cast import Someone

from bothways.match.tests.factory import accepted
from bothways.pair import cards
from bothways.pair.models import Card, Pair
from bothways.programme.models import Programme


def a_pair(amina: Someone, bo: Someone, programme: Programme) -> Pair:
    """The pair of these two: whoever is not enrolled yet enrols, a round proposes them, both say yes."""
    proposal = accepted(amina, bo, programme)
    return Pair.objects.get(proposal_id=proposal.pk)


def wanted(**changes: Any) -> cards.Wanted:
    """A card: every week, Tuesday evening, in person."""
    usual: dict[str, Any] = {"rhythm": "weekly", "times": 1 << 5, "modes": 1, "customs": "", "rather_not": ""}
    return cards.Wanted(**{**usual, **changes})


def a_card(amina: Someone, pair: Pair, **changes: Any) -> Card:
    """`amina` writes the next version, on top of whatever is there; nobody has signed it."""
    newest = pair.cards.order_by("-version").first()
    seen = newest.version if newest else 0
    return cards.save(amina.who, pair_id=pair.pk, seen_version=seen, wanted=wanted(**changes))


def an_agreed_card(amina: Someone, bo: Someone, pair: Pair, **changes: Any) -> Card:
    """A card that both have signed."""
    card = a_card(amina, pair, **changes)
    for person in (amina, bo):
        cards.sign(person.who, pair_id=pair.pk, version=card.version)
    return card
