"""Regular meetings on a phone, without scripts: one tap to choose, one date moved, one left out, the end."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bothways.meet import api as meet
from bothways.people.services import save_me
from tests.browser.conftest import PHONE, shot
from tests.browser.test_every_page import complaints
from tests.world import build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


def test_two_choose_move_leave_out_and_end(signed_in) -> None:
    world = build()
    meet.end_series(world.bo.who, pair_id=world.pair.id)
    hers, his = (signed_in(one, javascript=False) for one in (world.amina, world.bo))
    hers.goto(f"/pairs/{world.pair.id}/")
    hers.get_by_role("link", name="Regular meetings").click()
    # Their card says: every week, Tuesday evening.
    expect(hers.get_by_role("heading", name="Every Tuesday, 6 p.m.")).to_be_visible()
    fits(hers)
    hers.get_by_role("button", name="Choose this").click()
    expect(hers.get_by_text("Your regular meetings are chosen")).to_be_visible()
    his.goto("/")
    his.get_by_role("link", name="Your partner chose regular meetings").first.click()
    dates = his.locator("ul.tiles a")
    assert dates.count() >= 8
    first = dates.first.inner_text()
    dates.first.click()
    his.get_by_role("button", name="Change it").click()
    his.get_by_label("Time").fill("19:30")
    fits(his)
    his.get_by_role("button", name="Change it").click()
    expect(his.get_by_text("7:30 p.m.").first).to_be_visible()
    his.get_by_role("link", name="Every Tuesday, 6 p.m.").click()
    his.locator("ul.tiles a").nth(1).click()
    his.get_by_role("button", name="Leave this date out").click()
    hers.reload()
    hers.goto(f"/pairs/{world.pair.id}/regular/")
    expect(hers.locator("ul.tiles a").first).not_to_have_text(first)
    expect(hers.get_by_text("Left out")).to_have_count(1)
    hers.get_by_role("button", name="End your regular meetings").click()
    expect(hers.get_by_text("Your regular meetings have ended")).to_be_visible()
    his.goto(f"/pairs/{world.pair.id}/regular/")
    expect(his.get_by_text("You can choose a rhythm")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_the_pages_fit_a_phone_in_every_language(language: str, signed_in) -> None:
    world = build()
    world.speaks("amina", language)
    # She lives by another clock than the one that the two meet by.
    save_me(world.amina.who, name="Amina", language=language, time_zone="Asia/Gaza")
    page = signed_in(world.amina, locale=language)
    date = meet.Meeting.objects.filter(series__isnull=False).earliest("slot")
    pair = f"/pairs/{world.pair.id}/"
    places = {
        "regular": f"{pair}regular/",
        "regular-change": f"{pair}regular/choose/",
        "regular-date": f"/meetings/{date.id}/",
        "regular-move": f"/meetings/{date.id}/change/",
        "meetings": f"{pair}meetings/",
    }
    faults: list[str] = []
    for name, place in places.items():
        faults += seen(page, place, f"{name}-{language}")
    meet.end_series(world.amina.who, pair_id=world.pair.id)
    faults += seen(page, f"{pair}regular/", f"regular-none-{language}")
    faults += seen(page, f"{pair}regular/choose/", f"regular-new-{language}")
    assert not faults


def seen(page: Page, place: str, name: str) -> list[str]:
    page.goto(place)
    fits(page)
    shot(page, name)
    return complaints(page, Axe())
