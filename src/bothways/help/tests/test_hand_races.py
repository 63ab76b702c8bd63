"""Hands at the same moment, with real threads and connections."""

from __future__ import annotations

import pytest
from django.http import Http404
from tests.at_once import raised_at_once

from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn
from bothways.core.texts.models import Share, Text
from bothways.help import hands
from bothways.help.hand_models import HandAsk, HandYes
from bothways.help.tests.test_hands import MINE, THEIRS, as_, asked, likes
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db(transaction=True)
TOLD = (Refused, Http404, NotSignedIn)


def told(raised: list[Exception | None]) -> bool:
    """Whether each of them was done, or said in a sentence why not."""
    return all(one is None or isinstance(one, TOLD) for one in raised)


def nothing_half() -> bool:
    """Whether no share and no text stays of a yes that is gone, and an open one has all four."""
    met = list(HandYes.objects.filter(met_at__isnull=False).values_list("id", flat=True))
    kept = set(HandYes.objects.values_list("text_id", flat=True)) | set(
        HandYes.objects.exclude(asker_text_id=None).values_list("asker_text_id", flat=True)
    )
    texts = set(Text.objects.filter(kind="hand").values_list("id", flat=True))
    shares = Share.objects.filter(text_id__in=texts).count()
    return kept == texts and shares == 2 * len(met)


def test_both_yeses_twice_at_once_are_one(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    raised = raised_at_once(
        *(lambda: as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE) for _twice in range(2))
    )
    assert told(raised) and None in raised
    assert Event.objects.filter(kind="hand.met").count() == 1 and nothing_half()


def test_a_yes_taken_back_as_it_is_accepted(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    raised = raised_at_once(
        lambda: as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE),
        lambda: as_(chen, hands.call_off, yes_id=said.id),
    )
    assert told(raised) and raised[1] is None
    assert not HandYes.objects.exists() and nothing_half()


def test_an_ask_taken_back_as_somebody_says_yes(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    raised = raised_at_once(
        lambda: as_(chen, hands.offer, ask_id=ask.id, words=THEIRS),
        lambda: as_(amina, hands.take_back, ask_id=ask.id),
    )
    assert told(raised) and raised[1] is None
    assert not HandAsk.objects.exists() and not HandYes.objects.exists() and nothing_half()


def test_leaving_as_it_is_accepted(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = as_(chen, hands.offer, ask_id=ask.id, words=THEIRS)
    raised = raised_at_once(
        lambda: as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE),
        lambda: as_(chen, lambda who: people.leave(who)),
    )
    assert told(raised) and raised[1] is None
    assert not HandYes.objects.exists()
    assert not Share.objects.filter(under=said.id).exists()


def test_the_pair_ends_as_the_partner_says_yes(amina, bo, programme, pair) -> None:
    ask = asked(amina, programme, pair_id=pair.id)
    raised = raised_at_once(
        lambda: as_(bo, hands.offer, ask_id=ask.id, words=THEIRS),
        lambda: as_(amina, pairs.end, pair_id=pair.id),
    )
    assert told(raised) and raised[1] is None
    assert not HandYes.objects.exists() and nothing_half()


def test_the_pair_ends_as_it_is_accepted(amina, bo, programme, pair) -> None:
    ask = asked(amina, programme, pair_id=pair.id)
    said = as_(bo, hands.offer, ask_id=ask.id, words=THEIRS)
    raised = raised_at_once(
        lambda: as_(amina, hands.accept, ask_id=ask.id, yes_id=said.id, words=MINE),
        lambda: as_(bo, pairs.end, pair_id=pair.id),
    )
    assert told(raised) and raised[1] is None
    assert not HandYes.objects.exists() and not Share.objects.filter(under=said.id).exists()
