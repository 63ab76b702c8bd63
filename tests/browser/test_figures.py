"""The published figures in a browser: accessible with figures in them, small, in three scripts."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bothways.core.clock.api import now, travelled
from bothways.insight.periods import Quarter
from bothways.insight.tests.factory import a_release
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_every_page import complaints
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("locale", ["en", "ar", "zh-CN"])
def test_the_report_is_for_every_reader(locale: str, open_page) -> None:
    with travelled(timedelta(days=-400)):
        programme = a_programme(someone("Eli"))
    last = Quarter.of(now(), programme.time_zone).before
    for number, quarter in enumerate((last.before.before, last.before, last)):
        a_release(programme, quarter, grown=25 * number)
    page, axe = open_page(locale=locale), Axe()
    for path in ("", "dictionary/"):
        page.set_viewport_size(PHONE)
        page.goto(f"/p/{programme.slug}/figures/{path}")
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if locale == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert not complaints(page, axe)
        if os.environ.get("LOOK"):
            page.screenshot(
                path=f"{os.environ['LOOK']}/{locale}-{path.strip('/') or 'report'}.png", full_page=True
            )
        page.set_viewport_size(DESK)
        assert not complaints(page, axe)
    assert page.goto(f"/p/{programme.slug}/figures/") is not None
    expect(page.locator("svg.chart")).not_to_have_count(0)
    path = f"/p/{programme.slug}/figures/{last.year}-{last.number}/report.pdf"
    pdf = page.request.get(path, headers={"Accept-Language": locale})
    assert pdf.ok and pdf.body().startswith(b"%PDF")
    if os.environ.get("LOOK"):
        Path(f"{os.environ['LOOK']}/{locale}.pdf").write_bytes(pdf.body())
