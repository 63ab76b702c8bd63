"""What happens at the same moment, with real threads and connections: right with the lock, wrong without."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from tests.at_once import at_once

from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn
from bothways.core.texts import api as texts
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.match import services as match_services
from bothways.pair import access, api, cards, services
from bothways.pair.models import Card, Half, Pair, Signature
from bothways.pair.tests.factory import a_card, a_pair, wanted
from bothways.people import api as people
from bothways.people.leaving import finish_leaving
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[[], object]
# How long one waits for the other to arrive, when a lock keeps the other from arriving.
PATIENCE = 0.4


@pytest.fixture(params=[True, False], ids=["with the lock", "without it"])
def locking(request, monkeypatch) -> bool:
    if not request.param:
        monkeypatch.setattr(access, "locked", lambda pairs: pairs)
        monkeypatch.setattr(services, "locked", lambda pairs: pairs)
        # Endings hold the proposal behind the pair first, which alone would keep two of them apart.
        monkeypatch.setattr(match_services, "lock", lambda rows, **_: rows)
    return request.param


def meeting_point(monkeypatch, module, name: str) -> None:
    """Whoever calls `module.name` waits there until two have arrived, or until patience ends."""
    barrier, real = threading.Barrier(2), getattr(module, name)

    def both_here(*args, **kwargs):
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(PATIENCE)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, both_here)


def overtaken(monkeypatch, module, name: str, slow: Call, fast: Call) -> list[object]:
    """Run `fast` while `slow` stands at its first call of `module.name`; a lock makes `fast` wait instead."""
    real, arrived, passed = getattr(module, name), threading.Event(), threading.Event()

    def standing(*args, **kwargs):
        if threading.current_thread().name == "slow" and not arrived.is_set():
            arrived.set()
            passed.wait(PATIENCE)
        return real(*args, **kwargs)

    def first() -> object:
        threading.current_thread().name = "slow"
        return slow()

    def second() -> object:
        assert arrived.wait(10)
        try:
            return fast()
        finally:
            passed.set()

    monkeypatch.setattr(module, name, standing)
    return at_once(first, second)


def test_both_end_it_at_once(locking, monkeypatch, amina, bo, pair) -> None:
    meeting_point(monkeypatch, services, "_forget_words")
    results = at_once(lambda: api.end(amina.who, pair_id=pair.id), lambda: api.end(bo.who, pair_id=pair.id))
    assert Pair.objects.get().is_ended
    assert Event.objects.filter(kind="pair.ended").count() == 1
    assert set(Enrolment.objects.values_list("partners", flat=True)) == {0}
    # Without the lock only the database's own wall stands, and one of the two gets an error.
    assert [isinstance(result, IntegrityError) for result in results].count(True) == (0 if locking else 1)


def test_both_sign_at_once(locking, monkeypatch, amina, bo, pair) -> None:
    a_card(amina, pair)
    meeting_point(monkeypatch, cards, "now")
    at_once(
        lambda: api.sign_card(amina.who, pair_id=pair.id, version=1),
        lambda: api.sign_card(bo.who, pair_id=pair.id, version=1),
    )
    assert Signature.objects.count() == 2
    # Without the lock neither sees the other's signature, and nobody says that the card is agreed.
    assert Event.objects.filter(kind="card.agreed").count() == (1 if locking else 0)


def test_two_edits_at_once(locking, monkeypatch, amina, bo, pair) -> None:
    meeting_point(monkeypatch, cards, "now")
    results = at_once(
        lambda: api.save_card(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted(customs="hers")),
        lambda: api.save_card(bo.who, pair_id=pair.id, seen_version=0, wanted=wanted(customs="his")),
    )
    assert Card.objects.count() == 1
    told = [type(result) for result in results if isinstance(result, Exception)]
    assert told == ([api.CardChanged] if locking else [IntegrityError])


def test_the_same_button_twice_saves_once(amina, pair) -> None:
    def save() -> Card:
        return api.save_card(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted(customs="tea"))

    results = at_once(save, save)
    assert results[0] == results[1] == Card.objects.get()


def test_ending_while_the_other_saves_the_card(locking, monkeypatch, amina, bo, pair) -> None:
    results = overtaken(
        monkeypatch,
        cards,
        "now",
        slow=lambda: api.save_card(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted(customs="home")),
        fast=lambda: api.end(bo.who, pair_id=pair.id),
    )
    assert results[1] is None and Pair.objects.get().is_ended
    # Without the lock Amina's words stay open to Bo after he ended the pair.
    left = Card.objects.first()
    assert (left is None) == locking
    if left is not None:
        assert texts.read(bo.who, left.texts_of(amina.id))


def test_ending_while_the_other_signs(locking, monkeypatch, amina, bo, pair) -> None:
    a_card(amina, pair)
    signed, ended = overtaken(
        monkeypatch,
        cards,
        "now",
        slow=lambda: api.sign_card(amina.who, pair_id=pair.id, version=1),
        fast=lambda: api.end(bo.who, pair_id=pair.id),
    )
    assert ended is None and Pair.objects.get().is_ended and not Signature.objects.exists()
    assert isinstance(signed, IntegrityError) != locking


def test_leaving_while_the_other_signs(amina, bo, monkeypatch, pair) -> None:
    a_card(amina, pair)
    signed, left = overtaken(
        monkeypatch,
        cards,
        "now",
        slow=lambda: api.sign_card(bo.who, pair_id=pair.id, version=1),
        fast=lambda: people.leave(amina.who),
    )
    assert isinstance(signed, Card) and left is None
    assert Pair.objects.get().is_ended and not Card.objects.exists()
    assert Half.objects.get().person_id == bo.id


def test_signing_while_the_other_leaves(amina, bo, monkeypatch, pair) -> None:
    a_card(amina, pair)
    left, signed = overtaken(
        monkeypatch,
        services,
        "_forget_words",
        slow=lambda: people.leave(amina.who),
        fast=lambda: api.sign_card(bo.who, pair_id=pair.id, version=1),
    )
    assert left is None and isinstance(signed, Refused)
    assert not Signature.objects.exists()


def test_leaving_and_signing_in_two_windows(amina, bo, monkeypatch, pair) -> None:
    a_card(amina, pair)
    left, signed = overtaken(
        monkeypatch,
        services,
        "_forget_words",
        slow=lambda: people.leave(amina.who),
        fast=lambda: api.sign_card(amina.who, pair_id=pair.id, version=1),
    )
    assert left is None and isinstance(signed, NotSignedIn)


def test_one_ends_while_the_other_withdraws(amina, bo, monkeypatch, pair) -> None:
    enrolment_id = Enrolment.objects.get(person_id=amina.id).pk
    meeting_point(monkeypatch, services, "_forget_words")
    results = at_once(
        lambda: api.end(bo.who, pair_id=pair.id),
        lambda: enrol.withdraw(amina.who, enrolment_id=enrolment_id),
    )
    assert results == [None, None]
    assert Event.objects.filter(kind="pair.ended").count() == 1
    assert Enrolment.objects.get().partners == 0


@pytest.mark.parametrize("turn", range(3))
def test_both_leave_at_once_with_two_pairs_between_them(amina, bo, eli, pair, turn) -> None:
    """Whoever holds both pairs in one order never waits for the other in a circle."""
    a_pair(amina, bo, a_programme(eli, slug="hill-side", name="Hill Side"))
    assert at_once(lambda: people.leave(amina.who), lambda: people.leave(bo.who)) == [None, None]
    assert [one.is_ended for one in Pair.objects.all()] == [True, True]
    assert Event.objects.filter(kind="pair.ended").count() == 2
    # Where the two met on the rows of a lower room, the job erases the rest within a minute.
    finish_leaving()
    assert not Half.objects.exists()
    assert not people.Person.objects.filter(id__in=[amina.id, bo.id]).exists()


def test_both_withdraw_at_once(amina, bo, monkeypatch, pair) -> None:
    meeting_point(monkeypatch, services, "_forget_words")
    mine = {one.person_id: one.pk for one in Enrolment.objects.all()}
    results = at_once(
        *(
            lambda who=who: enrol.withdraw(who.who, enrolment_id=mine[who.id])  # type: ignore[misc]
            for who in (amina, bo)
        )
    )
    assert results == [None, None]
    assert not Enrolment.objects.exists()
