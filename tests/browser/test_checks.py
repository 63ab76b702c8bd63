"""A member asks for a code, a coordinator sets the day, the partner reads it: in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bothways.core.clock.api import today
from bothways.enrol import checks
from bothways.enrol.tests.factory import asking
from tests.browser.conftest import PHONE, shot
from tests.browser.test_every_page import complaints
from tests.world import build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def sound(page: Page, name: str) -> None:
    """No accessibility fault, no wider than a phone."""
    page.set_viewport_size(PHONE)
    assert not complaints(page, Axe())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(page, name)


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_from_the_code_to_the_check(language: str, signed_in) -> None:
    world = build()
    slug = world.programme.slug
    asking(world.eli, world.programme, checks=0b1111)
    for name in ("amina", "bo", "eli"):
        world.speaks(name, language)

    member = signed_in(world.amina)
    member.goto(f"/p/{slug}/mine/checks/")
    sound(member, f"checks-{language}")
    member.locator("form[action$='/papers/code/'] button").click()
    code = member.locator(".code code").inner_text()
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    expect(member.locator(".qr svg")).to_be_visible()
    sound(member, f"check-code-{language}")

    staff = signed_in(world.eli)
    staff.goto(f"/p/{slug}/checks/")
    sound(staff, f"check-set-{language}")
    staff.locator("[name=code]").fill(code.lower())
    staff.locator("main form button").click()
    expect(staff.locator("dl.facts")).to_contain_text(code[-4:])
    expect(staff.locator("main")).not_to_contain_text("Amina")
    sound(staff, f"check-until-{language}")
    staff.locator("[name=valid_until]").fill(f"{today() + timedelta(days=200):%Y-%m-%d}")
    staff.locator("main form button").click()
    expect(staff.locator("[role=status]")).to_be_visible()
    staff.goto(f"/p/{slug}/set-up/sides/")
    sound(staff, f"check-sides-{language}")

    partner = signed_in(world.bo)
    partner.goto(f"/pairs/{world.pair.id}/")
    expect(partner.locator("main")).to_contain_text(str(checks.today_in(world.programme).year + 1)[:3])
    sound(partner, f"check-partner-{language}")
