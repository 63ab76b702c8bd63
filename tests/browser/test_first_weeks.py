"""Two strangers on phones, one in Arabic and one in English: from the first page to a pair, and out again.

Its pictures are those of the tutorial (BOTHWAYS_SHOTS names the folder).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Page, expect
from procrastinate.contrib.django import app

from bothways.core.clock.api import travelled
from bothways.core.texts.models import Text
from bothways.people.models import Person
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import Mailbox, shot
from tests.cast import someone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NEXT = "main button[name=go][value=next]"


def open_account(page: Page, mailbox: Mailbox, address: str, picture: str = "") -> None:
    page.goto("/account/signup/")
    page.fill("input[name=email]", address)
    page.check("main input[type=checkbox]")
    if picture:
        shot(page, f"{picture}-sign-up")
    page.click("main form button[type=submit]")
    page.fill("input[name=code]", mailbox.code_for(address))
    if picture:
        shot(page, f"{picture}-code")
    page.click("main form button[type=submit]")
    expect(page.locator("header a[href='/me/']")).to_be_visible()


def enrol(page: Page, slug: str, name: str, side: int, picture: str = "") -> None:
    """Fill in every step as a person would, and send it."""
    page.goto(f"/p/{slug}/join/")
    page.fill("main input[name=name]", name)
    page.click("main form button[type=submit]")
    for _ in range(14):
        step = page.url.rstrip("/").rsplit("/", 1)[-1]
        _answer(page, step, side)
        if picture and step in {"side", "languages", "times", "consent", "check"}:
            shot(page, f"{picture}-{step}")
        assert page.locator(NEXT).count(), page.url + page.inner_text("main")
        page.locator(NEXT).first.click()
        if step == "check":
            break
    expect(page).to_have_url(re.compile(r"/mine/$"))


def _answer(page: Page, step: str, side: int) -> None:
    if step == "side":
        page.check(f"input[name=side][value='{side}']")
    elif step == "place":
        page.locator("select[name=area]").select_option(index=1)
    elif step == "languages":
        page.locator("select[name=speak_0_language]").select_option(value="0")
        page.locator("select[name=speak_0_level]").select_option(value="3")
    elif step == "times":
        for bit in (5, 16):
            page.check(f"input[name=times][value='{bit}']")
    elif step == "ways":
        page.check("input[name=modes][value='0']")
    elif step == "interests":
        for number in (0, 3):
            page.check(f"input[name=interests][value='{number}']")
    elif step == "consent":
        for radio in page.locator("main input[type=radio][value=yes]").all():
            radio.check()


def work_through_the_queue() -> None:
    """A real worker, set up as its command does it, in a thread of its own, until nothing waits any more."""
    about = {
        "wait": False,
        "queues": ["rounds"],
        "listen_notify": False,
        "install_signal_handlers": False,
        "task_middleware": [tidy],
    }
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        thread = Thread(target=worker.run_worker, kwargs=about)
        thread.start()
        thread.join(60)
    assert not thread.is_alive()


def tidy(job: Callable[[], Any], context: Any, worker: Any) -> Any:
    """The thread of a job ends with the worker; nobody else would close its connections."""
    try:
        return job()
    finally:
        connections.close_all()


def test_the_first_weeks(open_page, signed_in, mailbox: Mailbox) -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    slug = programme.slug
    bo, amina = open_page(locale="en"), open_page(locale="ar")
    later = timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)

    bo.goto("/")
    shot(bo, "01-welcome")
    open_account(bo, mailbox, "bo@example.org", "02")
    open_account(amina, mailbox, "amina@example.org")
    expect(amina.locator("html")).to_have_attribute("dir", "rtl")
    enrol(bo, slug, "Bo", 0, "03")
    enrol(amina, slug, "أمينة", 1, "04-arabic")
    shot(bo, "05-wait")

    with travelled(later):
        for page in (bo, amina):
            page.goto(f"/p/{slug}/mine/")
            page.locator("main form[action$='/confirm/'] button").click()
        coordinator = signed_in(eli)
        coordinator.goto(f"/p/{slug}/rounds/")
        coordinator.locator("main form button[type=submit]").first.click()
        work_through_the_queue()
        coordinator.goto(f"/p/{slug}/rounds/")
        shot(coordinator, "06-rounds")

        for page, picture in ((bo, "proposal"), (amina, "07-arabic-proposal")):
            page.goto("/")
            page.locator("main a[href^='/proposals/']").first.click()
            expect(page.locator("main li").first).to_be_visible()
            assert "Bo" not in page.inner_text("main")
            shot(page, picture)
            page.locator("main form button[type=submit]").first.click()

        bo.goto("/")
        bo.locator("main a[href^='/pairs/']").first.click()
        expect(bo.locator("h1")).to_contain_text("أمينة")
        shot(bo, "08-pair")
        pair = bo.url
        _card(bo, amina, pair)
        _meet(bo, amina, pair, mailbox)
        _journal(bo, amina, pair)
    with travelled(later):
        _help_and_glass_box(amina, coordinator, slug, mailbox)
        _leave(bo, amina, pair)


def _card(bo: Page, amina: Page, pair: str) -> None:
    bo.goto(f"{pair}card/change/")
    bo.locator("main input[type=radio]").first.check()
    bo.locator("textarea").first.fill("Shoes off at the door, please.")
    shot(bo, "09-card")
    bo.locator("main form button[type=submit]").last.click()
    expect(bo).to_have_url(f"{pair}card/")
    for page in (bo, amina):
        page.goto(f"{pair}card/")
        page.locator("main form button[type=submit]").first.click()
    shot(amina, "10-arabic-card")
    paper = bo.request.get(f"{pair}card.pdf")
    assert paper.status == 200
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.body().startswith(b"%PDF")


def _meet(bo: Page, amina: Page, pair: str, mailbox: Mailbox) -> None:
    from bothways.core.clock.api import now

    day = (now() + timedelta(days=3)).date().isoformat()
    bo.goto(f"{pair}meetings/new/")
    bo.locator("main input[type=date]").fill(day)
    bo.locator("main input[type=time]").fill("16:00")
    shot(bo, "11-plan")
    bo.locator("main form button[type=submit]").first.click()
    expect(bo).to_have_url(re.compile(r"/meetings/[0-9a-f-]+/$"))
    meeting = bo.url
    file = bo.request.get(f"{meeting.rstrip('/')}.ics")
    assert "BEGIN:VEVENT" in file.text()
    assert "Bo" not in file.text().replace("Bothways", "")
    with travelled(timedelta(days=5)):
        for page in (bo, amina):
            page.goto(meeting)
            page.locator("main form[action$='/took-place/'] button").click()
        shot(bo, "12-met")


def _journal(bo: Page, amina: Page, pair: str) -> None:
    bo.goto(f"{pair}journal/")
    bo.locator("main textarea").fill("Tea by the river.")
    bo.locator("main form button[type=submit]").first.click()
    amina.goto(f"{pair}journal/")
    expect(amina.locator("main")).to_contain_text("Tea by the river.")


def sign_in_again(page: Page, mailbox: Mailbox, address: str) -> None:
    """The glass box shows a lot, and this sign-in was a day ago: another code is asked for."""
    sent = mailbox.count(address)
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.fill("input[name=email]", address)
    page.click("main form button[type=submit]")
    page.fill("input[name=code]", mailbox.code_for(address, sent))
    page.click("main form button[type=submit]")
    expect(page.locator("header a[href='/me/']")).to_be_visible()


def _help_and_glass_box(amina: Page, coordinator: Page, slug: str, mailbox: Mailbox) -> None:
    amina.goto(f"/p/{slug}/requests/new/")
    amina.locator("main input[type=radio]").last.check()
    amina.locator("main select").first.select_option(index=1)
    amina.locator("main textarea").fill("Where can I find a course?")
    amina.locator("main form button[type=submit]").first.click()
    coordinator.goto(f"/p/{slug}/requests/")
    assert "Where can I find" not in coordinator.content()
    coordinator.locator("main a[href^='/requests/']").first.click()
    assert "Where can I find" not in coordinator.content()
    coordinator.locator("main form button[type=submit]").first.click()
    expect(coordinator.locator("main")).to_contain_text("Where can I find a course?")
    shot(coordinator, "13-request-opened")
    sign_in_again(amina, mailbox, "amina@example.org")
    amina.goto("/me/glass-box/")
    expect(amina.locator("main")).to_contain_text("Eli")
    shot(amina, "14-arabic-glass-box")
    assert amina.request.get("/me/download/json/").status == 200


def _leave(bo: Page, amina: Page, pair: str) -> None:
    amina.goto("/me/leave/")
    shot(amina, "15-arabic-leave")
    amina.locator("main form button[type=submit]").first.click()
    expect(amina.locator("header a[href='/account/login/']")).to_be_visible()
    bo.goto(pair)
    assert "أمينة" not in bo.inner_text("main")
    shot(bo, "16-ended")
    # What is left are Bo and Eli.
    assert Person.objects.count() == 2
    assert not Text.objects.exclude(owner_id__in=Person.objects.values("id")).exists()


def test_joining_needs_no_javascript(open_page, mailbox: Mailbox) -> None:
    programme = a_programme(someone("Eli"))
    page = open_page(javascript=False)
    open_account(page, mailbox, "chen@example.org")
    enrol(page, programme.slug, "Chen", 1)
