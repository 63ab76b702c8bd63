"""Every page of the set-up: who may open it, and what strange input does to it."""

from __future__ import annotations

import itertools
import re

import pytest
from django.test import Client
from tests.cast import someone

from bothways.core.identity.api import end_entry
from bothways.people import api as people
from bothways.programme import api, services
from bothways.programme.models import Area, ConsentText, Programme, Staff
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
STEPS = ["", "basics/", "sides/", "lists/", "areas/", "consent/", "consent/match/", "coordinators/"]
POSTS = ["open/", "close/", "coordinators/invite/", "coordinators/take-back/", "coordinators/step-down/"]
UP = "/p/river-valley/set-up/"


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    return a_programme(eli)


@pytest.fixture
def browser(eli, programme):
    return eli.browser()


def area_url(name: str, end: str = "") -> str:
    return f"{UP}areas/{Area.objects.get(name=name).id}/{end}"


def words(response) -> str:
    return response.content.decode()


def test_the_public_page(client, programme, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):
        page = client.get("/p/river-valley/")
    assert page.status_code == 200
    for expected in ("River Valley Together", "We spend time", "Offers company", "Potsdam", "Teltow", "Eli"):
        assert expected in words(page)
    assert "/p/river-valley/join/" in words(page)
    assert "/p/river-valley/figures/" in words(page)
    assert "set-up" not in words(page)
    assert client.post("/p/river-valley/").status_code == 405
    assert client.get("/p/no-such/").status_code == 404


def test_a_coordinator_finds_everything_from_it(browser) -> None:
    page = words(browser.get("/p/river-valley/"))
    for path in ("set-up/", "rounds/", "requests/"):
        assert f"/p/river-valley/{path}" in page


def test_a_draft_is_seen_by_its_coordinators_only(eli, client) -> None:
    a_programme(eli, open=False)
    assert client.get("/p/river-valley/").status_code == 404
    stranger = someone("Dara").browser()
    assert stranger.get("/p/river-valley/").status_code == 404
    for step in STEPS:
        assert stranger.get(f"{UP}{step}").status_code == 404
    page = eli.browser().get("/p/river-valley/")
    assert page.status_code == 200
    assert "/p/river-valley/join/" not in words(page)


def test_a_closed_programme_keeps_its_page(client, eli, programme) -> None:
    services.close(eli.who, programme_id=programme.id)
    page = words(client.get("/p/river-valley/"))
    assert "takes no new people" in page
    assert "/p/river-valley/join/" not in page


@pytest.mark.parametrize("step", STEPS)
def test_who_opens_a_step(client, browser, step) -> None:
    assert browser.get(f"{UP}{step}").status_code == 200
    visitor = client.get(f"{UP}{step}")
    assert visitor.status_code == 302
    assert "/login/" in visitor.url
    dara = someone("Dara")
    a_programme(dara, slug="daras")
    assert dara.browser().get(f"{UP}{step}").status_code == 403
    assert browser.get(f"/p/no-such/set-up/{step}").status_code == 404
    assert browser.delete(f"{UP}{step}").status_code == 405


@pytest.mark.parametrize("step", STEPS)
def test_every_page_has_one_heading_and_few_questions(browser, step, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        page = words(browser.get(f"{UP}{step}"))
    assert page.count("<h1") == 1
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert "style=" not in page
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("step", POSTS)
def test_buttons_are_pressed_by_post_and_by_coordinators(client, browser, step) -> None:
    assert browser.get(f"{UP}{step}").status_code == 405
    assert client.post(f"{UP}{step}").status_code == 302
    assert someone("Dara").browser().post(f"{UP}{step}").status_code == 403
    assert browser.post(f"/p/no-such/set-up/{step}").status_code == 404
    assert Programme.objects.get().open
    assert Staff.objects.count() == 1


def test_the_number_of_questions_does_not_grow(
    eli, programme, browser, django_assert_max_num_queries
) -> None:
    region = Area.objects.get(name="River Valley")
    for number in range(30):
        services.add_area(eli.who, programme_id=programme.id, name=f"R{number}", parent_id=region.id)
    for path in (f"{UP}areas/", area_url("R7"), "/p/river-valley/"):
        with django_assert_max_num_queries(12):
            assert browser.get(path).status_code == 200


NEW = {
    "public_name": "Dara",
    "name": "Harvest Hands",
    "slug": "harvest-hands",
    "purpose": "A few extra hands.",
    "kind": "company",
}


def test_setting_up_from_code_to_open() -> None:
    dara, code = someone("Dara"), services.new_setup_code()
    browser, up = dara.browser(), "/p/harvest-hands/set-up/"
    assert browser.get("/p-new/").status_code == 200
    for _twice in range(2):
        assert browser.post("/p-new/", {**NEW, "code": code}).url == up
    assert "Add at least one town" in words(browser.get(up))
    assert browser.post(f"{up}open/").status_code == 409
    region = browser.post(f"{up}areas/", {"name": "Hills", "parent": "", "capacity": "40"}).url
    found = words(browser.get(region, {"q": "pots", "country": "DE"}))
    assert 'value="2852458"' in found
    for _twice in range(2):
        assert browser.post(f"{region}towns/", {"town": "2852458"}).url == region
    assert browser.post(f"{up}open/").url == "/p/harvest-hands/"
    assert browser.post(f"{up}open/").url == "/p/harvest-hands/"
    programme = api.open_programme("harvest-hands")
    assert [area.capacity for area in api.areas(programme.id)] == [40, None]
    assert browser.post(f"{up}close/").url == up


STRANGE = {
    "empty": "",
    "blank": " \t\r\n",
    "long": "x" * 20_000,
    "nul": "a\x00b",
    "wide": "🏡" * 500,
    "minus": "-1",
    "huge": "9" * 40,
    "text": "seven",
    "right to left": "\u202eabc\u202c",
}


@pytest.mark.parametrize("field", ["code", *NEW])
def test_strange_input_for_a_new_programme(field) -> None:
    browser = someone("Dara").browser()
    for kind, value in STRANGE.items():
        page = browser.post("/p-new/", {**NEW, "code": services.new_setup_code(), field: value})
        assert page.status_code in {302, 409, 422}, kind
        if page.status_code != 302:
            assert "A few extra hands." in words(page) or field == "purpose", kind
            assert "errorlist" in words(page) or 'class="error"' in words(page), kind


def test_a_refusal_keeps_what_was_typed(browser) -> None:
    page = browser.post("/p-new/", {**NEW, "code": services.new_setup_code(), "slug": "river-valley"})
    assert page.status_code == 409
    assert "Another programme has this address" in words(page)
    assert "A few extra hands." in words(page)


BASICS = {"name": "N", "purpose": "P", "time_zone": "UTC", "round_every_days": "7", "answer_days": "5"}
SIDES = {
    f"side{number}-{field}": value
    for number in (0, 1)
    for field, value in (("name", f"S{number}"), ("about", "About"), ("max_capacity", "2"), ("checks", "0"))
}
LISTS = {"interests": ["0", "3"], "needs": ["1"], "languages": ["0", "1"]}
AREA = {"name": "North", "parent": "", "capacity": ""}
FORMS = {
    "basics/": BASICS,
    "sides/": SIDES,
    "lists/": LISTS,
    "areas/": AREA,
    "consent/match/": {"en": "Yes?", "ar": "", "zh-hans": ""},
    "coordinators/": {"public_name": "E"},
}


@pytest.mark.parametrize("step", FORMS)
def test_a_form_is_saved_and_saved_again(browser, step) -> None:
    for _twice in range(2):
        page = browser.post(f"{UP}{step}", FORMS[step])
        assert page.status_code in {302, 409}
    assert browser.get(UP).status_code == 200


@pytest.mark.parametrize(("step", "field"), [(step, field) for step, form in FORMS.items() for field in form])
def test_strange_input_in_every_field(browser, step, field) -> None:
    for kind, value in STRANGE.items():
        page = browser.post(f"{UP}{step}", {**FORMS[step], field: value})
        assert page.status_code in {302, 409, 422}, kind
        if page.status_code != 302:
            assert 'role="alert"' in words(page) or "errorlist" in words(page), kind
    assert browser.post(f"{UP}{step}", {}).status_code == 422 or step == "consent/match/"


def test_an_area_is_changed_and_removed(browser, programme) -> None:
    north = browser.post(f"{UP}areas/", AREA).url
    potsdam = area_url("Potsdam")
    parent = north.rstrip("/").rsplit("/", 1)[1]
    assert (
        browser.post(potsdam, {"name": "Potsdam town", "parent": parent, "capacity": "3"}).status_code == 302
    )
    assert Area.objects.get(name="Potsdam town").capacity == 3
    page = browser.post(f"{north}remove/")
    assert page.status_code == 409
    assert "areas under this one" in words(page)
    for _twice in range(2):
        assert browser.post(f"{potsdam}remove/").status_code == 302
    assert browser.get(potsdam).status_code == 404


def test_an_area_of_another_programme_is_not_there(browser) -> None:
    dara = someone("Dara")
    other = a_programme(dara, slug="daras")
    foreign = Area.objects.get(programme=other, name="Potsdam")
    assert browser.get(f"{UP}areas/{foreign.id}/").status_code == 404
    assert browser.post(f"{UP}areas/{foreign.id}/", AREA).status_code == 404
    assert browser.post(f"{UP}areas/{foreign.id}/towns/", {"town": "2852458"}).status_code == 404
    browser.post(f"{UP}areas/{foreign.id}/remove/")
    assert Area.objects.filter(id=foreign.id).exists()
    for wrong in (0, 10**30):
        assert browser.get(f"{UP}areas/{wrong}/").status_code == 404
        assert browser.post(f"{UP}areas/{wrong}/remove/").status_code == 302
        assert browser.post(f"{UP}areas/{wrong}/towns/").status_code == 404


@pytest.mark.parametrize("typed", [*STRANGE.values(), "'; --", "<script>", "%", "münch", "北京"])
def test_any_search_is_answered(browser, typed) -> None:
    for country in ("", "DE", "\x00", "x" * 300):
        page = browser.get(area_url("River Valley"), {"q": typed, "country": country})
        assert page.status_code == 200
        assert "<script>" not in words(page)


@pytest.mark.parametrize("town", ["", "x", "-1", "1", "9" * 40, "\x00", "²"])
def test_a_town_that_is_not_in_the_list(browser, town) -> None:
    page = browser.post(area_url("River Valley", "towns/"), {"town": town})
    assert page.status_code == 409
    assert "do not know this town" in words(page)
    assert Area.objects.count() == 4


def test_a_town_that_is_there_is_not_offered_again(browser) -> None:
    Area.objects.filter(name="Potsdam").update(name="Potsdam town")
    page = words(browser.get(area_url("River Valley"), {"q": "potsdam"}))
    assert "Potsdam is in this region already" in page
    assert 'value="2852458"' not in page
    assert 'value="5132103"' in page


def test_a_town_holds_no_town(browser) -> None:
    assert browser.post(area_url("Potsdam", "towns/"), {"town": "2852458"}).status_code == 409
    assert "Find a town" not in words(browser.get(area_url("Potsdam")))


def test_texts_show_their_older_versions(browser, programme) -> None:
    browser.post(f"{UP}consent/match/", {"en": "Shall we look for somebody?"})
    assert "Shall we look for somebody?" in words(browser.get(f"{UP}consent/"))
    page = words(browser.get(f"{UP}consent/match/"))
    assert "Version 1" in page
    assert ConsentText.objects.filter(purpose="match").count() == 2
    assert browser.get(f"{UP}consent/watching/").status_code == 404
    assert browser.post(f"{UP}consent/watching/", {"en": "x"}).status_code == 404
    assert browser.post(f"{UP}consent/match/", {"en": " "}).status_code == 409


def test_inviting_taking_up_and_stepping_down(eli, browser) -> None:
    page = words(browser.post(f"{UP}coordinators/invite/"))
    code = re.search(r"<code>([A-Z0-9-]{23})</code>", page).group(1)
    assert code not in words(browser.get(f"{UP}coordinators/")), "it is shown once"
    assert browser.post(f"{UP}coordinators/step-down/").status_code == 409
    fatima = someone("Fatima").browser()
    assert fatima.get("/p-coordinate/").status_code == 200
    assert fatima.post("/p-coordinate/", {"code": "wrong", "public_name": "F"}).status_code == 409
    assert fatima.post("/p-coordinate/", {"code": code, "public_name": ""}).status_code == 422
    for _twice in range(2):
        assert fatima.post("/p-coordinate/", {"code": code, "public_name": "Fatima K."}).url == UP
    assert "Fatima K." in words(browser.get("/p/river-valley/"))
    assert someone("Dara").browser().post(
        "/p-coordinate/", {"code": code, "public_name": "D"}
    ).status_code == 409  # fmt: skip
    assert browser.post(f"{UP}coordinators/step-down/").url == "/"
    assert browser.post(f"{UP}coordinators/step-down/").status_code == 403
    assert Staff.objects.count() == 1


def test_a_code_is_taken_back(browser) -> None:
    page = words(browser.post(f"{UP}coordinators/invite/"))
    code = re.search(r"<code>([A-Z0-9-]{23})</code>", page).group(1)
    assert browser.post(f"{UP}coordinators/take-back/").status_code == 302
    sent = {"code": code, "public_name": "F"}
    assert someone("Fatima").browser().post("/p-coordinate/", sent).status_code == 409


def test_a_visitor_is_asked_to_sign_in_first(client) -> None:
    for path in ("/p-new/", "/p-coordinate/"):
        for answer in (client.get(path), client.post(path, {"code": "x"})):
            assert answer.status_code == 302
            assert "/login/" in answer.url


def test_a_form_from_another_site_changes_nothing(eli, programme) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(eli.person)
    assert strict.post(f"{UP}close/").status_code == 403
    assert Programme.objects.get().open


def test_pages_of_a_session_that_ended(eli, programme, browser) -> None:
    assert browser.get(UP).status_code == 200
    end_entry(eli.who)
    for page in (browser.get(UP), browser.post(f"{UP}close/")):
        assert page.status_code in {200, 302}


@pytest.mark.parametrize("page", ["en", "ar", "zh-hans"])
def test_every_page_in_every_page_language(eli, browser, page) -> None:
    people.set_language(eli.who, page)
    for step in STEPS:
        answer = browser.get(f"{UP}{step}")
        assert answer.status_code == 200
        assert f'lang="{page}"' in words(answer)
    assert browser.get(area_url("River Valley"), {"q": "san"}).status_code == 200
