"""Invitations switched on, a no in the calendar, and how it is found on a small phone; in every language."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bothways.core.clock.api import now
from bothways.core.outbox import api as outbox
from bothways.core.walls import api as walls
from bothways.meet import api as meet
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.people.tests import letters_back as back
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import shot
from tests.browser.test_reaching import LANGUAGES, fits
from tests.cast import someone
from tests.test_by_mail import calendar_in, invited

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_no_in_the_calendar_is_news_and_taken_back_with_one_tap(
    language, signed_in, postman, settings, noon
):
    settings.MAIL_DOMAIN, settings.MAIL_SECRET = back.DOMAIN, back.SECRET
    axe, amina, bo = Axe(), someone("Amina"), someone("Bo")
    pair = a_pair(amina, bo, a_programme(someone("Eli")))
    people.set_language(amina.who, language)
    page = signed_in(amina, locale=LANGUAGES[language])
    page.goto("/me/reach/")
    page.locator("input[name=calendar_letters]").check()
    fits(page, axe)
    shot(page, f"invitations-{language}")
    page.locator("input[name=calendar_letters] >> xpath=ancestor::form >> css=button[type=submit]").click()
    expect(page.locator("input[name=calendar_letters]")).to_be_checked()
    when = now() + timedelta(days=2)
    meeting = meet.plan(bo.who, pair_id=pair.id, starts_at=when, minutes=60, mode=0)
    with walls.working():
        outbox.deliver_singly()
    (letter,) = postman.letters
    print(message_from_bytes(letter.content, policy=policy.default).get_body(("plain",)).get_content())
    assert calendar_in(letter)[0] == "REQUEST"
    sent = invited(letter)
    assert back.brings(sent.organizer, back.google(sent, "DECLINED")).status_code == 204
    page.goto("/")
    fits(page, axe)
    shot(page, f"calendar-no-home-{language}")
    page.goto(f"/meetings/{meeting.id}/")
    fits(page, axe)
    shot(page, f"calendar-no-{language}")
    page.locator("article.notice form button").click()
    expect(page.locator("article.notice form")).to_have_count(0)
    fits(page, axe)
