"""What each of the two can do with their own words: on a card, contact details, thanks."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import record
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.core.wording.api import Change, register
from bothways.pair.access import live_pair
from bothways.pair.closings import say_thanks
from bothways.pair.in_touch import take_back_in_touch
from bothways.pair.models import Card, Half, InTouch
from bothways.pair.paths import in_touch_path
from bothways.pair.services import set_contact


@transaction.atomic
def delete_from_card(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my words on a card of mine.

    A version is never changed, so it still says that here was a text; there is none to read. The
    signatures stay: what both agreed to beside these words still stands.
    """
    confirm(who)
    pair_id = _cards_with(who, text_id).values_list("pair_id", flat=True).first()
    if pair_id is None:
        raise Http404
    pair = live_pair(who, pair_id, lock=True)
    texts.drop(owner_id=who.person_id, text_ids=[text_id])
    record("card.words_deleted", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)


def delete_contact(who: Acting, text_id: uuid.UUID) -> None:
    """Take my contact details away from a partner."""
    set_contact(who, pair_id=_half_with(who, text_id).pair_id, words="")


def delete_thanks(who: Acting, text_id: uuid.UUID) -> None:
    """Take my word of thanks back."""
    say_thanks(who, pair_id=_half_with(who, text_id).pair_id, words="")


def card_place(who: Acting, text_id: uuid.UUID) -> str | None:
    card = _cards_with(who, text_id).first()
    return reverse("card_change", args=[card.pair_id]) if card else None


def contact_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("pair_contact", args=[_half_with(who, text_id).pair_id])


def thanks_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("pair_closing", args=[_half_with(who, text_id).pair_id])


def _cards_with(who: Acting, text_id: uuid.UUID) -> QuerySet[Card]:
    me = str(who.person_id)
    said = Q(**{f"customs__{me}": str(text_id)}) | Q(**{f"rather_not__{me}": str(text_id)})
    return Card.objects.filter(said, pair__halves__person_id=who.person_id)


def _half_with(who: Acting, text_id: uuid.UUID) -> Half:
    either = Q(contact_text=text_id) | Q(thanks_text=text_id)
    half = Half.objects.filter(either, person_id=who.person_id).first()
    if half is None:
        raise Http404
    return half


def delete_in_touch(who: Acting, text_id: uuid.UUID) -> None:
    """Take back that I would like to stay in touch."""
    take_back_in_touch(who, pair_id=_in_touch_with(who, text_id).pair_id)


def in_touch_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return in_touch_path(_in_touch_with(who, text_id).pair_id)


def _in_touch_with(who: Acting, text_id: uuid.UUID) -> InTouch:
    return get_object_or_404(InTouch, text_id=text_id, person_id=who.person_id)


_ON_A_CARD = Change(
    place=card_place,
    delete=delete_from_card,
    effect=_("The card and both signatures stay, without these words."),
)
register("card.customs", _ON_A_CARD)
register("card.rather_not", _ON_A_CARD)
register("contact", Change(place=contact_place, delete=delete_contact))
register("thanks", Change(place=thanks_place, delete=delete_thanks))
register(
    "in_touch",
    Change(
        place=in_touch_place,
        delete=delete_in_touch,
        effect=_("What your partner wrote for you to keep closes too."),
    ),
)
