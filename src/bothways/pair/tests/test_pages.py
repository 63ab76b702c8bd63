"""The pages: who may open them, what they say, and that nothing typed is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import today, travelled
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.pair import api
from bothways.pair.models import Card, Pair
from bothways.pair.tests.factory import a_card, a_pair, an_agreed_card

pytestmark = pytest.mark.django_db

PAGES = ["pair", "card", "card_change", "card_pdf", "pair_contact", "pair_pause", "pair_closing", "pair_end"]
FORMS = ["card", "card_change", "pair_contact", "pair_pause", "pair_end", "pair_resume", "pair_thanks"]


def url(name: str, pair: Pair) -> str:
    return reverse(name, args=[pair.id])


def card_data(**changes: object) -> dict[str, object]:
    usual = {
        "version": 0,
        "rhythm": "weekly",
        "times": ["5", "8"],
        "modes": ["0"],
        "customs": "",
        "rather_not": "",
    }
    return {**usual, **changes}


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", PAGES)
def test_both_open_every_page(amina, bo, pair, name) -> None:
    an_agreed_card(amina, bo, pair)
    for person in (amina, bo):
        response = person.browser().get(url(name, pair))
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        if name != "card_pdf":
            assert response.content.decode().count("<h1") == 1


@pytest.mark.parametrize("name", sorted({*PAGES, *FORMS}))
def test_nobody_else_opens_any(amina, bo, chen, dara, eli, pair, programme, name) -> None:
    an_agreed_card(amina, bo, pair)
    enrolled(chen, programme)
    for other in (chen, dara, eli):
        browser = other.browser()
        if name in PAGES:
            assert browser.get(url(name, pair)).status_code == 404
        if name in FORMS:
            assert browser.post(url(name, pair), {"version": 1, "until": "2999-01-01"}).status_code == 404
    assert not Pair.objects.get().is_ended
    assert other.browser().get(reverse(name, args=[uuid.uuid4()])).status_code in {404, 405}


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_signs_in_first(pair, name) -> None:
    response = Client().get(url(name, pair))
    assert response.status_code == 302 and reverse("account_login") in response["Location"]


def test_wrong_methods_are_405(amina, pair) -> None:
    browser = amina.browser()
    assert browser.get(url("pair_resume", pair)).status_code == 405
    for name in ("pair", "card_pdf"):
        assert browser.post(url(name, pair)).status_code == 405
    assert browser.put(url("pair_end", pair)).status_code == 405


def test_the_page_says_what_they_share(amina, bo, pair) -> None:
    page = text(amina.browser().get(url("pair", pair)))
    assert "You and Bo" in page and "You both speak English." in page
    assert "There is no card yet" in page
    for name in ("meeting_new", "journal"):
        assert url(name, pair) in page
    assert reverse("request_new", args=["river-valley"]) in page


def test_the_page_takes_few_queries_however_long_the_history(
    amina, bo, pair, django_assert_max_num_queries
) -> None:
    for number in range(6):
        an_agreed_card(amina, bo, pair, customs=f"number {number}")
    a_card(bo, pair, customs="newest")
    api.pause(bo.who, pair_id=pair.id, until=today() + timedelta(days=3))
    browser = amina.browser()
    with django_assert_max_num_queries(12):
        assert browser.get(url("pair", pair)).status_code == 200


def test_the_card_page_takes_few_queries(amina, bo, pair, django_assert_max_num_queries) -> None:
    an_agreed_card(amina, bo, pair, customs="a", rather_not="b")
    a_card(bo, pair, customs="c", rather_not="d")
    browser = amina.browser()
    with django_assert_max_num_queries(14):
        assert browser.get(url("card", pair)).status_code == 200


def test_from_the_first_card_to_the_signed_one(amina, bo, pair) -> None:
    hers, his = amina.browser(), bo.browser()
    first = hers.get(url("card_change", pair)).content.decode()
    # What suited both when they were proposed is ticked already.
    assert first.count(" checked") == 2
    saved = hers.post(url("card_change", pair), card_data(customs="Shoes off"))
    assert saved.status_code == 302
    page = text(his.get(url("card", pair)))
    assert "Shoes off" in page and "Sign this card" in page and "Every week" in page
    assert his.post(url("card", pair), {"version": 1}).status_code == 302
    assert "Amina has not signed yet" in text(his.get(url("card", pair)))
    done = hers.post(url("card", pair), {"version": 1}, follow=True)
    assert "You have both signed. This is your card." in text(done)
    again = hers.post(url("card", pair), {"version": 1}, follow=True)
    assert again.status_code == 200


def test_an_edit_that_came_second_keeps_its_words_and_can_be_saved_then(amina, bo, pair) -> None:
    a_card(amina, pair, customs="Amina's tea")
    late = bo.browser().post(url("card_change", pair), card_data(customs="Bo's rule", rhythm="monthly"))
    page = text(late)
    assert late.status_code == 409
    assert "Your words are still here" in page and "Bo&#x27;s rule" in page and "Amina&#x27;s tea" in page
    assert 'name="version" value="1"' in page
    saved = bo.browser().post(url("card_change", pair), card_data(version=1, customs="Bo's rule"))
    assert saved.status_code == 302
    assert Card.objects.get().version == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"rhythm": ""},
        {"rhythm": "hourly"},
        {"rhythm": "\x00"},
        {"times": ["21"]},
        {"times": ["-1"]},
        {"times": ["x"]},
        {"times": ["9" * 400]},
        {"modes": ["4"]},
        {"version": ""},
        {"version": "x"},
        {"version": "-1"},
        {"version": "9" * 50},
        {"rather_not": "x" * 1001},
        {"rather_not": "nul \x00"},
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(amina, pair, wrong) -> None:
    response = amina.browser().post(url("card_change", pair), card_data(customs="keep me", **wrong))
    assert response.status_code == 422
    assert "keep me" in text(response)
    assert not Card.objects.exists()


def test_an_empty_form_says_what_is_missing(amina, pair) -> None:
    response = amina.browser().post(url("card_change", pair), {})
    assert response.status_code == 422 and not Card.objects.exists()


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 60, "\x00"])
def test_signing_needs_the_version_that_was_read(amina, pair, version) -> None:
    a_card(amina, pair)
    assert amina.browser().post(url("card", pair), {"version": version}).status_code == 422


def test_signing_an_older_version_shows_the_new_one(amina, bo, pair) -> None:
    a_card(amina, pair)
    a_card(bo, pair, rhythm="monthly")
    response = amina.browser().post(url("card", pair), {"version": 1})
    assert response.status_code == 409
    assert "The card has changed" in text(response) and "Once a month" in text(response)


def test_there_is_no_pdf_before_both_signed(amina, pair) -> None:
    a_card(amina, pair)
    assert amina.browser().get(url("card_pdf", pair)).status_code == 409


def test_contact_details(amina, bo, pair) -> None:
    hers, his = amina.browser(), bo.browser()
    assert hers.post(url("pair_contact", pair), {"words": "0123 456"}).status_code == 302
    assert "0123 456" in text(his.get(url("pair_contact", pair)))
    assert "0123 456" not in text(his.get(url("pair", pair)))
    too_long = his.post(url("pair_contact", pair), {"words": "y" * 501})
    assert too_long.status_code == 422 and "y" * 501 in text(too_long)
    assert his.post(url("pair_contact", pair), {"words": "a\x00"}).status_code == 422
    assert hers.post(url("pair_contact", pair), {}).status_code == 302
    assert "0123 456" not in text(his.get(url("pair_contact", pair)))


def test_contact_details_after_a_no_keep_what_was_typed(amina, pair) -> None:
    enrolment = Enrolment.objects.get(person_id=amina.id)
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"contact": False})
    browser = amina.browser()
    assert "That is fine" in text(browser.get(url("pair_contact", pair)))
    refused = browser.post(url("pair_contact", pair), {"words": "0123"})
    assert refused.status_code == 409 and "0123" in text(refused)


def test_pausing_and_resuming(amina, bo, pair) -> None:
    hers, his = amina.browser(), bo.browser()
    until = today() + timedelta(days=20)
    assert hers.post(url("pair_pause", pair), {"until": f"{until}"}).status_code == 302
    assert "Paused until" in text(his.get(url("pair", pair)))
    assert "End my pause now" not in text(his.get(url("pair", pair)))
    assert "End my pause now" in text(hers.get(url("pair", pair)))
    assert hers.post(url("pair_resume", pair)).status_code == 302
    assert hers.post(url("pair_resume", pair)).status_code == 302
    assert "Paused until" not in text(his.get(url("pair", pair)))


@pytest.mark.parametrize("until", ["", "x", "2020-01-01", "9999-12-31", "31.12.2030", "\x00", "9" * 500])
def test_a_wrong_day_comes_back(amina, pair, until) -> None:
    response = amina.browser().post(url("pair_pause", pair), {"until": until})
    assert response.status_code in {409, 422}
    assert Pair.objects.get().state == "live"


def test_ending_takes_one_page_and_one_button(amina, bo, pair) -> None:
    hers = amina.browser()
    assert "End this pair" in text(hers.get(url("pair_end", pair)))
    for _twice in range(2):
        response = hers.post(url("pair_end", pair))
        assert response.status_code == 302 and response["Location"] == "/"
    for browser in (hers, bo.browser()):
        page = browser.get(url("pair", pair))
        assert "This pair has ended" in text(page)
        assert "Amina" not in text(page) and "Bo<" not in text(page) and "You and" not in text(page)


@pytest.mark.parametrize("name", ["card", "card_change", "pair_contact", "pair_pause", "pair_end"])
def test_every_page_of_an_ended_pair_leads_to_the_one_sentence(amina, bo, pair, name) -> None:
    a_card(amina, pair)
    api.end(amina.who, pair_id=pair.id)
    response = bo.browser().get(url(name, pair))
    assert response.status_code == 302 and response["Location"] == url("pair", pair)


def test_what_was_typed_when_it_ended_meanwhile_is_still_there(amina, bo, pair) -> None:
    his = bo.browser()
    api.end(amina.who, pair_id=pair.id)
    saved = his.post(url("card_change", pair), card_data(customs="my long words"))
    assert saved.status_code == 409 and "my long words" in text(saved) and "has ended" in text(saved)
    contact = his.post(url("pair_contact", pair), {"words": "0123"})
    assert contact.status_code == 409 and "0123" in text(contact)
    assert his.post(url("pair_pause", pair), {"until": f"{today() + timedelta(days=2)}"}).status_code == 409
    assert his.post(url("card", pair), {"version": 1}).status_code == 409
    assert his.post(url("pair_resume", pair)).status_code == 409
    assert his.get(url("card_pdf", pair)).status_code == 409


def test_opening_the_page_marks_its_news_as_seen(amina, pair) -> None:
    from bothways.core.outbox.api import news

    assert [notice.kind for notice in news(amina.who) if notice.path == url("pair", pair)] == ["pair.made"]
    amina.browser().get(url("pair", pair))
    assert not [notice for notice in news(amina.who) if notice.path == url("pair", pair)]


def test_tiles(amina, bo, chen, programme, pair) -> None:
    (tile,) = api.tiles(amina.who)
    assert (str(tile.title), tile.url, tile.urgent) == ("You and Bo", url("pair", pair), False)
    a_card(bo, pair)
    (tile,) = api.tiles(amina.who)
    assert tile.urgent and tile.url == url("card", pair)
    for person in (amina, bo):
        api.sign_card(person.who, pair_id=pair.id, version=1)
    assert "both signed" in str(api.tiles(amina.who)[0].words)
    api.pause(bo.who, pair_id=pair.id, until=today() + timedelta(days=3))
    assert "Paused until" in str(api.tiles(amina.who)[0].words)
    api.end(bo.who, pair_id=pair.id)
    assert [str(tile.title) for tile in api.tiles(amina.who)] == ["This pair has ended"]
    with travelled(timedelta(days=8)):
        assert api.tiles(amina.who) == []
    assert api.tiles(chen.who) == []


def test_tiles_take_the_same_queries_for_several_pairs(amina, bo, chen, eli, programme, pair) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bothways.programme.tests.factory import a_programme

    with CaptureQueriesContext(connection) as one:
        api.tiles(amina.who)
    a_pair(amina, chen, a_programme(eli, slug="hill-side", name="Hill Side"))
    with CaptureQueriesContext(connection) as two:
        assert len(api.tiles(amina.who)) == 2
    assert len(two) == len(one)
