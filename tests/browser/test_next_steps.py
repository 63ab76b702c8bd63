"""Own next steps on a phone, in every page language, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bothways.pair.tests.factory import a_pair
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import shot
from tests.browser.test_messages_and_days import fits, names
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
STEP = {"en": "Learn to drive", "ar": "تعلّم قيادة السيارة", "zh-hans": "学开车"}


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_written_shown_ticked_and_deleted(language: str, signed_in) -> None:
    amina, bo = someone("Amina"), someone("Bo")
    pair = a_pair(amina, bo, a_programme(someone("Eli")))
    names(amina, "Amina", language)
    names(bo, "Bo", language)
    hers, his = signed_in(amina, javascript=False), signed_in(bo)

    hers.goto("/me/")
    hers.locator("a[href='/me/goals/']").click()
    shared = (STEP[language], str(pair.id))
    for words, reader in (("https://courses.example/" + "welding-" * 14, ""), shared):
        hers.locator("main textarea").fill(words)
        hers.locator("main select").select_option(reader)
        hers.locator("main form:has(textarea) button").click()
    expect(hers.locator("li.tile")).to_have_count(2)
    hers.locator("li.tile button.secondary").first.click()
    expect(hers.locator("li.tile s")).to_have_count(1)
    shot(hers, f"next-steps-{language}")
    fits(hers, scripts=False)

    his.goto(f"/pairs/{pair.id}/")
    his.locator(f"a[href='/pairs/{pair.id}/goals/']").click()
    expect(his.locator("li.tile .words")).to_have_text([STEP[language]])
    shot(his, f"next-steps-of-a-pair-{language}")
    fits(his)
    his.goto("/me/goals/")
    his.locator("main textarea").fill("x")
    his.locator("main form:has(textarea) button").click()
    fits(his)

    hers.locator("li.tile", has_text=STEP[language]).locator("a").click()
    shot(hers, f"next-step-change-{language}")
    fits(hers, scripts=False)
    hers.locator("main select").select_option("")
    hers.locator("main form:has(textarea) button").click()
    his.goto(f"/pairs/{pair.id}/goals/")
    expect(his.locator("li.tile")).to_have_count(0)
    hers.locator("li.tile button.link").first.click()
    expect(hers.locator("li.tile")).to_have_count(1)
