"""A coordinator adds a passkey on the way to a page and comes back to it: a real key in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from playwright.sync_api import Page

from bothways.people.tests.test_passkeys import with_authenticator
from bothways.programme.tests.factory import a_programme
from tests.browser.conftest import Mailbox
from tests.cast import someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ELI = "eli@example.org"


def test_eli_coordinates_with_a_passkey_and_never_with_a_code(
    open_page: Callable[..., Page], mailbox: Mailbox, site: str
) -> None:
    eli = someone("Eli")
    EmailAddress.objects.update(verified=True)
    rounds = f"{site}{reverse('rounds', args=[a_programme(eli).slug])}"
    page = open_page()
    with_authenticator(page)
    by_code(page, mailbox, rounds)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Make a passkey on this device").click()
    page.wait_for_url(rounds)

    page.context.clear_cookies()
    by_code(page, mailbox, rounds)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/account/passkeys/again/**")
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(rounds)

    page.context.clear_cookies()
    page.goto(rounds)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(rounds)


def by_code(page: Page, mailbox: Mailbox, wanted: str) -> None:
    """Sign in with a code on the way to `wanted`, and be asked for a passkey."""
    seen = mailbox.count(ELI)
    page.goto(wanted)
    page.get_by_label("Your email address").fill(ELI)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/account/login/code/**")
    page.get_by_label("The code from the letter").fill(mailbox.code_for(ELI, seen))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/passkeys/needed/**")
