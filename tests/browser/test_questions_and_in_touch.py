"""The questions about the programme, and staying in touch, on a phone, in every language, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bothways.core.clock.api import now, today
from bothways.core.walls import api as walls
from bothways.enrol.tests.factory import enrolled
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.programme.tests.factory import a_programme
from bothways.voice import services as voice
from bothways.voice.halves import HalfYear
from bothways.voice.models import Done
from tests.browser.conftest import shot
from tests.browser.test_messages_and_days import fits, names
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
LANGUAGES = ["en", "ar", "zh-hans"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_questions_are_answered_once_or_closed(language: str, signed_in) -> None:
    amina, bo = someone("Amina"), someone("Bo")
    programme = a_programme(someone("Eli"))
    for one in (amina, bo):
        enrolled(one, programme)
        names(one, one.name, language)
    moment = now()
    with walls.working():
        voice._open(programme, HalfYear.of(moment, programme.time_zone), moment, moment + timedelta(days=20))
    page = signed_in(amina, javascript=False)
    page.goto("/")
    shot(page, f"questions-tile-{language}")
    page.locator("li.tile a[href$='/how-is-it-going/']").click()
    shot(page, f"questions-asked-{language}")
    page.locator("main input[value=mostly]").first.check()
    page.locator("main form button").first.click()
    expect(page.locator("main input:checked")).to_have_count(1)
    shot(page, f"questions-{language}")
    fits(page, scripts=False)
    for name in ("reach", "clear", "free", "again"):
        page.locator(f"main input[name={name}][value=unsaid]").check()
    page.locator("main form button").first.click()
    expect(page.locator("li.tile a[href$='/how-is-it-going/']")).to_have_count(0)
    page.goto(f"/p/{programme.slug}/how-is-it-going/")
    expect(page.locator("main form")).to_have_count(0)
    fits(page, scripts=False)

    his = signed_in(bo)
    his.goto("/")
    his.locator("li.tile form button").click()
    expect(his.locator("li.tile form button")).to_have_count(0)
    assert Done.objects.count() == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_stay_in_touch_after_a_good_ending(language: str, signed_in) -> None:
    amina, bo = someone("Amina"), someone("Bo")
    programme = a_programme(someone("Eli"), round_every_days=30)
    pair = a_pair(amina, bo, programme)
    for one in (amina, bo):
        names(one, one.name, language)
    pairs.plan_closing(amina.who, pair_id=pair.id, day=today())
    hers, his = signed_in(amina, javascript=False), signed_in(bo)
    for page, words in ((hers, "0123 456"), (his, "bo@example.org")):
        page.goto(f"/pairs/{pair.id}/closing/")
        page.locator("form[action$='/in-touch/'] textarea").fill(words)
        page.locator("form[action$='/in-touch/'] button").click()
    expect(his.locator("main")).to_contain_text("0123 456")
    shot(his, f"in-touch-closing-{language}")
    fits(his)
    his.locator("a[href$='/end/']").click()
    shot(his, f"in-touch-end-{language}")
    his.locator("main form button").click()
    hers.goto(f"/pairs/{pair.id}/")
    shot(hers, f"in-touch-ended-{language}")
    fits(hers, scripts=False)
    hers.locator("main a[href$='/in-touch/']").click()
    expect(hers.locator("main")).to_contain_text("bo@example.org")
    shot(hers, f"in-touch-{language}")
    fits(hers, scripts=False)
    hers.locator("main form button").click()
    expect(hers.locator("main")).not_to_contain_text("bo@example.org")
    his.goto(f"/pairs/{pair.id}/in-touch/")
    expect(his.locator("main")).not_to_contain_text("0123 456")
