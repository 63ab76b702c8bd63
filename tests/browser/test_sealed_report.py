"""A report, from the words in a browser to the lead's own computer, and all that can go wrong between."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from nacl.public import PrivateKey
from playwright.sync_api import Browser, Page, expect

from bothways.programme.tests.factory import a_programme
from bothways.report import keylines, sealing, services
from bothways.report.models import Sealed
from bothways.report.tests.conftest import Stage
from bothways.report.tests.factory import a_lead
from tests.browser.conftest import PHONE, shot
from tests.browser.test_every_page import complaints, weight
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

WORDS = "أخاف منه. 他每天都来。He waits at the stairs 😟\nEvery evening."
PAGE = 60_000


@pytest.fixture
def stage(site) -> Stage:
    eli = someone("Eli")
    programme = a_programme(eli)
    return Stage(eli, programme, a_lead(eli, programme))


def said(page: Page, what: str):
    return page.locator(f"[data-says={what}]")


def send(page: Page) -> None:
    page.locator("#report button[type=submit]").click()


def opened(stage: Stage, key: PrivateKey | None = None) -> list[str | None]:
    key = key or stage.key
    whole = services.bundle_for(programme_id=stage.programme.id, code=keylines.fetch_code(key))
    return [sealing.open_report(sealed, [key]) for _day, sealed in sealing.unbundle(whole, [key])]


def storage_of(page: Page) -> str:
    return page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state,"
        " location.href, (await indexedDB.databases()).map(one => one.name), await caches.keys()])"
    )


def test_what_is_written_in_the_browser_is_opened_by_the_lead_alone(open_page, stage: Stage) -> None:
    page = open_page()
    page.goto("/")
    page.locator("footer a[href='/report/']").click()
    shot(page, "report-about")
    page.locator(f"main a[href='{stage.path}']").click()
    shot(page, "report-write")
    page.fill("#words", WORDS)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        send(page)
    expect(said(page, "sent")).to_be_visible()
    shot(page, "report-sent")
    expect(page.locator("#words")).to_be_hidden()
    assert page.input_value("#words") == ""
    assert opened(stage) == [WORDS]
    # What went over the line: the key, and a box of one of the two sizes. No cookie, no word, no address.
    body = sent.value.post_data_buffer
    assert len(body) == 32 + sealing.SEALED_SIZES[0]
    assert WORDS[:6].encode() not in body
    headers = sent.value.all_headers()
    assert not {"cookie", "referer", "authorization"} & set(headers)
    # Nothing is kept, and going back shows nothing.
    assert "stairs" not in storage_of(page)
    page.goto("/charter/")
    page.go_back()
    assert page.input_value("#words") == ""


def test_somebody_who_is_signed_in_sends_no_cookie_either(signed_in, stage: Stage) -> None:
    page = signed_in(someone("Amina"))
    page.goto(stage.path)
    page.fill("#words", "x" * 5000)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        send(page)
    expect(said(page, "sent")).to_be_visible()
    assert "cookie" not in sent.value.all_headers()
    assert opened(stage) == ["x" * 5000]
    assert len(bytes(Sealed.objects.get().sealed)) == sealing.SEALED_SIZES[1]


@pytest.fixture
def unsteady(chromium: Browser, site: str) -> Iterator[Page]:
    """A page on a line that fails: the browser complains of that in its console, rightly."""
    context = chromium.new_context(base_url=site, locale="en", viewport=PHONE)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_words_that_cannot_be_sent_stay_and_are_sent_once(unsteady: Page, stage: Stage) -> None:
    page = unsteady
    page.goto(stage.path)
    page.fill("#words", WORDS)
    page.context.set_offline(True)
    send(page)
    expect(said(page, "line")).to_be_visible()
    shot(page, "report-not-sent")
    assert page.input_value("#words") == WORDS
    assert "stairs" not in storage_of(page)
    page.context.set_offline(False)
    # The server takes it, and its answer is lost on the way.
    page.route("**/report/", lambda route: (route.fetch(), route.abort()))
    send(page)
    expect(said(page, "line")).to_be_visible()
    page.unroute("**/report/")
    page.route("**/report/", lambda route: route.fulfill(status=503, body="fault"))
    send(page)
    expect(said(page, "fault")).to_be_visible()
    page.unroute("**/report/")
    send(page)
    expect(said(page, "sent")).to_be_visible()
    assert opened(stage) == [WORDS]


def test_a_key_that_changes_meanwhile_is_shown_before_it_is_used(open_page, stage: Stage) -> None:
    page, new = open_page(), PrivateKey.generate()
    page.goto(stage.path)
    page.fill("#words", WORDS)
    line = keylines.line_of(new)
    services.set_key(stage.eli.who, programme_id=stage.programme.id, line=line.line())
    send(page)
    expect(said(page, "changed")).to_be_visible()
    assert page.inner_text("[data-fingerprint]") == line.fingerprint()
    assert page.input_value("#words") == WORDS
    assert not Sealed.objects.exists()
    send(page)
    expect(said(page, "sent")).to_be_visible()
    assert opened(stage, new) == [WORDS]


def test_a_key_that_is_taken_away_and_too_many_words_are_told(open_page, stage: Stage) -> None:
    page = open_page()
    page.goto(stage.path)
    send(page)
    expect(said(page, "empty")).to_be_visible()
    page.fill("#words", "字" * 6000)
    send(page)
    expect(said(page, "long")).to_be_visible()
    page.fill("#words", "one\x00two")
    services.remove_key(stage.eli.who, programme_id=stage.programme.id)
    send(page)
    expect(said(page, "gone")).to_be_visible()
    assert page.input_value("#words").startswith("one")


def test_the_browser_asks_before_words_are_lost_and_only_then(open_page, stage: Stage) -> None:
    page, asked = open_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(stage.path)
    page.locator("main a[href='/report/']").click()
    expect(page).to_have_url(re.compile(r"/report/$"))
    page.goto(stage.path)
    # Chromium asks only where somebody has typed.
    page.locator("#words").press_sequentially("wait")
    page.locator("main a[href='/report/']").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page).to_have_url(re.compile(re.escape(stage.path)))
    assert page.input_value("#words") == "wait"
    send(page)
    expect(said(page, "sent")).to_be_visible()
    page.goto("/charter/")
    assert asked == ["beforeunload"]


def test_leaving_quickly_asks_nothing_and_takes_the_page_out_of_the_history(open_page, stage: Stage) -> None:
    page, asked = open_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto("/charter/")
    page.goto(stage.path)
    page.locator("#words").press_sequentially("he comes")
    page.locator("[data-leave]").click()
    expect(page).to_have_url(re.compile(r"://[^/]+/$"))
    assert not asked
    page.go_back()
    expect(page).to_have_url(re.compile(r"/charter/$"))


def test_without_javascript_nothing_can_be_sent_and_the_page_says_so(open_page, stage: Stage) -> None:
    page, posted = open_page(javascript=False), []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.goto(stage.path)
    expect(page.locator("[data-off]")).to_be_visible()
    expect(page.locator("#words")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("0341 555 0100")
    shot(page, "report-without-javascript")
    page.locator("[data-leave]").click()
    expect(page).to_have_url(re.compile(r"://[^/]+/$"))
    assert not posted


def test_the_first_page_does_not_load_the_sealing_and_the_report_page_is_small(
    open_page, stage: Stage
) -> None:
    page = open_page()
    asked, sizes = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/", wait_until="networkidle")
    page.goto("/report/", wait_until="networkidle")
    assert any("htmx" in url for url in asked)
    assert not any(re.search(r"sealedbox|/report/report\..*js$", url) for url in asked)
    fresh = open_page()
    fresh.on("requestfinished", lambda request: sizes.append(weight(request)))
    fresh.goto(stage.path, wait_until="networkidle")
    assert 0 < sum(sizes) < PAGE, f"{sum(sizes)} bytes"


@pytest.mark.parametrize("locale", ["en", "ar", "zh-CN"])
def test_every_sentence_of_the_page_is_accessible(locale: str, open_page, signed_in, stage: Stage) -> None:
    axe, faults = Axe(), []
    page = open_page(locale=locale)
    for path in ("/report/", stage.path, f"{stage.path}lead/"):
        page.goto(path)
        shot(page, f"report-{locale}-{path.strip('/').replace('/', '-')}")
        faults += complaints(page, axe)
    page.goto(stage.path)
    page.evaluate("document.querySelectorAll('[data-says]').forEach(one => { one.hidden = false })")
    faults += complaints(page, axe)
    shot(page, f"report-{locale}-all-sentences")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    coordinator = signed_in(stage.eli, locale=locale)
    coordinator.goto(f"/p/{stage.programme.slug}/set-up/lead/")
    shot(coordinator, f"report-{locale}-set-up")
    faults += complaints(coordinator, axe)
    assert not faults, "\n".join(faults)
