from __future__ import annotations

import re
import smtplib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.identity.api import acting
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.identity.models import Entry
from bothways.core.texts.models import Text
from bothways.people import services, tidying
from bothways.people.addresses import opaque
from bothways.people.models import Device, Person
from bothways.people.session_store import stored_key
from bothways.people.tests.steps import (
    ask_for_code,
    ask_to_join,
    is_in,
    join,
    newest_code,
    sign_in,
    visitor,
)

pytestmark = pytest.mark.django_db
AMINA = "Amina.Known@Example.org"


def plain(response) -> str:
    """The page without what differs every time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def test_amina_joins_with_a_code_and_is_signed_in():
    browser = visitor()
    join(browser, AMINA)
    assert is_in(browser)
    person = Person.objects.get()
    assert person.email == opaque("amina.known@example.org")
    assert person.adult_confirmed_at and not person.synthetic
    assert EmailAddress.objects.get(user=person).verified
    assert mail.outbox[-1].to == [AMINA]


def test_amina_comes_back_with_a_code_whatever_the_spelling():
    join(visitor(), AMINA)
    browser = visitor()
    assert sign_in(browser, "  AMINA.known@EXAMPLE.ORG ").url == "/"
    assert is_in(browser)


def test_a_code_leads_back_to_where_she_wanted_to_go():
    join(visitor(), AMINA)
    browser = visitor()
    page = browser.get(reverse("me"))
    assert page.url == "/account/login/?next=%2Fme%2F"
    sent = browser.post(page.url, {"email": AMINA})
    assert browser.post(sent.url, {"code": newest_code().lower().replace("-", " ")}).url == "/me/"


def test_the_language_of_the_page_becomes_the_language_of_the_account():
    browser = visitor()
    ask_to_join(browser, AMINA, HTTP_ACCEPT_LANGUAGE="en")
    assert Person.objects.get().language == "en"
    arabic = visitor()
    arabic.post(
        reverse("account_signup"), {"email": "bo@example.org", "adult": "on"}, HTTP_ACCEPT_LANGUAGE="ar"
    )
    assert Person.objects.get(email=opaque("bo@example.org")).language == "ar"


def test_sign_in_answers_the_same_for_known_and_unknown_addresses():
    join(visitor(), AMINA)
    known, unknown = visitor(), visitor()
    answers = [ask_for_code(known, AMINA), ask_for_code(unknown, "nobody@example.org")]
    assert {(a.status_code, a.url) for a in answers} == {(302, reverse("account_confirm_login_code"))}
    pages = [plain(browser.get(answers[0].url)) for browser in (known, unknown)]
    assert pages[0] == pages[1]
    wrong = [browser.post(answers[0].url, {"code": "BBBB-BBBB"}) for browser in (known, unknown)]
    assert [w.status_code for w in wrong] == [422, 422] and plain(wrong[0]) == plain(wrong[1])
    assert mail.outbox[-1].to == ["nobody@example.org"] and "no account" in mail.outbox[-1].body


def test_sign_up_answers_the_same_for_known_and_unknown_addresses():
    join(visitor(), AMINA)
    cache.clear()  # her own letter a moment ago counts for the rate limit
    known, unknown = visitor(), visitor()
    answers = [ask_to_join(known, AMINA), ask_to_join(unknown, "new@example.org")]
    assert {(a.status_code, a.url) for a in answers} == {(302, reverse("account_email_verification_sent"))}
    pages = [plain(browser.get(answers[0].url)) for browser in (known, unknown)]
    assert pages[0] == pages[1]
    wrong = [browser.post(answers[0].url, {"code": "BBBB-BBBB"}) for browser in (known, unknown)]
    assert [w.status_code for w in wrong] == [422, 422] and plain(wrong[0]) == plain(wrong[1])
    letters = {letter.to[0]: letter.body for letter in mail.outbox[-2:]}
    assert "one with it already" in letters[AMINA] and Person.objects.count() == 2


def test_no_page_and_no_letter_shows_the_stored_form():
    browser = visitor()
    ask_to_join(browser, AMINA)
    shown = [browser.get(reverse("account_email_verification_sent"))]
    shown.append(browser.post(shown[0].request["PATH_INFO"], {"code": newest_code()}, follow=True))
    shown.append(browser.get(reverse("me")))
    ask_for_code(visitor(), "nobody@example.org")
    for text in [*(page.content.decode() for page in shown), *(str(m.message()) for m in mail.outbox)]:
        assert "address.invalid" not in text


def test_after_three_wrong_codes_one_starts_again():
    join(visitor(), AMINA)
    browser = visitor()
    ask_for_code(browser, AMINA)
    where = reverse("account_confirm_login_code")
    assert [browser.post(where, {"code": "BBBB-BBBB"}).status_code for _ in range(3)] == [422, 422, 302]
    assert browser.post(where, {"code": newest_code()}).url == reverse("account_login")
    assert not is_in(browser)
    assert "tried too often" in browser.get(reverse("account_login")).content.decode()


def test_a_code_works_once_and_only_in_the_browser_that_asked():
    join(visitor(), AMINA)
    mine, other = visitor(), visitor()
    ask_for_code(mine, AMINA)
    ask_for_code(other, "bo@example.org")
    code = next(m for m in reversed(mail.outbox) if m.to == [AMINA]).body
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", code).group()
    assert other.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 422
    assert mine.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    mine.post(reverse("account_logout"))
    assert mine.post(reverse("account_confirm_login_code"), {"code": code}).url == reverse("account_login")


def test_a_mistyped_address_can_be_written_again():
    browser = visitor()
    ask_for_code(browser, "wrong@example.org")
    assert browser.get(reverse("account_login")).url == reverse("account_confirm_login_code")
    again = browser.post(reverse("account_logout"), {"next": reverse("account_login")})
    assert browser.get(again.url).status_code == 200


@pytest.mark.parametrize(
    "typed", ["", "no-at-sign", "a" * 300 + "@example.org", "a\x00b@example.org", "a@b@c"]
)
def test_what_is_no_address_is_said_so_and_stays_in_the_field(typed):
    for where in ("account_login", "account_signup"):
        page = visitor().post(reverse(where), {"email": typed, "adult": "on"})
        assert page.status_code == 422
        assert 'role="alert"' in page.content.decode()
    if typed.isprintable() and typed:
        assert f'value="{typed}"' in page.content.decode()
    assert not Person.objects.exists() and not mail.outbox


def test_without_the_tick_there_is_no_account_and_the_address_stays():
    page = visitor().post(reverse("account_signup"), {"email": AMINA})
    assert page.status_code == 422
    assert f'value="{AMINA}"' in page.content.decode() and "address.invalid" not in page.content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize("code", ["", "x" * 5000, "\x00", "ABCD-EFGH", "١٢٣٤"])
def test_a_strange_code_is_a_sentence(code):
    for ask, where in (
        (ask_for_code, "account_confirm_login_code"),
        (ask_to_join, "account_email_verification_sent"),
    ):
        browser = visitor()
        ask(browser, f"{where[:12]}@example.org")
        assert browser.post(reverse(where), {"code": code}).status_code == 422


def test_the_code_pages_without_a_begun_sign_in_lead_to_its_beginning():
    for where in ("account_confirm_login_code", "account_email_verification_sent"):
        assert visitor().get(reverse(where)).url == reverse("account_login")
        assert visitor().post(reverse(where), {"code": "ABCD-EFGH"}).url == reverse("account_login")


def test_pressing_join_twice_opens_one_account():
    browser = visitor()
    first, second = ask_to_join(browser, AMINA), ask_to_join(browser, AMINA)
    assert first.url == second.url == reverse("account_email_verification_sent")
    assert Person.objects.count() == 1 and len(mail.outbox) == 1
    browser.post(first.url, {"code": newest_code()})
    assert is_in(browser)


def test_an_account_that_appears_between_check_and_save_gets_the_answer_of_a_known_address(monkeypatch):
    from bothways.people import sign_in_forms

    def overtaken(**about):
        services.open_account(**about)
        return services.open_account(**about)

    monkeypatch.setattr(sign_in_forms, "open_account", overtaken)
    answer = ask_to_join(visitor(), AMINA)
    assert answer.url == reverse("account_email_verification_sent")
    assert Person.objects.count() == 1 and "already" in mail.outbox[-1].body


def test_a_letter_that_cannot_go_is_a_sentence_on_the_same_form(monkeypatch):
    def broken(*args, **kwargs):
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    for ask in (ask_for_code, ask_to_join):
        page = ask(visitor(), AMINA)
        assert page.status_code == 409
        assert f'value="{AMINA}"' in page.content.decode() and "could not send" in page.content.decode()


def test_too_many_requests_get_a_sentence():
    browser = visitor()
    pages = [ask_for_code(visitor(), AMINA) for _ in range(4)]
    assert pages[-1].status_code == 422 and "tried too often" in pages[-1].content.decode()
    pages = [ask_to_join(visitor(), "often@example.org") for _ in range(2)]
    assert pages[-1].status_code == 429 and "<h1>One moment, please</h1>" in pages[-1].content.decode()
    assert not is_in(browser)


def test_rate_limits_know_neither_addresses_nor_networks():
    ask_for_code(visitor(), AMINA)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = " ".join(row[0] for row in cursor.fetchall())
    assert "allauth:rl" in keys and "127.0.0.1" not in keys and "@" not in keys


def test_signing_in_opens_an_entry_and_signing_out_ends_it():
    join(visitor(), AMINA)
    browser = visitor()
    sign_in(browser, AMINA)
    token, key = browser.session[SESSION_KEY], stored_key(browser.session.session_key)
    assert acting(token).person_id == Person.objects.get().id
    assert Device.objects.filter(session_key=key).exists()
    assert browser.get(reverse("account_logout")).status_code == 200
    assert browser.post(reverse("account_logout")).url == "/"
    assert acting(token) is None and not Device.objects.filter(session_key=key).exists()
    assert not is_in(browser)


def test_a_planted_session_does_not_become_the_persons_session():
    join(visitor(), AMINA)
    browser = visitor()
    ask_for_code(browser, AMINA)
    planted = browser.session.session_key
    browser.post(reverse("account_confirm_login_code"), {"code": newest_code()})
    assert is_in(browser) and browser.session.session_key != planted
    other = visitor()
    other.cookies["sessionid"] = planted
    assert not is_in(other)
    assert not Session.objects.filter(session_key=stored_key(planted)).exists()


def test_signing_in_again_on_a_device_ends_the_earlier_entry():
    amina = someone("Amina")
    browser = amina.browser()
    first = browser.session[SESSION_KEY]
    browser.force_login(amina.person)
    assert acting(first) is None and acting(browser.session[SESSION_KEY])
    bo = someone("Bo")
    browser.force_login(bo.person)
    assert is_in(browser) and str(bo.id) == browser.session["_auth_user_id"]


def test_a_session_without_a_standing_entry_is_signed_out():
    amina = someone("Amina")
    browser = amina.browser()
    Entry.objects.filter(person_id=amina.id).update(ended_at=now())
    assert not is_in(browser)


def test_a_waiting_visitor_is_remembered_for_an_hour_and_a_person_for_a_month():
    join(visitor(), AMINA)
    browser = visitor()
    ask_for_code(browser, AMINA)
    assert browser.session.get_expiry_age() <= 3600
    browser.post(reverse("account_confirm_login_code"), {"code": newest_code()})
    assert browser.session.get_expiry_age() > 3600 * 24 * 29


def test_accounts_that_nobody_confirmed_go_after_two_days():
    ask_to_join(visitor(), AMINA)
    join(visitor(), "bo@example.org")
    assert tidying.remove_unconfirmed() == 0
    with travelled(timedelta(days=1, minutes=1)):
        assert tidying.remove_unconfirmed() == 0
    with travelled(timedelta(days=2, minutes=1)):
        assert tidying.remove_unconfirmed() == 1
    assert list(Person.objects.values_list("email", flat=True)) == [opaque("bo@example.org")]
    assert set(Text.objects.values_list("owner_id", flat=True)) == {Person.objects.get().id}


def test_an_unconfirmed_account_is_confirmed_by_signing_in():
    ask_to_join(visitor(), AMINA)
    sign_in(browser := visitor(), AMINA)
    assert is_in(browser)
    with travelled(timedelta(days=3)):
        assert tidying.remove_unconfirmed() == 0


def test_tidying_drops_sessions_that_ran_out():
    amina = someone("Amina")
    amina.browser()
    with travelled(timedelta(days=31)):
        tidying.clear_sessions()
    assert not Session.objects.exists() and not Device.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/account/password/reset/",
        "/account/password/change/",
        "/account/recovery-codes/",
        "/account/totp/activate/",
    ],
)
def test_nothing_else_of_the_sign_in_library_is_there(path):
    assert visitor().get(path).status_code == 404
