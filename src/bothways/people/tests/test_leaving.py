from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connections
from django.db.models import QuerySet
from django.urls import reverse
from tests.cast import open_name, someone

from bothways.core.events.models import Event
from bothways.core.identity import api as identity
from bothways.core.identity.api import NotSignedIn, acting, open_entry
from bothways.core.identity.models import Entry
from bothways.core.keys.models import PersonKey
from bothways.core.registry import api as registry
from bothways.core.registry.models import Tombstone
from bothways.core.texts.models import Text
from bothways.people import leaving, services, sessions
from bothways.people.addresses import opaque
from bothways.people.models import Device, Person
from bothways.people.tests.steps import ask_for_code, ask_to_join, is_in, join, newest_code, sign_in, visitor
from bothways.people.tests.test_addresses import everything_stored


def what_is_left_of(person_id) -> dict[str, int]:
    counts = {
        "person": Person.objects.filter(id=person_id).count(),
        "addresses": EmailAddress.objects.filter(user_id=person_id).count(),
        "passkeys": Authenticator.objects.filter(user_id=person_id).count(),
        "devices": Device.objects.filter(person_id=person_id).count(),
        "entries": Entry.objects.filter(person_id=person_id).count(),
        "texts": Text.objects.filter(owner_id=person_id).count(),
        "events": Event.objects.filter(person_id=person_id).count(),
        "key": PersonKey.objects.filter(person_id=person_id).count(),
        "sessions": sum(
            session.get_decoded().get("_auth_user_id") == str(person_id) for session in Session.objects.all()
        ),
    }
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def heard():
    """Who was announced as leaving."""
    people: list = []
    registry.on("person.leaving", "tests", lambda person_id: people.append(person_id))
    yield people
    registry._handlers["person.leaving"].pop("tests")


@pytest.mark.django_db
def test_leaving_is_one_page_and_one_button_and_erases(heard):
    join(visitor(), "amina@example.org")
    phone, laptop = visitor(), visitor()
    sign_in(phone, "amina@example.org")
    laptop.force_login(Person.objects.get())
    person_id = Person.objects.get().id
    Authenticator.objects.create(user_id=person_id, type="webauthn", data={"name": "passkey"})
    bo = someone("Bo").browser()
    assert phone.get(reverse("leave")).status_code == 200
    assert phone.post(reverse("leave")).url == reverse("goodbye")
    assert phone.get(reverse("goodbye")).status_code == 200
    assert what_is_left_of(person_id) == {}
    assert heard == [person_id]
    assert not is_in(phone) and not is_in(laptop) and is_in(bo)
    assert Tombstone.objects.get(person_id=person_id).key_destroyed_at
    assert Event.objects.filter(kind="person.left", person_id=None).count() == 1


@pytest.mark.django_db
def test_after_leaving_only_the_tombstones_know_the_person():
    browser = visitor()
    join(browser, "amina@example.org")
    person = Person.objects.get()
    browser.post(reverse("me"), {"name": "Amina", "language": "ar", "time_zone": "Africa/Cairo"})
    bo = someone("Bo")
    open_name(person.id, with_id=bo.id, under=bo.id)
    browser.post(reverse("leave"))
    marks = {str(person.id), person.id.hex, person.email}
    places = {where for where, value in everything_stored() if any(mark in value for mark in marks)}
    assert places == {"default.core_tombstone", "keys.keys_departed"}


@pytest.mark.django_db
def test_pressing_leave_twice_answers_kindly_both_times(heard):
    browser = someone("Amina").browser()
    assert [browser.post(reverse("leave")).url for _ in range(2)] == [reverse("goodbye")] * 2
    assert len(heard) == 1


@pytest.mark.django_db
def test_everybody_else_stays_as_they_were():
    amina, bo = someone("Amina"), someone("Bo")
    before = what_is_left_of(bo.id)
    leaving.leave(amina.who)
    assert what_is_left_of(bo.id) == before


@pytest.mark.django_db
def test_the_address_can_open_a_new_account_afterwards():
    amina = someone("Amina")
    leaving.leave(amina.who)
    assert services.open_account(address="amina@example.org", adult=True, language="en").id != amina.id


@pytest.mark.django_db
def test_a_code_that_was_asked_for_before_leaving_opens_nothing():
    amina = someone("Amina")
    browser = visitor()
    ask_for_code(browser, "amina@example.org")
    code = newest_code()
    leaving.leave(amina.who)
    answer = browser.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer.status_code == 422 and not is_in(browser)
    assert what_is_left_of(amina.id) == {}


@pytest.mark.django_db
def test_a_sign_up_whose_account_was_cleared_away_opens_nothing():
    browser = visitor()
    ask_to_join(browser, "amina@example.org")
    person = Person.objects.get()
    registry.mark_leaving(person.id)
    registry.erase(person.id)
    answer = browser.post(reverse("account_email_verification_sent"), {"code": newest_code()})
    assert answer.status_code == 422 and not is_in(browser)


@pytest.mark.django_db
def test_signing_in_between_the_two_steps_of_leaving_is_refused():
    amina = someone("Amina")
    browser = visitor()
    ask_for_code(browser, "amina@example.org")
    Person.objects.filter(id=amina.id).update(is_active=False)
    answer = browser.post(reverse("account_confirm_login_code"), {"code": newest_code()}, follow=True)
    assert answer.status_code == 200 and "being erased" in answer.content.decode()
    assert not is_in(browser)
    with pytest.raises(NotSignedIn):
        visitor().force_login(amina.person)


@pytest.mark.django_db
def test_an_interrupted_leaving_is_finished_by_the_job(monkeypatch):
    amina, bo = someone("Amina"), someone("Bo")

    def down(person_id):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(registry, "erase", down)
        leaving.leave(amina.who)
    assert "person" in what_is_left_of(amina.id)
    assert leaving.finish_leaving() == 1
    assert what_is_left_of(amina.id) == {} and what_is_left_of(bo.id)
    assert leaving.finish_leaving() == 0


def test_the_jobs_are_on_the_clock():
    from procrastinate.contrib.django import app

    from bothways.people import tasks

    every_minute = {"bothways.people.tasks.deliver_notices", "bothways.people.tasks.finish_leaving"}
    clock = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert {name for name, cron in clock.items() if cron == "* * * * *"} >= every_minute
    assert tasks.tidy.name in clock


@pytest.mark.django_db
def test_the_jobs_run():
    from bothways.people import tasks

    for task in (tasks.deliver_notices, tasks.finish_leaving, tasks.tidy):
        task.func(timestamp=0)


class Both:
    """Two things at once, each on a connection of its own."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def start(self, work) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                self.errors.append(error)
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        self.threads.append(thread)
        thread.start()
        return thread

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive()


@contextmanager
def locks_off():
    """Every row lock is a plain read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
        patch.setattr(identity, "CONFIRM", identity.CONFIRM.replace("FOR NO KEY UPDATE", ""))
        yield


@contextmanager
def locks_on():
    yield


def leave_during(monkeypatch, module, name, work, leaver) -> Both:
    """Run `work`, stop it where it calls `module.name`, let `leaver` leave meanwhile, and go on."""
    reached, left = threading.Event(), threading.Event()
    through = getattr(module, name)

    def paused(*args, **kwargs):
        reached.set()
        left.wait(1.5)
        return through(*args, **kwargs)

    monkeypatch.setattr(module, name, paused)

    def leave() -> None:
        leaving.leave(leaver.who)
        left.set()

    both = Both()
    both.start(work)
    assert reached.wait(10)
    both.start(leave)
    both.wait()
    return both


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "faults"), [(locks_on, []), (locks_off, [IntegrityError])])
def test_leaving_while_signing_in_elsewhere(monkeypatch, locks, faults):
    amina = someone("Amina")
    request = type("Request", (), {"session": visitor().session})()
    with locks():
        both = leave_during(
            monkeypatch, sessions, "open_entry", lambda: sessions.enter(None, request, amina.person), amina
        )
    assert [type(error) for error in both.errors] == faults
    assert what_is_left_of(amina.id) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "left"), [(locks_on, {}), (locks_off, {"events": 1, "key": 1})])
def test_leaving_while_writing_a_name_elsewhere(monkeypatch, locks, left):
    amina = someone("Amina")
    elsewhere = acting(open_entry(amina.id))
    with locks():
        leave_during(
            monkeypatch, services, "_rename", lambda: services.set_name(elsewhere, name="Late"), amina
        )
    assert what_is_left_of(amina.id) == left


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locks", "times"), [(locks_on, 1), (locks_off, 2)])
def test_leaving_twice_at_once_is_announced_once(monkeypatch, heard, locks, times):
    amina = someone("Amina")
    elsewhere = acting(open_entry(amina.id))
    meet = threading.Barrier(2)

    def held(who):
        if locks is locks_on:
            meet.wait(10)
        person = services.lock(who)
        if locks is locks_off:
            meet.wait(10)
        return person

    monkeypatch.setattr(leaving, "lock", held)
    both = Both()
    with locks():
        both.start(lambda: leaving.leave(amina.who))
        both.start(lambda: leaving.leave(elsewhere))
        both.wait()
    assert len(heard) == times
    if locks is locks_on:
        assert [type(error) for error in both.errors] == [NotSignedIn]
        assert what_is_left_of(amina.id) == {}


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_at_once_with_one_address_open_one_account():
    both = Both()
    start = threading.Barrier(2)

    def open_it() -> None:
        start.wait(10)
        services.open_account(address="amina@example.org", adult=True, language="en")

    for _ in range(2):
        both.start(open_it)
    both.wait()
    assert Person.objects.filter(email=opaque("amina@example.org")).count() == 1 and len(both.errors) == 1
