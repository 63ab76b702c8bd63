"""Codes by letter cannot be guessed: not by trying at once, not in several browsers, not for a while."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.at_once import at_once
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.people import codes, tallies
from bothways.people.models import SentCode, Tally
from bothways.people.tallies import Limit
from bothways.people.tests.steps import ask_for_code, ask_to_join, is_in, join, newest_code, sign_in, visitor

WHERE = "account_confirm_login_code"
AMINA = "amina@example.org"
MANY = 8


@pytest.fixture(autouse=True)
def well_inside_every_span():
    """Spans begin with the clock: no test shall run while one ends and the next begins."""
    seconds = int(now().timestamp())
    with travelled(timedelta(seconds=3600 - seconds % 3600 + 60)):
        yield


def copies(browser: Client, number: int) -> list[Client]:
    """The same browser several times, as when somebody sends many requests at once."""
    made = [visitor() for _ in range(number)]
    for copy in made:
        copy.cookies.update(browser.cookies)
    return made


def wrong(browser: Client) -> int:
    return browser.post(reverse(WHERE), {"code": "BBBB-BBBB"}).status_code


def read_then_write(monkeypatch, everybody: int) -> None:
    """Count the way a session or a cache does: read, add one, write back. All read before any writes."""
    door = threading.Barrier(everybody)

    def count_try(code_hash: bytes) -> bool:
        row = SentCode.objects.get(code_hash=code_hash)
        door.wait(10)
        SentCode.objects.filter(code_hash=code_hash).update(tries=row.tries + 1)
        return row.tries < codes.TRIES

    def add(what: bytes, starts_at) -> int:
        row = Tally.objects.get_or_create(what=what, starts_at=starts_at, defaults={"count": 0})[0]
        door.wait(10)
        Tally.objects.filter(id=row.id).update(count=row.count + 1)
        return row.count + 1

    monkeypatch.setattr(codes, "count_try", count_try)
    monkeypatch.setattr(tallies, "add", add)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("counting", ["by the database", "by reading and writing back"])
def test_eight_tries_at_once_are_eight_tries(counting, monkeypatch):
    someone("Amina")
    browser = visitor()
    ask_for_code(browser, AMINA)
    if counting != "by the database":
        read_then_write(monkeypatch, MANY)
    answers = at_once(*(lambda one=one: wrong(one) for one in copies(browser, MANY)))
    looked_at = answers.count(422)
    if counting == "by the database":
        # The third wrong one starts again as well, so at most three were compared at all.
        assert looked_at <= codes.TRIES
        assert browser.post(reverse(WHERE), {"code": newest_code()}).status_code == 302
        assert not is_in(browser)
    else:
        assert looked_at > codes.TRIES, "this is what the database's counting is for"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("counting", ["by the database", "by reading and writing back"])
def test_a_limit_holds_when_everybody_comes_at_once(counting, monkeypatch):
    if counting != "by the database":
        read_then_write(monkeypatch, MANY)
    limit = Limit.ASKED_FOR_ADDRESS
    allowed = at_once(*(lambda: tallies.allows(limit, "somebody") for _ in range(MANY)))
    assert (allowed.count(True) == limit.most) is (counting == "by the database")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_code_at_once_one_gets_in():
    someone("Amina")
    browser = visitor()
    ask_for_code(browser, AMINA)
    code = newest_code()
    pair = copies(browser, 2)
    at_once(*(lambda one=one: one.post(reverse(WHERE), {"code": code}) for one in pair))
    assert [is_in(one) for one in pair].count(True) == 1


@pytest.mark.django_db
def test_many_browsers_have_no_more_tries_for_an_address_than_one():
    someone("Amina")
    tries = []
    for number in range(Limit.TRIED_FOR_ADDRESS.most):
        if number % 2 == 0:
            cache.clear()  # the older limit, by the minute
            Tally.objects.filter(what=tallies._what(Limit.ASKED_FOR_ADDRESS, codes_key())).delete()
            browser = visitor()
            ask_for_code(browser, AMINA)
        tries.append(wrong(browser))
    assert set(tries) == {422}
    cache.clear()
    Tally.objects.filter(what=tallies._what(Limit.ASKED_FOR_ADDRESS, codes_key())).delete()
    browser = visitor()
    ask_for_code(browser, AMINA)
    assert browser.post(reverse(WHERE), {"code": newest_code()}).url == reverse("account_login")
    assert not is_in(browser)
    assert "tried too often" in browser.get(reverse("account_login")).content.decode()
    with travelled(timedelta(hours=1)):
        assert sign_in(visitor(), AMINA).url == "/"


def codes_key() -> str:
    from bothways.people.addresses import opaque

    return opaque(AMINA)


@pytest.mark.django_db
def test_asking_is_limited_for_known_and_unknown_addresses_alike():
    someone("Amina")
    pages = {}
    for address in (AMINA, "nobody@example.org"):
        for _ in range(Limit.ASKED_FOR_ADDRESS.most):
            cache.clear()
            assert ask_for_code(visitor(), address).status_code == 302
        cache.clear()
        answer = ask_for_code(visitor(), address)
        pages[address] = (answer.status_code, "tried too often" in answer.content.decode())
        assert ask_to_join(visitor(), address).status_code == 422, "sign-up sends letters too"
    assert pages[AMINA] == pages["nobody@example.org"] == (422, True)


@pytest.mark.django_db
def test_a_network_is_limited_whatever_the_addresses(monkeypatch):
    monkeypatch.setattr(Limit.ASKED_IN_NETWORK, "_value_", (3, 900))
    answers = [ask_for_code(visitor(), f"{number}@example.org").status_code for number in range(4)]
    assert answers == [302, 302, 302, 422]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert ask_for_code(elsewhere, "4@example.org").status_code == 302


@pytest.mark.django_db
def test_tries_for_an_address_without_an_account_end_in_the_same_way(monkeypatch):
    someone("Amina")
    ends = []
    for address in (AMINA, "nobody@example.org"):
        browser = visitor()
        ask_for_code(browser, address)
        copy = copies(browser, 1)[0]
        before = SentCode.objects.get()
        assert [wrong(browser), wrong(copy)] == [422, 422]
        assert SentCode.objects.get(code_hash=before.code_hash).tries == 2
        ends.append([wrong(browser), wrong(browser)])
        SentCode.objects.all().delete()
    assert ends[0] == ends[1] and ends[0][0] == 302


@pytest.mark.django_db
def test_a_code_works_for_ten_minutes():
    someone("Amina")
    browser = visitor()
    ask_for_code(browser, AMINA)
    row = SentCode.objects.get()
    assert row.expires_at - row.made_at == timedelta(minutes=10)
    with travelled(timedelta(minutes=10, seconds=1)):
        assert browser.post(reverse(WHERE), {"code": newest_code()}).url == reverse("account_login")
        assert not is_in(browser)


@pytest.mark.django_db
def test_codes_at_sign_up_are_held_in_the_same_way():
    browser = visitor()
    ask_to_join(browser, "bo@example.org")
    where, code = reverse("account_email_verification_sent"), newest_code()
    with travelled(timedelta(minutes=11)):
        assert browser.post(where, {"code": code}).url == reverse("account_login")
    assert browser.post(where, {"code": code}).url == reverse("account_login") and not is_in(browser)


@pytest.mark.django_db
def test_a_code_says_nothing_in_the_database_and_goes_when_it_is_over():
    join(visitor(), AMINA)
    assert not SentCode.objects.exists(), "used up"
    ask_for_code(visitor(), AMINA)
    code = newest_code()
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(code_hash, 'escape'), * FROM people_sentcode")
        assert code not in str(cursor.fetchall())
        cursor.execute("SELECT * FROM people_tally")
        assert AMINA not in str(cursor.fetchall()) and mail.outbox
    with travelled(timedelta(minutes=11)):
        assert codes.clear() == 1


@pytest.mark.django_db
def test_counts_go_after_some_days_and_a_clock_a_day_ahead_clears_none():
    ask_for_code(visitor(), AMINA)
    with travelled(timedelta(days=1)):
        assert tallies.clear() == 0
    with travelled(timedelta(days=4)):
        assert tallies.clear() == 2
    assert not Tally.objects.exists()
