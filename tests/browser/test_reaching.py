"""How Bothways reaches somebody, on a small phone: at a glance, changed, stopped; in every language."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bothways.people import api as people
from bothways.people import stopping
from bothways.people.models import Phone
from bothways.people.tests.reach import NUMBER, reply
from tests.browser.conftest import PHONE, shot
from tests.browser.test_every_page import complaints
from tests.world import build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LANGUAGES = {"en": "en", "ar": "ar", "zh-hans": "zh-CN"}


def fits(page, axe: Axe) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert complaints(page, axe) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_nervous_person_sees_at_a_glance_and_stops_everything(language, signed_in, carrier):
    world, axe = build(), Axe()
    fatima = world.fatima
    people.set_language(fatima.who, language)
    page = signed_in(fatima, locale=LANGUAGES[language])
    page.goto("/me/reach/")
    fits(page, axe)
    shot(page, f"reach-{language}")
    # Without a phone yet: a number, its code, and then text messages once a day.
    page.locator("input[name=number]").fill(NUMBER)
    page.locator("form[action$='/phone/'] button").click()
    fits(page, axe)
    shot(page, f"reach-code-{language}")
    page.locator("input[name=code]").fill(carrier.code)
    page.locator("form[action$='/code/'] button").click()
    page.locator("input[name=notices_by][value=text]").check()
    page.locator("input[name=told][value=daily]").check()
    page.locator("form[action=''] button, form:not([action]) button[type=submit]").first.click()
    fits(page, axe)
    shot(page, f"reach-text-{language}")
    assert page.locator(".glance li").count() == 4
    # A proposal, answered by text message.
    page.goto(world.proposal_path)
    page.locator("details summary").click()
    fits(page, axe)
    shot(page, f"reach-proposal-{language}")
    page.locator("details form button").click()
    yes = {"en": "YES", "ar": "نعم", "zh-hans": "愿意"}[language]
    assert f"{yes} {carrier.code}" in carrier.words
    assert reply(NUMBER, f"{yes} {carrier.code}")
    page.goto(world.proposal_path)
    expect(page.locator("p.notice")).to_be_visible()
    # One tap.
    page.goto("/me/reach/")
    page.locator("form[action$='/stop/'] button").click()
    expect(page.locator("form[action$='/stop/']")).to_have_count(0)
    shot(page, f"reach-stopped-{language}")
    reply(NUMBER, "STOP")
    assert Phone.objects.get(person_id=fatima.id).stopped_at


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_link_of_a_letter_shows_a_button(language, open_page):
    world = build()
    path = stopping.stop_url(world.chen.id).split("8000", 1)[-1].replace("http://localhost:", "")
    path = path[path.index("/letters") :]
    page = open_page(locale=LANGUAGES[language], javascript=False)
    page.goto(path)
    fits_without_scripts(page)
    shot(page, f"letters-stop-{language}")
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)
    shot(page, f"letters-stopped-{language}")
    world.chen.person.refresh_from_db()
    assert world.chen.person.letters_stopped_at


def fits_without_scripts(page) -> None:
    box = page.locator("main").bounding_box()
    assert box is not None and box["width"] <= PHONE["width"]
