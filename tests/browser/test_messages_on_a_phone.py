"""One of two wishes the other's messages on a phone without internet, and the other agrees."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bothways.pair.tests.factory import a_pair
from bothways.people.tests.reach import REACH, deliver, with_phone
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import shot
from tests.browser.test_messages_and_days import fits, names, write
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_both_agree_and_the_words_come(language: str, signed_in, carrier) -> None:
    amina, bo = someone("Amina"), someone("Bo")
    pair = a_pair(amina, bo, a_programme(someone("Eli")))
    for one in (amina, bo):
        names(one, one.name, language)
    browser = with_phone(bo, carrier)
    browser.post("/me/reach/", {**REACH, "notices_by": "text", "notices_per_week": "3", "quiet_until": "21"})
    hers, his = signed_in(amina, javascript=False), signed_in(bo, javascript=False)
    path = f"/pairs/{pair.id}/messages/"

    his.goto(path)
    his.locator("#by-text summary").click()
    shot(his, f"by-text-wish-{language}")
    fits(his, scripts=False)
    his.locator("#by-text button[value=wish]").click()
    his.locator("#by-text summary").click()
    expect(his.locator("#by-text button[value=no_wish]")).to_be_visible()

    hers.goto("/")
    hers.locator(f"main a[href='{path}']").first.click()
    shot(hers, f"by-text-asked-{language}")
    fits(hers, scripts=False)
    hers.locator("#by-text button[value=allow]").click()
    expect(hers.locator("input[name=only_here]")).not_to_be_checked()
    shot(hers, f"by-text-agreed-{language}")
    carrier.got.clear()
    hers.locator("input[name=only_here]").check()
    write(hers, "kestrel")
    write(hers, "I come at five.")
    deliver()
    assert "I come at five." in carrier.words and "kestrel" not in carrier.words

    his.goto(path)
    his.locator("#by-text summary").click()
    shot(his, f"by-text-comes-{language}")
    his.locator("#by-text button[value=no_wish]").click()
    hers.goto(path)
    expect(hers.locator("input[name=only_here]")).to_have_count(0)
