"""Coordinators must show a passkey: on their pages, behind their buttons, in the services."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from bothways.core.identity.api import Acting, acting, open_entry
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.registry import api as registry
from bothways.enrol.tests.factory import enrolled
from bothways.help import api as help_
from bothways.help import opening
from bothways.match import rounds
from bothways.people import api
from bothways.programme import services as programmes
from bothways.programme.tests.factory import a_programme
from tests.cast import show_passkey, someone

pytestmark = pytest.mark.django_db


def entry_of(browser: Client) -> Acting:
    who = acting(browser.session[SESSION_KEY])
    assert who is not None
    return who


def test_eli_with_a_code_is_led_to_a_passkey_and_back():
    eli = someone("Eli")
    EmailAddress.objects.update(verified=True)
    programme = a_programme(eli)
    browser = eli.browser(passkey=False)
    wanted = reverse("programme_setup", args=[programme.slug])
    answer = browser.get(wanted)
    assert answer.status_code == 302 and answer.url.startswith(reverse("passkey_needed"))
    page = browser.get(answer.url).content.decode()
    assert "Add a passkey" in page and f"{reverse('mfa_add_webauthn')}?next=" in page
    add = browser.get(f"{reverse('mfa_add_webauthn')}?next={wanted}").content.decode()
    assert f'name="next" value="{wanted}"' in add
    Authenticator.objects.create(user=eli.person, type="webauthn", data={"name": "passkey"})
    assert f"{reverse('mfa_reauthenticate_webauthn')}?next=" in browser.get(answer.url).content.decode()
    show_passkey(browser)
    assert browser.get(answer.url).url == wanted
    assert browser.get(wanted).status_code == 200


def test_a_button_leads_back_to_its_page_and_does_nothing_before():
    eli = someone("Eli")
    programme = a_programme(eli)
    browser = eli.browser(passkey=False)
    page = reverse("programme_setup", args=[programme.slug])
    close = reverse("programme_close", args=[programme.slug])
    answer = browser.post(close, headers={"referer": f"http://testserver{page}"})
    assert answer.url == f"{reverse('passkey_needed')}?next=%2Fp%2F{programme.slug}%2Fset-up%2F"
    programme.refresh_from_db()
    assert programme.open
    evil = browser.post(close, headers={"referer": "https://evil.example//evil.example/x"})
    there = browser.get(evil.url).content.decode()
    assert "evil.example/" not in there


def test_the_way_back_never_leaves_the_site():
    browser = someone("Eli").browser()
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert browser.get(reverse("passkey_needed"), {"next": elsewhere}).url == "/"


@pytest.mark.parametrize("name", ["programme_setup", "programme_coordinators", "rounds", "requests"])
def test_the_pages_of_coordinators_need_a_passkey_and_members_never(name):
    eli, amina = someone("Eli"), someone("Amina")
    page = reverse(name, args=[a_programme(eli).slug])
    assert eli.browser(passkey=False).get(page).url.startswith(reverse("passkey_needed"))
    assert eli.browser().get(page).status_code == 200
    assert amina.browser(passkey=False).get(page).status_code == 403


def test_the_services_ask_for_it_too_not_only_the_pages():
    eli, amina = someone("Eli"), someone("Amina")
    programme = a_programme(eli)
    enrolled(amina, programme)
    request = help_.ask(amina.who, programme_id=programme.id, kind="work", words="A course?")
    asked = rounds.ask(programme.id)
    by_code = acting(open_entry(eli.id))
    for act in (
        lambda: programmes.close(by_code, programme_id=programme.id),
        lambda: programmes.invite(by_code, programme_id=programme.id),
        lambda: rounds.start_round(by_code, programme_id=programme.id),
        lambda: rounds.stop_round(by_code, round_id=asked.id),
        lambda: opening.open_with_receipt(by_code, request_id=request.id),
    ):
        with pytest.raises(api.PasskeyNeeded):
            act()


def test_a_passkey_counts_for_one_session_only():
    eli = someone("Eli")
    with_key, with_code = eli.browser(), eli.browser(passkey=False)
    assert api.signed_in_with_passkey(entry_of(with_key))
    assert not api.signed_in_with_passkey(entry_of(with_code))


def test_only_a_demo_database_in_demo_mode_lets_a_code_do(settings):
    eli = someone("Eli")
    programme = a_programme(eli)
    browser = eli.browser(passkey=False)
    page = reverse("programme_setup", args=[programme.slug])
    settings.DEMO = True
    assert browser.get(page).status_code == 302, "this database is no demo"
    registry.settle_installation(demo=True)
    settings.DEMO = False
    assert browser.get(page).status_code == 302, "and this server is none"
    settings.DEMO = True
    api.require_passkey(entry_of(browser))


def test_the_pages_say_that_a_passkey_is_needed_before_the_role_is_taken():
    browser = someone("Hana").browser(passkey=False)
    for name in ("programme_take_up", "programme_new"):
        assert "must use a passkey" in browser.get(reverse(name)).content.decode()
