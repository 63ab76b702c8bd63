from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.urls import reverse
from tests.cast import open_name, someone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_all_entries
from bothways.core.receipts import api as receipts
from bothways.people import api, services
from bothways.people.forms import time_zone_choices
from bothways.people.models import Device, Person
from bothways.people.session_store import stored_key
from bothways.people.tests.steps import is_in, visitor

pytestmark = pytest.mark.django_db
GOOD = {"name": "Amina", "language": "en", "time_zone": "Africa/Cairo"}
PAGES = ["me", "glass_box", "leave", "mfa_list_webauthn", "mfa_add_webauthn"]


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_sent_to_sign_in_and_a_person_sees_their_own(name):
    assert visitor().get(reverse(name)).url.startswith(reverse("account_login"))
    amina = someone("Amina")
    EmailAddress.objects.update(verified=True)
    page = amina.browser().get(reverse(name))
    assert page.status_code == 200 and page.content.decode().count("<h1>") == 1
    assert "no-store" in page.headers["Cache-Control"]
    assert "style=" not in page.content.decode() and "<script>" not in page.content.decode()


@pytest.mark.parametrize("name", ["account_login", "account_signup", "goodbye"])
def test_public_pages_are_there_for_everyone(name):
    page = visitor().get(reverse(name))
    assert page.status_code == 200 and page.content.decode().count("<h1>") == 1


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("me", "delete"),
        ("leave", "put"),
        ("glass_box", "post"),
        ("goodbye", "post"),
        ("sign_out_everywhere", "get"),
    ],
)
def test_other_methods_are_refused(name, method):
    assert getattr(someone("Amina").browser(), method)(reverse(name)).status_code == 405


def test_amina_changes_how_things_reach_her():
    amina = someone("Amina")
    answer = amina.browser().post(
        reverse("me"), {**GOOD, "name": "  Mina  M ", "language": "ar"}, follow=True
    )
    assert answer.redirect_chain == [("/me/", 302)]
    assert api.my_name(amina.who) == "Mina M"
    assert api.language_of(amina.id) == "ar" and api.time_zone_of(amina.id) == "Africa/Cairo"
    assert 'dir="rtl"' in answer.content.decode()


def test_saving_the_same_again_leaves_no_trace():
    amina = someone("Amina")
    browser = amina.browser()
    assert browser.post(reverse("me"), GOOD).status_code == 302
    before = Event.objects.count()
    assert browser.post(reverse("me"), GOOD).status_code == 302
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "a\x00b"},
        {"language": "tlh"},
        {"language": ""},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(wrong):
    amina = someone("Amina")
    page = amina.browser().post(reverse("me"), {**GOOD, "name": "Kept", **wrong})
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    assert api.my_name(amina.who) == "Amina"
    if "name" not in wrong:
        assert 'value="Kept"' in page.content.decode()


def test_a_blank_of_spaces_is_no_name():
    amina = someone("Amina")
    assert amina.browser().post(reverse("me"), {**GOOD, "name": "   "}).status_code == 422


def test_someone_without_a_name_may_stay_without():
    person = services.open_account(address="chen@example.org", adult=True, language="en")
    browser = visitor()
    browser.force_login(person)
    assert browser.post(reverse("me"), {**GOOD, "name": ""}).status_code == 302


def test_names_are_seen_only_where_they_were_shared():
    amina, bo, dara = someone("Amina"), someone("Bo"), someone("Dara")
    pair = amina.id
    open_name(amina.id, with_id=bo.id, under=pair)
    assert api.names_for(bo.who, [amina.id, bo.id, dara.id]) == {amina.id: "Amina", bo.id: "Bo"}
    assert api.names_for(dara.who, [amina.id]) == {}


def test_a_name_given_after_sharing_is_shared_too():
    person = services.open_account(address="chen@example.org", adult=True, language="en")
    bo = someone("Bo")
    open_name(person.id, with_id=bo.id, under=person.id)
    assert api.names_for(bo.who, [person.id]) == {}
    from bothways.core.identity.api import acting, open_entry

    services.set_name(acting(open_entry(person.id)), name="Chen")
    assert api.names_for(bo.who, [person.id]) == {person.id: "Chen"}


def test_people_who_are_not_there_have_defaults_and_no_name():
    amina, gone = someone("Amina"), services.open_account(address="x@example.org", adult=True, language="ar")
    gone.delete()
    assert (api.language_of(gone.id), api.time_zone_of(gone.id)) == ("en", "UTC")
    assert api.names_for(amina.who, [gone.id]) == {}
    open_name(gone.id, with_id=amina.id, under=amina.id)


def test_writing_is_refused_once_the_session_ended():
    amina = someone("Amina")
    end_all_entries(amina.id)
    for write in (
        lambda: services.set_name(amina.who, name="X"),
        lambda: api.set_language(amina.who, "ar"),
        lambda: services.save_me(amina.who, name="X", language="ar", time_zone="UTC"),
        lambda: api.leave(amina.who),
    ):
        with pytest.raises(NotSignedIn):
            write()
    assert Person.objects.get(id=amina.id).language == "en"


def test_what_an_account_refuses():
    with pytest.raises(Refused):
        services.open_account(address="kid@example.org", adult=False, language="en")
    services.open_account(address="bo@example.org", adult=True, language="xx")
    with pytest.raises(Refused):
        services.open_account(address="BO@example.org", adult=True, language="en")
    assert Person.objects.get().language == "en"
    amina = someone("Amina")
    for name in ("", "  ", "x" * 61):
        with pytest.raises(Refused):
            services.set_name(amina.who, name=name)
    with pytest.raises(Refused):
        api.set_language(amina.who, "tlh")
    with pytest.raises(Refused):
        services.save_me(amina.who, name="", language="en", time_zone="Mars")


def test_the_glass_box_shows_receipts_first_and_times_where_she_lives():
    amina, eli = someone("Amina"), someone("Eli")
    services.save_me(amina.who, name="", language="en", time_zone="Asia/Kathmandu")
    receipt = receipts.write(
        eli.who,
        role="coordinator",
        name="Eli of the library",
        subject_id=amina.id,
        what="request",
        task="help",
    )
    page = amina.browser().get(reverse("glass_box")).content.decode()
    assert page.index("Eli of the library") < page.index("amina@example.org")
    assert page.index("<h2>") < page.index("Who opened something of yours")
    assert "Asia/Kathmandu" in page and "address.invalid" not in page
    from zoneinfo import ZoneInfo

    from bothways.core.said.api import moment_words

    assert moment_words(receipt.at.astimezone(ZoneInfo("Asia/Kathmandu"))) in page
    assert "Eli of the library" not in eli.browser().get(reverse("glass_box")).content.decode()


def test_both_downloads_hold_the_same():
    amina = someone("Amina")
    browser = amina.browser()
    as_json = browser.get(reverse("download", args=["json"]))
    as_html = browser.get(reverse("download", args=["html"]))
    for answer, form in ((as_json, "json"), (as_html, "html")):
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="bothways-about-me.{form}"'
    content = json.loads(as_json.content)
    keys = [section["key"] for section in content["sections"]]
    assert keys[0] == "receipts" and {"account", "passkeys", "texts", "events", "entries"} <= set(keys)
    account = next(section for section in content["sections"] if section["key"] == "account")
    assert account["rows"][0]["synthetic"] is False and account["rows"][0]["time_zone"] == "UTC"
    html = as_html.content.decode()
    for section in content["sections"]:
        assert section["title"] in html
    assert "amina@example.org" in html and not re.search(r"(src|href)=|<script|<link", html)
    assert browser.get("/me/download/pdf/").status_code == 404


def test_history_asks_for_sign_in_again():
    amina = someone("Amina")
    browser = amina.browser()
    with travelled(timedelta(minutes=31)):
        for name, args in (("glass_box", []), ("download", ["json"]), ("mfa_add_webauthn", [])):
            page = browser.get(reverse(name, args=args))
            assert page.status_code == 403 and "sign in again" in page.content.decode().lower()
        assert browser.get(reverse("me")).status_code == 200
        assert browser.get(reverse("leave")).status_code == 200


def test_signing_out_everywhere_ends_every_session():
    amina = someone("Amina")
    phone, laptop = amina.browser(), amina.browser()
    bo = someone("Bo").browser()
    assert phone.post(reverse("sign_out_everywhere")).url == "/"
    assert not is_in(phone) and not is_in(laptop) and is_in(bo)
    assert (
        Device.objects.count() == 1 and Session.objects.filter(pk=stored_key(bo.session.session_key)).exists()
    )


@pytest.mark.parametrize(("name", "queries"), [("me", 8), ("glass_box", 45), ("leave", 5)])
def test_pages_ask_the_database_little(name, queries, django_assert_max_num_queries):
    browser = someone("Amina").browser()
    with django_assert_max_num_queries(queries):
        browser.get(reverse(name))


def test_places_are_named_in_the_language_of_the_page():
    from django.utils import translation

    with translation.override("ar"):
        words = json.dumps([str(part) for part in time_zone_choices()], ensure_ascii=False)
    assert "القاهرة" in words and "Africa/Cairo" in words
    known = [zone for _name, group in time_zone_choices()[1:] for zone, _city in group]
    assert len(known) == len(set(known)) and "Europe/Berlin" in known
