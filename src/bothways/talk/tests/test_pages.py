"""The pages: who gets what, every kind of bad input, and how much they ask of the database."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bothways.core.clock.api import travelled
from bothways.pair import services as pairs
from bothways.people import api as people
from bothways.talk import selectors, services
from bothways.talk.models import Bookmark, Message

pytestmark = pytest.mark.django_db


def path_of(pair) -> str:
    return f"/pairs/{pair.id}/messages/"


def typed(words: str, **more: str) -> dict[str, str]:
    return {"words": words, "once": str(uuid.uuid4()), **more}


def test_who_gets_in(amina, bo, chen, dara, eli, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="Ours")
    for path in (path_of(pair), f"/messages/{message.id}/letter.pdf"):
        assert Client().get(path).status_code == 302
        for person in (chen, dara, eli):
            assert person.browser().get(path).status_code == 404
        for person in (amina, bo):
            page = person.browser().get(path)
            assert page.status_code == 200
            assert "no-store" in page["Cache-Control"]
    for person in (bo, chen, dara, eli):
        assert person.browser().post(f"/messages/{message.id}/delete/").status_code == 404
        assert person.browser().post(path_of(pair), typed("x")).status_code == (302 if person is bo else 404)
    nothing = uuid.uuid4()
    for path in (f"/messages/{nothing}/letter.pdf", f"/pairs/{nothing}/messages/"):
        assert amina.browser().get(path).status_code == 404


def test_by_the_page_also_twice(amina, bo, pair) -> None:
    form = typed("نص <b>bold</b>\r\n2 lines")
    for _twice in range(2):
        assert amina.browser().post(path_of(pair), form).status_code == 302
    page = bo.browser().get(path_of(pair)).content.decode()
    assert page.count("نص &lt;b&gt;bold&lt;/b&gt;\n2 lines") == 1
    message = Message.objects.get()
    delete = f"/messages/{message.id}/delete/"
    assert delete not in page
    assert delete in amina.browser().get(path_of(pair)).content.decode()
    assert amina.browser().get(delete).status_code == 405
    assert amina.browser().post(delete).status_code == 302
    assert amina.browser().post(delete).status_code == 404


def test_a_mixed_text_stands_in_a_box_of_its_own_direction(amina, bo, pair) -> None:
    """An override that is not closed, and a name in another script, stay within their own paragraph."""
    services.send(amina.who, pair_id=pair.id, words="\u202eabc مرحبا 123")
    page = bo.browser().get(path_of(pair)).content.decode()
    assert '<p class="words" dir="auto">\u202eabc مرحبا 123</p>' in page
    assert "<bdi>Amina</bdi>" in page


@pytest.mark.parametrize("words", ["palabra " * 10_000, "كلمات " * 10_000, "字" * 10_000])
def test_ten_thousand_words_get_a_sentence_and_stay_typed(amina, pair, words) -> None:
    page = amina.browser().post(path_of(pair), typed(words))
    assert page.status_code == 422
    shown = page.content.decode()
    assert "This is too long for one message" in shown and "4,000" in shown
    assert words.strip() in shown
    assert not Message.objects.exists()


@pytest.mark.parametrize("words", ["", "   \r\n ", "a\x00b"])
def test_what_is_no_message_is_said(amina, pair, words) -> None:
    page = amina.browser().post(path_of(pair), typed(words))
    assert page.status_code == 422
    assert 'class="err' in page.content.decode()
    assert not Message.objects.exists()


def test_four_thousand_characters_go(amina, bo, pair) -> None:
    words = ("z" * 99 + "\r\n") * 40
    assert amina.browser().post(path_of(pair), typed(words)).status_code == 302
    assert amina.browser().post(path_of(pair), {"words": "odd", "once": "\x00"}).status_code == 302


def test_after_the_end_nothing_goes_and_nothing_typed_is_lost(amina, bo, pair) -> None:
    services.send(bo.who, pair_id=pair.id, words="Yours")
    mine = services.send(amina.who, pair_id=pair.id, words="Mine")
    pairs.end(bo.who, pair_id=pair.id)
    browser = amina.browser()
    refused = browser.post(path_of(pair), typed("kept words"))
    assert refused.status_code == 409
    assert "kept words" in refused.content.decode()
    page = browser.get(path_of(pair)).content.decode()
    assert "Mine" in page and "Yours" not in page and "<textarea" not in page
    assert browser.get(f"/messages/{mine.id}/letter.pdf").status_code == 409


def test_the_home_page_says_once_that_there_is_something(amina, bo, pair) -> None:
    for number in range(3):
        services.send(amina.who, pair_id=pair.id, words=f"{number}")
    home = bo.browser().get("/").content.decode()
    assert home.count("A message for you") == 1
    assert home.count("Your partner wrote to you") == 1
    assert "A message for you" not in amina.browser().get("/").content.decode()
    bo.browser().get(path_of(pair))
    home = bo.browser().get("/").content.decode()
    assert "A message for you" not in home and "Your partner wrote to you" not in home
    bo.browser().get(path_of(pair))
    assert Bookmark.objects.count() == 1
    services.send(amina.who, pair_id=pair.id, words="again")
    assert "A message for you" in bo.browser().get("/").content.decode()
    pairs.end(amina.who, pair_id=pair.id)
    assert "A message for you" not in bo.browser().get("/").content.decode()


def test_an_older_page_takes_no_news_away(amina, bo, pair) -> None:
    services.send(amina.who, pair_id=pair.id, words="Hello")
    bo.browser().get(f"{path_of(pair)}?page=2")
    assert not Bookmark.objects.exists()
    home = bo.browser().get("/").content.decode()
    assert "A message for you" in home and "Your partner wrote to you" in home


def test_it_comes_in_pages_and_a_long_one_costs_no_more(amina, bo, pair) -> None:
    asked = []
    browser = bo.browser()
    for part in range(3):
        for number in range(part * 25, part * 25 + 25):
            services.send((amina, bo)[number % 2].who, pair_id=pair.id, words=f"Line {number}.")
        browser.get(path_of(pair))
        browser.get("/")
        for path in (path_of(pair), "/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(path).status_code == 200
            asked.append(len(queries))
    assert len(set(asked[::2])) == 1 and asked[0] <= 14, asked
    assert len(set(asked[1::2])) == 1, asked
    first = browser.get(path_of(pair)).content.decode()
    assert "Line 74." in first and "Line 54." not in first
    assert "Line 54." in browser.get(f"{path_of(pair)}?page=2").content.decode()
    for odd in ("999", "-1", "x", "%00", "9" * 400):
        assert browser.get(f"{path_of(pair)}?page={odd}").status_code == 200
    assert selectors.PER_PAGE == 20


def test_the_time_is_the_readers_own(amina, bo, pair) -> None:
    with travelled(timedelta(0)):
        services.send(amina.who, pair_id=pair.id, words="Hello")
    Message.objects.update(at="2026-05-04T22:30Z")
    people.Person.objects.filter(id=bo.id).update(time_zone="Asia/Shanghai")
    assert "May 5, 2026, 6:30\N{NO-BREAK SPACE}a.m." in bo.browser().get(path_of(pair)).content.decode()
    assert "May 4, 2026, 10:30\N{NO-BREAK SPACE}p.m." in amina.browser().get(path_of(pair)).content.decode()


# --- say it in my language ---


def test_a_tap_puts_a_phrase_behind_what_is_typed_and_sends_nothing(amina, pair) -> None:
    form = typed("Dear Bo\r\n", add="ill", **{"with": "zh-hans"})
    page = amina.browser().post(path_of(pair), form)
    assert page.status_code == 200
    shown = page.content.decode()
    assert "Dear Bo\nI am ill.</textarea>" in shown
    assert form["once"] in shown
    assert "我生病了" in shown and "أنا مريض" not in shown
    assert not Message.objects.exists()
    for odd in ("", "x", "\x00", "9" * 5000):
        assert amina.browser().post(path_of(pair), typed("kept", add=odd)).status_code == 200


def test_the_language_beside_is_the_readers_choice(amina, pair) -> None:
    shown = amina.browser().post(path_of(pair), typed("kept words", beside="zh-hans")).content.decode()
    assert "我生病了" in shown and "kept words" in shown
    for odd in ("xx", "en", "\x00"):
        page = amina.browser().post(path_of(pair), typed("kept words", beside=odd))
        assert page.status_code == 200 and "I am ill." in page.content.decode()


def test_a_phrase_is_read_in_ones_own_language(amina, bo, pair) -> None:
    services.send(amina.who, pair_id=pair.id, words="Hallo Bo\nI am ill.\nBis bald")
    page = bo.browser().get(path_of(pair)).content.decode()
    assert "我生病了" not in page.split("</form>")[-2]
    people.set_language(bo.who, "zh-hans")
    page = bo.browser().get(path_of(pair)).content.decode()
    words, also = page.index('dir="auto">我生病了。</p>'), page.index('dir="auto">I am ill.</p>')
    assert page.index("Hallo Bo") < words < also < page.index("Bis bald")
