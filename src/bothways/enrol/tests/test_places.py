"""One place, two who want it: shown without the lock, then with it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import someone

from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.enrol import access, places, services
from bothways.enrol import api as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled

TIMEOUT = 10


def both_at_once(*calls: Callable[[], None]) -> list[str]:
    """Run each call in its own thread and connection; the names of what they raised, 'done' for none."""
    gate = threading.Barrier(len(calls), timeout=TIMEOUT)
    outcomes: list[str] = []

    def run(call: Callable[[], None]) -> None:
        try:
            gate.wait()
            call()
            outcomes.append("done")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    return sorted(outcomes)


def accepting(*ids) -> Callable[[], None]:
    def accept() -> None:
        with transaction.atomic():
            enrol.take_places(ids)

    return accept


@pytest.fixture
def three(programme) -> list[Enrolment]:
    return [
        enrolled(someone("Amina"), programme),
        enrolled(someone("Bo"), programme, side=1),
        enrolled(someone("Chen"), programme, side=1),
    ]


@pytest.fixture
def lock_off(monkeypatch) -> None:
    """No lock, and both have looked before either writes: the order that the lock forbids."""
    looked = threading.Barrier(2, timeout=TIMEOUT)
    checked = places._agreed

    def agreed_after_both_looked(held) -> bool:
        answer = checked(held)
        looked.wait()
        return answer

    monkeypatch.setattr(access, "lock", lambda rows: rows)
    monkeypatch.setattr(places, "_agreed", agreed_after_both_looked)


def partners(enrolment: Enrolment) -> int:
    return Enrolment.objects.get(pk=enrolment.pk).partners


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_of_one_place_let_one_through(three) -> None:
    amina, bo, chen = three
    outcomes = both_at_once(accepting(amina.pk, bo.pk), accepting(chen.pk, amina.pk))
    assert outcomes == ["Refused", "done"]
    assert partners(amina) == 1
    assert partners(bo) + partners(chen) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_database_stops_the_second(three, lock_off) -> None:
    amina, bo, chen = three
    outcomes = both_at_once(accepting(amina.pk, bo.pk), accepting(chen.pk, amina.pk))
    assert outcomes == ["IntegrityError", "done"]
    assert partners(amina) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_and_the_wall_it_goes_wrong(three, lock_off) -> None:
    amina, bo, chen = three
    wall = next(c for c in Enrolment._meta.constraints if c.name == "partners_within_capacity")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Enrolment, wall)
    try:
        outcomes = both_at_once(accepting(amina.pk, bo.pk), accepting(chen.pk, amina.pk))
        assert outcomes == ["done", "done"]
        assert partners(amina) == 2
    finally:
        Enrolment.objects.filter(pk=amina.pk).update(partners=0)
        with connection.schema_editor() as editor:
            editor.add_constraint(Enrolment, wall)


@pytest.mark.django_db(transaction=True)
def test_accepting_in_opposite_orders_does_not_block_for_ever(three) -> None:
    amina, bo, _chen = three
    outcomes = both_at_once(accepting(amina.pk, bo.pk), accepting(bo.pk, amina.pk))
    assert outcomes == ["Refused", "done"]


@pytest.mark.django_db(transaction=True)
def test_accepting_against_withdrawing(three) -> None:
    amina, bo, _chen = three
    who = _acting_of(amina)
    outcomes = both_at_once(accepting(amina.pk, bo.pk), lambda: services.withdraw(who, enrolment_id=amina.pk))
    # Either the acceptance came first and both went through, or it found nobody there.
    assert outcomes in (["done", "done"], ["Refused", "done"])
    assert not Enrolment.objects.filter(pk=amina.pk).exists()
    assert partners(bo) == (1 if outcomes == ["done", "done"] else 0)


@pytest.mark.django_db(transaction=True)
def test_beginning_on_two_devices_is_one_enrolment(programme) -> None:
    dara = someone("Dara")
    other_device = _second_session(dara)
    outcomes = both_at_once(
        lambda: services.start(dara.who, programme=programme) and None,
        lambda: services.start(other_device, programme=programme) and None,
    )
    assert outcomes == ["done", "done"]
    assert Enrolment.objects.filter(person_id=dara.id).count() == 1


@pytest.mark.django_db
def test_all_or_none(three) -> None:
    amina, bo, chen = three
    with transaction.atomic():
        enrol.take_places([amina.pk, bo.pk])
    with pytest.raises(Refused):
        enrol.take_places([chen.pk, amina.pk])
    assert [partners(one) for one in three] == [1, 1, 0]


@pytest.mark.django_db
def test_a_place_given_back_is_free_again_and_never_twice(three) -> None:
    amina, bo, _chen = three
    enrol.take_places([amina.pk, bo.pk])
    assert {row["id"] for row in enrol.pool(amina.programme_id)} == {three[2].pk}
    for _time in range(3):
        enrol.give_back(amina.pk)
    assert partners(amina) == 0
    assert amina.pk in {row["id"] for row in enrol.pool(amina.programme_id)}


@pytest.mark.django_db
def test_the_paused_the_unknown_and_the_full_are_refused_in_the_same_words(three, programme) -> None:
    amina, bo, chen = three
    enrol.take_places([amina.pk, bo.pk])
    services.pause(_acting_of(chen), enrolment_id=chen.pk)
    words = set()
    for ids in ([amina.pk], [chen.pk], [programme.pk]):
        with pytest.raises(Refused) as refusal:
            enrol.take_places(ids)
        words.add(str(refusal.value.words))
    assert len(words) == 1


@pytest.mark.django_db
def test_fewer_places_than_partners_is_refused(three) -> None:
    amina = three[0]
    enrol.take_places([amina.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=amina.pk).update(capacity=1, partners=2)


def _acting_of(enrolment: Enrolment):
    return identity.Acting(enrolment.person_id, enrolment.entry_id)


def _second_session(person):
    return identity.acting(identity.open_entry(person.id))
