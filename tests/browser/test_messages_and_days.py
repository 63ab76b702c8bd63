"""Two people who share few words: on phones, in Arabic, Chinese and English, with and without scripts."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from bothways.core.clock.api import now
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import PHONE, shot
from tests.browser.test_every_page import complaints
from tests.cast import Someone, someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

ILL = {"ar": "أشعر بالمرض.", "zh-hans": "我生病了。", "en": "I am ill."}
MIXED = "تعالوا إلى Café Mozart (قرب البنك) في 4:30 pm, ok؟"


def names(person: Someone, name: str, language: str) -> Someone:
    people.set_name(person.who, name=name)
    people.set_language(person.who, language)
    return person


def fits(page: Page, *, scripts: bool = True) -> None:
    """Nothing sticks out at the side of a phone, and the accessibility rules hold."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    if scripts:
        # The checker itself needs them.
        assert complaints(page, Axe()) == []


def write(page: Page, words: str) -> None:
    page.locator("main textarea").fill(words)
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_they_write_to_each_other_and_note_a_day(language: str, signed_in) -> None:
    amina = someone("Amina")
    bo = someone("Bo")
    pair = a_pair(amina, bo, a_programme(someone("Eli")))
    names(amina, "أمينة", "ar")
    names(bo, "Bo", language)
    hers, his = signed_in(amina, javascript=False), signed_in(bo)
    path = f"/pairs/{pair.id}/messages/"

    hers.goto(path)
    write(hers, MIXED)
    hers.locator("#phrases summary").click()
    hers.locator("button[name=add][value=ill]").click()
    expect(hers.locator("main textarea")).to_have_value(ILL["ar"])
    fits(hers, scripts=False)
    shot(hers, f"talk-{language}-1-phrases-of-amina")
    hers.locator("main form button[type=submit]").first.click()
    expect(hers.locator("article.message")).to_have_count(2)

    his.goto("/")
    fits(his)
    shot(his, f"talk-{language}-2-home")
    his.locator(f"main .tile a[href='{path}']").click()
    newest = his.locator("article.message").first
    expect(newest.locator(".words").first).to_have_text(ILL[language])
    if language != "ar":
        expect(newest.locator(".words").nth(1)).to_have_text(ILL["ar"])
    mixed = his.locator("article.message").nth(1).locator(".words")
    expect(mixed).to_have_text(MIXED)
    # Right to left inside whatever page: the first letter stands at the right edge of its box.
    assert mixed.evaluate("one => getComputedStyle(one).unicodeBidi") == "plaintext"
    assert starts_at_the_right(mixed), "the Arabic sentence does not begin at the right"
    write(his, "Get well soon.\nDo you need anything?")
    fits(his)
    shot(his, f"talk-{language}-3-messages")
    his.locator("#phrases summary").click()
    fits(his)
    shot(his, f"talk-{language}-4-phrases")
    letter = his.request.get(his.locator("article.message a[href$='letter.pdf']").last.get_attribute("href"))
    assert "Mozart" in PdfReader(io.BytesIO(letter.body())).pages[0].extract_text()

    too_long = "كلمات " * 1_000
    write(hers, too_long)
    expect(hers.locator(".error")).to_be_visible()
    expect(hers.locator("main textarea")).to_have_value(too_long)

    his.goto(f"/pairs/{pair.id}/occasions/festival/")
    his.locator("select[name=festival]").select_option("eid_fitr")
    his.locator("textarea").fill("Tell me what you cook!")
    fits(his)
    shot(his, f"days-{language}-1-festival")
    his.locator("main form button[type=submit]").first.click()
    his.goto(f"/pairs/{pair.id}/occasions/new/")
    his.locator("input[type=date]").fill((now() + timedelta(days=12)).date().isoformat())
    his.check("input[name=each_year]")
    fits(his)
    shot(his, f"days-{language}-2-new")
    his.locator("main form button[type=submit]").first.click()
    expect(his.locator("main .tile")).to_have_count(2)
    fits(his)
    shot(his, f"days-{language}-3-list")
    hers.goto(f"/pairs/{pair.id}/occasions/")
    expect(hers.locator("main")).to_contain_text("عيد الفطر")
    shot(hers, f"days-{language}-4-amina")
    his.goto(f"/pairs/{pair.id}/")
    shot(his, f"talk-{language}-5-pair")


def starts_at_the_right(words) -> bool:
    """Where the browser draws the first letter."""
    return words.evaluate(
        """one => {
            const letter = document.createRange();
            letter.setStart(one.firstChild, 0);
            letter.setEnd(one.firstChild, 1);
            const box = one.getBoundingClientRect(), drawn = letter.getBoundingClientRect();
            return box.right - drawn.right < 4;
        }"""
    )
