"""Where I am signed in, signing other places out, and coordinators who must show a passkey."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse
from tests.cast import show_passkey, someone

from bothways.core.clock.api import today, travelled
from bothways.core.events.models import Event
from bothways.core.identity.api import NotSignedIn, acting, end_all_entries, open_entry
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.people import api, browsers
from bothways.people.models import SignedInBrowser
from bothways.people.tests.steps import is_in, join, sign_in, visitor
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
LIST = "sign_ins"


def entry_of(browser):
    return acting(browser.session[SESSION_KEY])


def test_amina_sees_where_she_is_signed_in_and_nobody_elses():
    join(phone := visitor(), "amina@example.org")
    sign_in(laptop := visitor(), "amina@example.org")
    bo = someone("Bo").browser()
    page = phone.get(reverse(LIST)).content.decode()
    assert page.count("Signed in on") == 2 and page.count("This is the one you are using now") == 1
    assert str(entry_of(laptop).entry_id) in page and str(entry_of(bo).entry_id) not in page
    assert page.index("This is the one") < page.index("Sign it out")


def test_she_signs_one_out_and_its_very_next_request_is_a_visitors():
    join(phone := visitor(), "amina@example.org")
    sign_in(lost := visitor(), "amina@example.org")
    sign_in(laptop := visitor(), "amina@example.org")
    answer = phone.post(reverse("sign_in_end", args=[entry_of(lost).entry_id]), follow=True)
    assert "It is signed out." in answer.content.decode()
    assert not is_in(lost) and is_in(laptop) and is_in(phone)
    assert phone.post(reverse("sign_ins_end_others")).url == reverse(LIST)
    assert not is_in(laptop) and is_in(phone)
    assert Event.objects.filter(kind="person.signed_out").count() == 2


def test_nobody_signs_another_out():
    amina, bo = someone("Amina").browser(), someone("Bo").browser()
    assert bo.post(reverse("sign_in_end", args=[entry_of(amina).entry_id])).status_code == 302
    bo.post(reverse("sign_ins_end_others"))
    assert is_in(amina) and is_in(bo)


def test_an_ended_session_signs_nobody_out():
    amina = someone("Amina")
    end_all_entries(amina.id)
    for write in (
        lambda: browsers.end(amina.who, amina.who.entry_id),
        lambda: browsers.end_others(amina.who),
    ):
        with pytest.raises(NotSignedIn):
            write()


def test_the_list_asks_for_a_sign_in_again():
    browser = someone("Amina").browser()
    with travelled(timedelta(minutes=31)):
        assert browser.get(reverse(LIST)).status_code == 403


def test_the_day_of_the_last_use_is_kept_and_nothing_else():
    browser = someone("Amina").browser(passkey=False)
    row = SignedInBrowser.objects.get(entry_id=entry_of(browser).entry_id)
    assert row.seen_on == today()
    fields = {field.name for field in SignedInBrowser._meta.get_fields()}
    assert fields == {"entry_id", "person", "seen_on", "passkey_at"}
    with travelled(timedelta(days=3)):
        browser.get(reverse("me"))
        row.refresh_from_db()
        assert row.seen_on == today()
    parts = {section.key: section.rows for section in registry.everything(entry_of(browser))}
    assert row.seen_on in [one["seen_on"] for one in parts["browsers"]]


def test_what_was_kept_goes_with_the_session():
    amina = someone("Amina")
    browser = amina.browser()
    browser.post(reverse("account_logout"))
    browsers.clear()
    assert list(SignedInBrowser.objects.values_list("entry_id", flat=True)) == [amina.who.entry_id]
    amina.browser().post(reverse("leave"))
    assert not SignedInBrowser.objects.exists()


def test_a_new_sign_in_is_told_but_not_the_first():
    join(browser := visitor(), "amina@example.org")
    who = entry_of(browser)
    assert not Notice.objects.exists()
    sign_in(visitor(), "amina@example.org")
    assert [(one.kind, one.path) for one in outbox.news(who)] == [("sign_in.new", reverse(LIST))]
    assert "new sign-in" in browser.get(reverse("home")).content.decode()
    browser.get(reverse(LIST))
    assert outbox.news(who) == []


# Coordinators


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
    from bothways.help import api as help_
    from bothways.help import opening
    from bothways.match import rounds
    from bothways.programme import services as programmes

    eli, amina = someone("Eli"), someone("Amina")
    programme = a_programme(eli)
    from bothways.enrol.tests.factory import enrolled

    enrolled(amina, programme)
    request = help_.ask(amina.who, programme_id=programme.id, kind="work", words="A course?")
    by_code = acting(open_entry(eli.id))
    for act in (
        lambda: programmes.close(by_code, programme_id=programme.id),
        lambda: programmes.invite(by_code, programme_id=programme.id),
        lambda: rounds.start_round(by_code, programme_id=programme.id),
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
