"""The pages of hands: who gets what, bad input, and what the glass box shows."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import today
from bothways.core.registry import api as registry
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.help.hand_models import HandAsk, HandYes
from bothways.help.tests.test_hands import MINE, THEIRS, asked, both_say_yes, likes

pytestmark = pytest.mark.django_db


def test_by_the_page(amina, chen, dara, eli, programme, pair, django_assert_max_num_queries) -> None:
    base = f"/p/{programme.slug}/hands/"
    for path in (base, f"{base}new/"):
        assert Client().get(path).status_code == 302
        for person, status in ((amina, 200), (chen, 200), (dara, 404), (eli, 403)):
            assert person.browser().get(path).status_code == status
    assert chen.browser().post(f"{base}likes/", {"kinds": ["harvest", "lift"]}).status_code == 302
    typed = {"to": "members", "kind": "harvest", "day": f"{today() + timedelta(days=3)}", "hours": "3"}
    made = amina.browser().post(f"{base}new/", {**typed, "once": str(uuid.uuid4())})
    assert made.status_code == 302
    browser = chen.browser()
    with django_assert_max_num_queries(14):
        assert made.url in browser.get(base).content.decode()
    assert browser.post(f"{made.url}yes/", {"words": ""}).status_code == 422
    assert browser.post(f"{made.url}yes/", {"words": THEIRS}).status_code == 302
    (yes_id,) = HandYes.objects.values_list("id", flat=True)
    hers = amina.browser()
    assert hers.post(f"{made.url}yes/{yes_id}/", {"words": "x" * 600}).status_code == 422
    assert hers.post(f"{made.url}yes/{yes_id}/", {"words": MINE}).status_code == 302
    with django_assert_max_num_queries(16):
        assert THEIRS in hers.get(made.url).content.decode()
    assert MINE in browser.get(made.url).content.decode()
    assert browser.post(f"/hands/yes/{yes_id}/off/").status_code == 302
    assert THEIRS not in hers.get(made.url).content.decode()
    assert hers.post(f"{made.url}take-back/").status_code == 302
    assert hers.get(made.url).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"to": "everybody"},
        {"kind": "religion"},
        {"day": "2019-01-01"},
        {"day": "9999-12-31"},
        {"day": "\x00"},
        {"hours": "0"},
        {"hours": "99999999999999999999"},
        {"area": "-1"},
    ],
)
def test_bad_input_is_said(amina, programme, pair, bad) -> None:
    typed = {"to": "members", "kind": "harvest", "day": f"{today()}", "hours": "3"}
    answer = amina.browser().post(f"/p/{programme.slug}/hands/new/", {**typed, **bad})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert not HandAsk.objects.exists()


def test_the_glass_box_shows_it_and_deleting_the_words_calls_it_off(amina, chen, programme, pair) -> None:
    likes(chen, programme)
    ask = asked(amina, programme)
    said = both_say_yes(amina, chen, ask)
    with walls.acting_with(chen.who.token):
        box = {one.key: one.rows for one in registry.everything(chen.who)}
    assert box["hand_likes"] == [{"kind": "Harvest and garden"}]
    assert box["hand_yes"][0]["met_at"] is not None and box["hand_asks"] == []
    browser = chen.browser()
    assert browser.get(reverse("words_place", args=[said.text_id])).url == reverse("hand", args=[ask.id])
    assert browser.post(reverse("words_delete", args=[said.text_id])).status_code == 302
    assert not HandYes.objects.exists() and not Text.objects.filter(kind="hand").exists()
