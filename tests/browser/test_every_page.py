"""Every page in a browser: accessible in two directions and sizes, small, and whole without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.pages import walk
from tests.world import build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

FIRST_VISIT = 60_000


def complaints(page: Page, axe: Axe) -> list[str]:
    found = axe.run(page).response["violations"]
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
    ]


@pytest.mark.parametrize("name", ["visitor", "amina", "chen", "dara", "eli"])
def test_no_page_has_an_accessibility_fault(name: str, open_page, signed_in) -> None:
    world = build()
    paths = [path for path, _ in walk(world.browser(name), world.places_for(name)).values()]
    assert len(paths) >= 4
    axe, faults = Axe(), []
    for locale in ("en", "ar"):
        page = (
            open_page(locale=locale) if name == "visitor" else signed_in(getattr(world, name), locale=locale)
        )
        if name != "visitor":
            world.speaks(name, locale)
        for path in paths:
            page.set_viewport_size(PHONE)
            page.goto(path)
            expect(page.locator("h1")).to_have_count(1)
            expect(page.locator("html")).to_have_attribute("dir", "rtl" if locale == "ar" else "ltr")
            faults += complaints(page, axe)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > PHONE["width"]:
                faults.append(f"{path} in {locale} is {wide} px wide on a phone")
            page.set_viewport_size(DESK)
            faults += complaints(page, axe)
    assert not faults, "\n".join(faults)


def test_a_first_visit_is_small(open_page) -> None:
    build()
    for locale in ("en", "ar", "zh-CN"):
        page = open_page(locale=locale)
        sizes: list[int] = []
        page.on("requestfinished", lambda request, sizes=sizes: sizes.append(weight(request)))
        page.goto("/", wait_until="networkidle")
        assert 0 < sum(sizes) < FIRST_VISIT, f"{sum(sizes)} bytes in {locale}"


def weight(request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.mark.parametrize("name", ["visitor", "amina", "chen", "eli"])
def test_every_page_is_whole_without_javascript(name: str, open_page, signed_in) -> None:
    world = build()
    page = (
        open_page(javascript=False)
        if name == "visitor"
        else signed_in(getattr(world, name), javascript=False)
    )
    for path, _ in walk(world.browser(name), world.places_for(name)).values():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("h1")).to_be_visible()
        for form in page.locator("main form").all():
            assert form.locator("button, [type=submit]").count() > 0, f"a form without a button at {path}"
