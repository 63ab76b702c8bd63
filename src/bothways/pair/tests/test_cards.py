"""The card counts when both have signed the same version, each in their own session."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from bothways.core.clock.api import now
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn
from bothways.core.outbox.models import Notice
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.pair import cards, selectors, services
from bothways.pair.models import Card, Signature
from bothways.pair.tests.factory import a_card, an_agreed_card, wanted

pytestmark = pytest.mark.django_db


def sign(someone, card: Card) -> Card:
    return cards.sign(someone.who, pair_id=card.pair_id, version=card.version)


def words_seen(someone, pair, card) -> tuple[list[str], list[str]]:
    (page,) = selectors.card_pages(someone.who, pair, [card])
    return [words.text for words in page.customs], [words.text for words in page.rather_not]


def test_both_see_a_draft_with_the_words_of_both(amina, bo, pair) -> None:
    a_card(amina, pair, customs="Shoes off, please")
    card = a_card(bo, pair, customs="你好，请喝茶", rather_not="لا صور")
    assert card.version == 2
    assert words_seen(amina, pair, card) == (["Shoes off, please", "你好，请喝茶"], ["لا صور"])
    assert words_seen(bo, pair, card) == (["你好，请喝茶", "Shoes off, please"], ["لا صور"])


def test_it_is_agreed_when_both_signed_the_same_version(amina, bo, pair) -> None:
    card = a_card(amina, pair)
    assert selectors.card_state(bo.who, pair).waits_for_me
    sign(amina, card)
    assert selectors.card_state(amina.who, pair).agreed is None
    assert selectors.card_state(amina.who, pair).waits_for_partner
    sign(bo, card)
    assert selectors.card_state(amina.who, pair).agreed == card
    assert Event.objects.filter(kind="card.agreed", object_id=pair.id).count() == 1


def test_signing_twice_signs_once(amina, bo, pair) -> None:
    card = a_card(amina, pair)
    sign(amina, card)
    sign(amina, card)
    assert Signature.objects.count() == 1
    assert selectors.card_state(amina.who, pair).agreed is None


def test_a_change_needs_both_signatures_again_and_the_old_card_stands_until_then(amina, bo, pair) -> None:
    first = an_agreed_card(amina, bo, pair, customs="No phones")
    second = a_card(bo, pair, rhythm="monthly")
    state = selectors.card_state(amina.who, pair)
    assert (state.newest, state.agreed) == (second, first)
    assert state.waits_for_me and not state.signed_by_partner
    sign(amina, second)
    assert selectors.card_state(amina.who, pair).agreed == first
    sign(bo, second)
    assert selectors.card_state(amina.who, pair).agreed == second
    assert list(pair.cards.all()) == [second]
    assert words_seen(bo, pair, second) == (["No phones"], [])


def test_only_words_that_a_kept_version_says_are_kept(amina, bo, pair) -> None:
    an_agreed_card(amina, bo, pair, customs="first")
    for words in ("second", "third", "fourth"):
        a_card(amina, pair, customs=words)
    assert pair.cards.count() == 2
    assert Text.objects.filter(kind="card.customs").count() == 2
    card = pair.cards.order_by("version").last()
    sign(amina, card)
    sign(bo, card)
    assert Text.objects.filter(kind="card.customs").count() == 1
    assert words_seen(bo, pair, card) == (["fourth"], [])


def test_an_old_version_cannot_be_signed(amina, bo, pair) -> None:
    first = a_card(amina, pair)
    a_card(bo, pair, rhythm="open")
    with pytest.raises(Refused, match="has changed"):
        sign(amina, first)
    with pytest.raises(Refused, match="has changed"):
        cards.sign(amina.who, pair_id=pair.id, version=99)
    assert not Signature.objects.exists()


def test_there_is_nothing_to_sign_before_a_card(amina, pair) -> None:
    with pytest.raises(Refused, match="no card yet"):
        cards.sign(amina.who, pair_id=pair.id, version=1)


def test_the_later_of_two_edits_is_told(amina, bo, pair) -> None:
    a_card(amina, pair)
    a_card(amina, pair, rhythm="open")
    with pytest.raises(cards.CardChanged) as caught:
        cards.save(bo.who, pair_id=pair.id, seen_version=1, wanted=wanted(rhythm="monthly"))
    assert caught.value.version == 2
    assert pair.cards.get().rhythm == "open"


def test_saving_the_same_twice_makes_one_version_and_keeps_signatures(amina, bo, pair) -> None:
    first = an_agreed_card(amina, bo, pair, customs="Tea first")
    again = cards.save(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted(customs=" Tea first\r\n"))
    assert again == first and again.signatures.count() == 2
    assert Event.objects.filter(kind="card.changed").count() == 1


def test_taking_my_words_away_leaves_my_partners(amina, bo, pair) -> None:
    a_card(amina, pair, customs="mine")
    a_card(bo, pair, customs="Bo's")
    card = a_card(amina, pair, customs="")
    assert words_seen(amina, pair, card) == (["Bo's"], [])
    assert Text.objects.filter(owner_id=amina.id, kind="card.customs").count() == 0


def test_the_partner_is_told_of_each_version(amina, bo, pair) -> None:
    card = an_agreed_card(amina, bo, pair)
    told = set(Notice.objects.filter(path=f"/pairs/{pair.id}/card/").values_list("person_id", "kind"))
    assert told == {(bo.id, "pair.card"), (amina.id, "pair.agreed")}
    assert card.version == 1


def test_words_stay_between_the_two(amina, bo, chen, pair) -> None:
    card = a_card(amina, pair, customs="only for Bo")
    ids = card.texts_of(amina.id)
    assert texts.read(bo.who, ids) and not texts.read(chen.who, ids)


def test_a_stranger_neither_writes_nor_signs(amina, chen, pair) -> None:
    card = a_card(amina, pair)
    with pytest.raises(Http404):
        sign(chen, card)
    with pytest.raises(Http404):
        a_card(chen, pair)


def test_nobody_signs_for_another(amina, bo, pair) -> None:
    card = a_card(amina, pair)
    with pytest.raises(NotSignedIn):
        cards.sign(Acting(bo.id, amina.who.entry_id), pair_id=pair.id, version=card.version)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(card=card, person_id=bo.id, entry_id=amina.who.entry_id, at=now())


def test_the_database_refuses_signatures_of_others_and_after_the_end(amina, bo, chen, pair) -> None:
    card = a_card(amina, pair)

    def write(someone) -> None:
        with transaction.atomic():
            Signature.objects.create(card=card, person_id=someone.id, entry_id=someone.who.entry_id, at=now())

    with pytest.raises(IntegrityError, match="two people of its pair"):
        write(chen)
    write(bo)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Signature.objects.update(at=now())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Card.objects.update(rhythm="open")
    services.Pair.objects.filter(id=pair.id).update(state="ended", ended_at=now())
    with pytest.raises(IntegrityError, match="two people of its pair"):
        write(amina)


def test_after_the_end_nothing_is_written_or_signed(amina, bo, pair) -> None:
    card = a_card(amina, pair)
    services.end(bo.who, pair_id=pair.id)
    with pytest.raises(Refused, match="has ended"):
        sign(amina, card)
    with pytest.raises(Refused, match="has ended"):
        a_card(amina, pair)


def test_too_many_words_are_refused(amina, pair) -> None:
    with pytest.raises(Refused, match="too long"):
        a_card(amina, pair, customs="x" * (cards.WORDS_LENGTH + 1))
    assert not Card.objects.exists()
