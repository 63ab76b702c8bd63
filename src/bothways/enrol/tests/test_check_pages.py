"""The member's page of checks and the coordinator's one page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.enrol import checks
from bothways.enrol.models import Check, CodeTries
from bothways.enrol.tests.factory import asking, checked, drafted, enrolled
from bothways.people import api as people
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
MINE = "/p/river-valley/mine/checks/"
SET = "/p/river-valley/checks/"
CODE = re.compile(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4})</code>")


@pytest.fixture
def asked(eli, programme):
    asking(eli, programme)
    return programme


@pytest.fixture
def mine(amina, asked):
    return enrolled(amina, asked)


def words(response) -> str:
    return response.content.decode()


def a_day(programme, days: int = 100) -> str:
    return f"{checks.today_in(programme) + timedelta(days=days):%Y-%m-%d}"


def asks(amina) -> str:
    page = amina.browser().post(f"{MINE}references/code/")
    return CODE.search(words(page)).group(1)


@pytest.mark.django_db(transaction=True)
def test_from_the_code_to_the_check(amina, eli, asked, mine) -> None:
    assert MINE in words(amina.browser().get("/p/river-valley/mine/"))
    assert MINE in words(amina.browser().get("/"))
    page = words(amina.browser().get(MINE))
    assert "Not set yet." in page and "nobody new is proposed" in page
    code = asks(amina)
    again = words(amina.browser().get(MINE))
    assert code not in again, "it is shown once"
    assert "A code that works until" in again
    browser = eli.browser()
    assert SET in words(browser.get("/p/river-valley/"))
    page = words(browser.post(SET, {"code": code.lower()}))
    assert "References" in page and "Offers company" in page and code[-4:] in page
    assert "Amina" not in page and str(amina.id) not in page
    done = browser.post(SET, {"code": code, "valid_until": a_day(asked)})
    assert (done.status_code, done.url) == (302, SET)
    assert "The check is set" in words(browser.get(SET))
    assert "Valid until" in words(amina.browser().get(MINE))
    assert amina.browser().post(f"{MINE}references/delete/").url == MINE
    assert not Check.objects.exists()


def test_the_picture_holds_the_page_with_the_code(amina, eli, asked, mine, settings) -> None:
    page = words(amina.browser().post(f"{MINE}references/code/"))
    assert "<svg" in page and "style=" not in page
    code = CODE.search(page).group(1)
    found = words(eli.browser().get(SET, {"code": code}))
    assert f'value="{code}"' in found
    assert not CodeTries.objects.exists(), "opening the page looks nothing up"


def test_taking_a_code_back(amina, eli, asked, mine) -> None:
    code = asks(amina)
    assert amina.browser().post(f"{MINE}references/take-back/").url == MINE
    assert eli.browser().post(SET, {"code": code}).status_code == 409


def test_who_opens_the_coordinators_page(client, amina, asked, mine) -> None:
    dara = someone("Dara")
    a_programme(dara, slug="daras")
    for method in ("get", "post"):
        assert getattr(client, method)(SET).status_code == 302
        assert getattr(amina.browser(), method)(SET).status_code == 403
        assert getattr(dara.browser(), method)(SET).status_code == 403
        assert getattr(dara.browser(), method)("/p/no-such/checks/").status_code == 404


def test_who_opens_a_members_page(client, amina, bo, eli, asked, mine) -> None:
    drafted(bo, asked)
    assert client.get(MINE).status_code == 302
    assert eli.browser().get(MINE).status_code == 404
    assert bo.browser().get(MINE).url == "/p/river-valley/join/"
    for end in ("code", "take-back", "delete"):
        url = f"{MINE}references/{end}/"
        assert amina.browser().get(url).status_code == 405
        assert eli.browser().post(url).status_code == 404
        assert client.post(url).status_code == 302
        assert amina.browser().post(f"{MINE}no-such/{end}/").status_code == 404
    assert bo.browser().post(f"{MINE}references/code/").status_code == 409


@pytest.mark.parametrize("typed", ["", " ", "x" * 21, "x" * 20_000, "a\x00b", "½½", "'; --", "AAAA-AAAA"])
def test_strange_codes(eli, asked, typed) -> None:
    page = eli.browser().post(SET, {"code": typed})
    assert page.status_code in {409, 422}
    assert 'role="alert"' in words(page) or "errorlist" in words(page)


@pytest.mark.parametrize("day", ["", "soon", "2020-01-01", "2999-01-01", "9" * 40, "x" * 5000])
def test_strange_days_set_nothing(amina, eli, asked, mine, day) -> None:
    code = asks(amina)
    page = eli.browser().post(SET, {"code": code, "valid_until": day})
    assert page.status_code in {409, 422}
    assert f'value="{code}"' in words(page), "the code is kept"
    assert 'role="alert"' in words(page) or "errorlist" in words(page)
    assert not Check.objects.filter(valid_until__isnull=False).exists()


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_pages_in_every_language_with_few_questions(
    amina, eli, asked, mine, language, django_assert_max_num_queries
) -> None:
    checked(amina, asked, eli)
    for person in (amina, eli):
        people.set_language(person.who, language)
    for person, url in ((amina, MINE), (eli, SET)):
        browser = person.browser()
        browser.get(url)
        with django_assert_max_num_queries(12):
            page = browser.get(url)
        assert f'lang="{language}"' in words(page)
        assert words(page).count("<h1") == 1


def test_an_ended_check_and_one_that_is_not_asked(amina, eli, asked, mine) -> None:
    checked(amina, asked, eli, days=5)
    with travelled(timedelta(days=6)):
        assert "It was valid until" in words(amina.browser().get(MINE))
    asking(eli, asked, checks=0)
    assert "Nobody asks for this check any more" in words(amina.browser().get(MINE))
    assert amina.browser().post(f"{MINE}references/code/").status_code == 409


def test_the_public_page_says_what_is_asked(client, eli, asked) -> None:
    assert "a coordinator looks at: References" in words(client.get("/p/river-valley/"))
    asking(eli, asked, checks=0)
    assert "looks at" not in words(client.get("/p/river-valley/"))
    assert SET not in words(eli.browser().get("/p/river-valley/"))
