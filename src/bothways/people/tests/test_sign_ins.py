"""Where I am signed in, signing other places out, and coordinators who must show a passkey."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import today, travelled
from bothways.core.events.models import Event
from bothways.core.identity.api import NotSignedIn, acting, end_all_entries
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.people import browsers
from bothways.people.models import SignedInBrowser
from bothways.people.tests.steps import is_in, join, sign_in, visitor

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
