"""Passkeys in a real browser, with Chromium's virtual authenticator."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, sync_playwright
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.people.models import Person
from bothways.people.tests.steps import is_in, join, visitor

CHROMIUM = "/usr/bin/chromium"
KEY = {"transport": "internal", "protocol": "ctap2", "hasResidentKey": True, "hasUserVerification": True}


@contextmanager
def a_phone(*, javascript: bool = True) -> Iterator[Page]:
    """A page on a small screen whose complaints are collected in `page.complaints`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, locale="en", java_script_enabled=javascript
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        try:
            yield page
        finally:
            browser.close()


def with_authenticator(page: Page, **more):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {**KEY, "isUserVerified": True, "automaticPresenceSimulation": True, **more}
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices, added["authenticatorId"]


def code_in_the_newest_letter() -> str:
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE).group()


def join_in_the_browser(page: Page, site: str) -> None:
    page.goto(f"{site}/account/signup/")
    page.get_by_label("Your email address").fill("Amina@example.org")
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url(f"{site}/account/signup/code/")
    page.get_by_label("The code from the letter").fill(code_in_the_newest_letter())
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{site}/")


@pytest.fixture
def site(live_server) -> str:
    # Inside `a_phone` an event loop runs in this thread: the database is asked before and after, not there.
    return live_server.url


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_amina_adds_a_passkey_signs_in_with_it_and_removes_it(site):
    with a_phone() as page:
        devices, key = with_authenticator(page)
        join_in_the_browser(page, site)
        page.goto(f"{site}/account/passkeys/")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("button", name="Make a passkey on this device").click()
        page.wait_for_url(f"{site}/account/passkeys/")
        assert "Your passkey is ready" in page.content()
        kept = devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
        assert len(kept) == 1 and "address.invalid" not in json.dumps(kept)
        assert kept[0].get("userName", "My account") == "My account"

        page.get_by_role("link", name="Remove passkey 1").click()
        page.get_by_role("link", name="Keep it").click()

        page.context.clear_cookies()
        page.goto(f"{site}/account/login/?next=/me/")
        page.get_by_role("button", name="Use my passkey").click()
        page.wait_for_url(f"{site}/me/")

        page.goto(f"{site}/account/passkeys/")
        page.get_by_role("link", name="Remove passkey 1").click()
        page.get_by_role("button", name="Remove it").click()
        page.wait_for_url(f"{site}/account/passkeys/")
        assert "You have no passkey yet" in page.content()
        assert page.complaints == []
    assert not Authenticator.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_refused_passkey_is_said_in_words(site):
    with a_phone() as page:
        with_authenticator(page, isUserVerified=False)
        page.goto(f"{site}/account/login/")
        page.get_by_role("button", name="Use my passkey").wait_for()
        assert page.get_by_text("They need JavaScript").is_hidden()
        trouble = page.locator("#passkey-trouble")
        assert trouble.is_hidden()
        page.get_by_role("button", name="Use my passkey").click()
        trouble.wait_for(state="visible", timeout=60_000)
        assert page.url == f"{site}/account/login/"
        assert page.complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_javascript_the_code_works_and_the_page_says_so(site):
    with a_phone(javascript=False) as page:
        join_in_the_browser(page, site)
        for where in ("/account/passkeys/add/", "/account/login/"):
            page.goto(f"{site}{where}")
            assert page.get_by_text("They need JavaScript").is_visible()
            assert page.locator("[data-passkeys-on]").is_hidden()
            page.context.clear_cookies()


STRANGE = [
    "",
    "{",
    "[]",
    "1",
    '"x"',
    "{}",
    '{"id": 1}',
    '{"response": null}',
    '{"response": {"userHandle": "AA"}}',
    '{"response": {"userHandle": 7}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30", '
    '"authenticatorData": "AA", "signature": "AA", "userHandle": "AA", "attestationObject": "AA"}}',
    '{"a": "\\u0000"}',
    "[" * 500 + "]" * 500,
    "[" * 20_000,
]


@pytest.mark.django_db
@pytest.mark.parametrize("credential", STRANGE)
def test_a_strange_credential_is_never_a_fault(credential):
    join(browser := visitor(), "amina@example.org")
    browser.get(reverse("mfa_add_webauthn"))
    added = browser.post(reverse("mfa_add_webauthn"), {"credential": credential})
    assert added.status_code == 422 and not Authenticator.objects.exists()
    stranger = visitor()
    stranger.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    answer = stranger.post(reverse("mfa_login_webauthn"), {"credential": credential}, follow=True)
    assert answer.status_code == 200 and "did not work here" in answer.content.decode()
    assert not is_in(stranger)


@pytest.mark.django_db
def test_one_persons_passkey_is_not_another_persons():
    amina, bo = someone("Amina"), someone("Bo")
    key = Authenticator.objects.create(user=amina.person, type="webauthn", data={"name": "passkey"})
    page = reverse("mfa_remove_webauthn", args=[key.pk])
    for method in ("get", "post"):
        assert getattr(bo.browser(), method)(page).status_code == 404
        assert getattr(visitor(), method)(page).status_code == 302
    assert Authenticator.objects.filter(pk=key.pk).exists()
    gone = reverse("mfa_remove_webauthn", args=[key.pk + 1])
    assert amina.browser().post(gone).status_code == 404


@pytest.mark.django_db
def test_a_code_is_enough_for_someone_who_lost_the_device_with_the_passkey():
    join(visitor(), "amina@example.org")
    person = Person.objects.get()
    key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "passkey"})
    from bothways.people.tests.steps import sign_in

    browser = visitor()
    assert sign_in(browser, "amina@example.org").url == "/" and is_in(browser)
    remove = reverse("mfa_remove_webauthn", args=[key.pk])
    assert browser.post(remove).url == reverse("mfa_list_webauthn")
    assert browser.post(remove).status_code == 404
    assert not Authenticator.objects.exists()


@pytest.mark.django_db
def test_removing_asks_for_the_passkey_when_the_sign_in_was_a_while_ago():
    amina = someone("Amina")
    key = Authenticator.objects.create(user=amina.person, type="webauthn", data={"name": "passkey"})
    browser = amina.browser()
    with travelled(timedelta(minutes=11)):
        answer = browser.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert answer.url.startswith(reverse("mfa_reauthenticate_webauthn"))
    assert Authenticator.objects.exists()


@pytest.mark.django_db
def test_an_old_sign_in_adds_no_passkey():
    join(browser := visitor(), "amina@example.org")
    with travelled(timedelta(hours=1)):
        assert browser.get(reverse("mfa_add_webauthn")).status_code == 403
