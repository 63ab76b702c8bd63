"""A gathering on a phone, in every page language, with and without scripts: published, answered, off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bothways.core.clock.api import now, today, travelled
from bothways.enrol.tests.factory import enrolled
from bothways.gather import api as gather
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import shot
from tests.browser.test_messages_and_days import fits, names
from tests.cast import Someone, someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TITLE = {"en": "Soup and games", "ar": "حساء وألعاب", "zh-hans": "喝汤玩游戏"}
WORDS = {
    "en": "Bring a cup. Children are welcome.\nWrite to https://mill.example/" + "afternoons-" * 12,
    "ar": "يحسن إحضار كوب. نرحّب بالأطفال.",
    "zh-hans": "请带一个杯子。欢迎小朋友。",
}


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_published_answered_and_called_off(language: str, signed_in) -> None:
    amina, eli = someone("Amina"), someone("Eli")
    programme = a_programme(eli)
    enrolled(amina, programme)
    past = _yesterday(eli, programme.id)
    names(amina, "Amina", language)
    names(eli, "Eli", language)
    hers, host = signed_in(amina), signed_in(eli, javascript=False)

    host.goto(f"/p/{programme.slug}/")
    host.locator(f"a[href='/p/{programme.slug}/gatherings/']").click()
    host.locator("main a[role=button]").click()
    _types(host, language)
    host.locator("[name=day]").fill("2020-01-01")
    shot(host, f"gathering-new-{language}")
    fits(host, scripts=False)
    host.locator("main form button").click()
    # What was typed is still there.
    expect(host.locator("[name=title]")).to_have_value(TITLE[language])
    expect(host.locator("main .errorlist")).to_be_visible()
    shot(host, f"gathering-refused-{language}")
    host.locator("[name=day]").fill(f"{today() + timedelta(days=6)}")
    host.locator("main form button").click()
    expect(host.locator("h1")).to_have_text(TITLE[language])
    shot(host, f"gathering-of-coordinators-{language}")
    fits(host, scripts=False)
    here = host.url.partition("/gatherings/")[2].strip("/")

    hers.goto("/")
    shot(hers, f"gathering-home-{language}")
    hers.locator(f"main a[href='/gatherings/{here}/']").first.click()
    hers.locator("form[action$='/coming/'] button").click()
    expect(hers.locator("a[href$='calendar.ics']")).to_be_visible()
    shot(hers, f"gathering-{language}")
    fits(hers)
    with hers.expect_download() as loaded:
        hers.locator("a[href$='calendar.ics']").click()
    assert loaded.value.suggested_filename == "bothways-gathering.ics"
    hers.locator("form[action$='/coming/'] button").click()
    expect(hers.locator("a[href$='calendar.ics']")).to_have_count(0)
    hers.locator("form[action$='/coming/'] button").click()

    hers.goto(f"/gatherings/{past.id}/")
    hers.locator("form[action$='/was-there/'] button").click()
    expect(hers.locator("form[action$='/was-there/'] input[value=no]")).to_have_count(1)
    shot(hers, f"gathering-over-{language}")
    fits(hers)
    hers.goto(f"/p/{programme.slug}/gatherings/")
    expect(hers.locator("li.tile")).to_have_count(2)
    shot(hers, f"gatherings-{language}")
    fits(hers)

    host.goto(f"/gatherings/{here}/")
    host.locator("main a[href$='/change/']").click()
    host.locator("[name=place]").fill("The school, first floor")
    shot(host, f"gathering-change-{language}")
    fits(host, scripts=False)
    host.locator("main form button").click()
    host.locator("summary").click()
    host.locator("form[action$='/call-off/'] button").click()
    expect(host.locator("article.notice")).to_be_visible()
    hers.goto(f"/gatherings/{here}/")
    expect(hers.locator("article.notice")).to_be_visible()
    expect(hers.locator("form[action$='/coming/']")).to_have_count(0)
    shot(hers, f"gathering-called-off-{language}")
    fits(hers)


def _types(page: Page, language: str) -> None:
    page.locator("[name=title]").fill(TITLE[language])
    page.locator("[name=time]").fill("15:30")
    page.locator("[name=minutes]").select_option("180")
    page.locator("[name=place]").fill("The old mill by the river, second door, no step")
    page.locator("[name=words]").fill(WORDS[language])


def _yesterday(eli: Someone, programme_id) -> gather.Gathering:
    with travelled(-timedelta(days=3)):
        return gather.publish(
            eli.who,
            programme_id=programme_id,
            title="A walk around the lake",
            starts_at=now() + timedelta(days=2),
            minutes=120,
            place="At the boat house",
        )
