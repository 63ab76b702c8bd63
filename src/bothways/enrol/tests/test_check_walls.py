"""What the database refuses for checks, and two people at one code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.at_once import at_once
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.core.identity.api import acting, end_entry, open_entry
from bothways.core.registry import api as registry
from bothways.core.walls import api as walls
from bothways.enrol import check_services, check_tasks, checks, tries
from bothways.enrol.models import Check, CodeTries, Enrolment
from bothways.enrol.tests.factory import a_code, asking, checked, enrolled
from bothways.programme.services import invite, take_up
from bothways.programme.tests.factory import a_programme
from bothways.programme.tests.race import kinds

DAY = timedelta(days=1)


def refused(write) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


@pytest.fixture
def waiting(amina, eli, programme) -> Check:
    asking(eli, programme)
    enrolled(amina, programme)
    a_code(amina, programme)
    return Check.objects.get()


def row(check: Check):
    return Check.objects.filter(pk=check.pk)


def stamp(by, **changes) -> dict:
    moment = now()
    values = {
        "valid_until": moment.date() + 30 * DAY,
        "set_at": moment,
        "set_by": by.id,
        "set_entry_id": by.who.entry_id,
        "code_hash": None,
        "code_until": None,
    }
    return values | changes


@pytest.mark.django_db
def test_a_check_begins_in_its_members_session(amina, bo, eli, waiting) -> None:
    def begin(**changes):
        values = {
            "enrolment_id": waiting.enrolment_id,
            "person_id": amina.id,
            "entry_id": amina.who.entry_id,
            "kind": 2,
            "asked_at": now(),
            "code_hash": b"x" * 32,
            "code_until": now() + DAY / 2,
        }
        return Check.objects.create(**values | changes)

    refused(lambda: begin(entry_id=eli.who.entry_id))
    refused(lambda: begin(person_id=bo.id, entry_id=bo.who.entry_id))
    refused(lambda: begin(kind=4))
    refused(lambda: begin(kind=0))
    refused(lambda: begin(code_until=now() + 2 * DAY))
    refused(lambda: begin(code_hash=None))
    refused(lambda: begin(code_hash=bytes(waiting.code_hash)))
    refused(lambda: begin(**stamp(eli)))
    assert begin().pk


@pytest.mark.django_db
def test_only_a_coordinator_of_its_programme_sets_it(amina, bo, eli, waiting) -> None:
    dara = someone("Dara")
    a_programme(dara, slug="daras")
    for person in (amina, bo, dara):
        refused(lambda person=person: row(waiting).update(**stamp(person)))
    refused(lambda: row(waiting).update(**stamp(eli, set_entry_id=bo.who.entry_id)))
    refused(lambda: row(waiting).update(**stamp(eli, set_by=None, set_entry_id=None)))
    refused(lambda: row(waiting).update(**stamp(eli, set_entry_id=None)))
    end_entry(eli.who)
    refused(lambda: row(waiting).update(**stamp(eli)))
    eli.who = acting(open_entry(eli.id))
    row(waiting).update(**stamp(eli))


@pytest.mark.django_db
def test_the_days_the_code_and_its_day(amina, eli, waiting) -> None:
    today = now().date()
    for until in (today - DAY, today + 5 * 366 * DAY):
        refused(lambda until=until: row(waiting).update(**stamp(eli, valid_until=until)))
    refused(lambda: row(waiting).update(**stamp(eli, code_hash=b"y" * 32)))
    refused(lambda: row(waiting).update(**stamp(eli, set_at=now() + DAY)))
    refused(lambda: row(waiting).update(code_until=now() + 2 * DAY))
    refused(lambda: row(waiting).update(code_hash=b"y" * 32))


@pytest.mark.django_db
def test_in_a_real_database_its_own_clock_must_agree(amina, eli, programme) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    with travelled(-2 * DAY):
        a_code(amina, programme)
    registry.settle_installation(demo=False)
    refused(lambda: row(Check.objects.get()).update(**stamp(eli, set_at=now() - 2 * DAY)))


@pytest.mark.django_db
def test_what_is_set_stays_its_members_and_as_it_is(amina, bo, eli, programme) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    other = enrolled(bo, programme)
    done = checked(amina, programme, eli)
    refused(lambda: row(done).update(valid_until=done.valid_until + DAY))
    refused(lambda: row(done).update(set_at=now()))
    refused(lambda: row(done).update(kind=1))
    refused(lambda: row(done).update(enrolment=other, person_id=bo.id, entry_id=bo.who.entry_id))
    refused(lambda: row(done).update(set_by=amina.id, set_entry_id=amina.who.entry_id))
    refused(lambda: row(done).update(valid_until=None, set_at=None, set_by=None, set_entry_id=None))
    row(done).update(set_by=None, set_entry_id=None)
    Enrolment.objects.get(person_id=amina.id).delete()
    assert not Check.objects.exists()


@pytest.mark.django_db
def test_a_code_is_kept_as_a_keyed_hash_of_its_programme(amina, eli, programme, settings) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    code = a_code(amina, programme)
    kept = bytes(Check.objects.get().code_hash)
    assert kept == check_services._hash(programme.pk, code.lower())
    assert code.replace("-", "").encode() not in kept
    settings.SECRET_KEY = "another key"
    assert kept != check_services._hash(programme.pk, code)


# --- as the role that serves pages ---


@pytest.fixture
def inside(eli):
    """As a page of somebody: in their session, with the rights of the role that serves."""
    return lambda person: walls.inside(open_entry(person.id))


def asked_by_hash(code_hash: bytes, coordinator) -> list:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM enrol_check_with_code(%s, %s, %s)", [code_hash, now(), coordinator.id]
        )
        return cursor.fetchall()


def set_by_hash(code_hash: bytes, coordinator) -> list:
    until, moment = now().date() + 30 * DAY, now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT check_id FROM enrol_check_set(%s, %s, %s, %s, %s)",
            [code_hash, until, moment, coordinator.id, coordinator.who.entry_id],
        )
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_coordinators_session_sees_no_check_and_only_the_hash_of_a_code_leads_to_one(
    amina, bo, eli, waiting, inside
) -> None:
    code_hash = bytes(waiting.code_hash)
    with inside(eli):
        assert not Check.objects.exists()
        assert asked_by_hash(code_hash, eli) == [(amina.id,)]
        assert asked_by_hash(b"x" * 32, eli) == []
        with pytest.raises(IntegrityError, match="after a receipt"):
            set_by_hash(code_hash, eli)
        with pytest.raises(ProgrammingError, match="permission denied"):
            Check.objects.update(kind=1)
    for person in (bo, amina):
        with inside(person):
            # The name of a coordinator does not help: the session is asked.
            assert asked_by_hash(code_hash, eli) == set_by_hash(code_hash, eli) == []
            assert asked_by_hash(code_hash, person) == []
    with walls.visiting():
        assert asked_by_hash(code_hash, eli) == set_by_hash(code_hash, eli) == []
    assert Check.objects.get().valid_until is None


@pytest.mark.django_db(transaction=True)
def test_a_member_sees_their_own_and_no_others(amina, bo, eli, programme, waiting, inside) -> None:
    enrolled(bo, programme)
    for person, seen in ((amina, 1), (bo, 0)):
        with inside(person):
            assert Check.objects.count() == seen
            assert Check.objects.all().delete()[0] == seen


@pytest.mark.django_db(transaction=True)
def test_jobs_read_checks_and_delete_only_codes(amina, eli, programme) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    checked(amina, programme, eli)
    a_code(amina, programme)
    side = programme.sides.get(number=0)
    with walls.working():
        assert Check.objects.count() == 2
        assert Check.objects.all().delete()[0] == 1
        assert check_tasks.tell_about_new_checks(side_id=side.pk, key="again") == 0
        with pytest.raises(ProgrammingError, match="permission denied"):
            set_by_hash(b"x" * 32, eli)
    assert Check.objects.get().valid_until


# --- at the same moment ---


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_one_code(amina, eli, programme) -> None:
    asking(eli, programme)
    enrolled(amina, programme)
    fatima = someone("Fatima")
    take_up(fatima.who, code=invite(eli.who, programme_id=programme.pk), public_name="Fatima")
    until = checks.today_in(programme) + 30 * DAY

    def setting(coordinator, code):
        return lambda: check_services.set_until(
            coordinator.who, programme=programme, code=code, valid_until=until
        )

    for _time in range(5):
        code = a_code(amina, programme)
        assert kinds(at_once(setting(eli, code), setting(fatima, code))) == ["NoneType", "Refused"]
        assert Check.objects.filter(valid_until__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_wrong_codes_at_once_are_all_counted(eli, programme) -> None:
    def wrong() -> None:
        check_services.look(eli.who, programme=programme, code="AAAAAAAA")

    results = [result for _time in range(4) for result in at_once(*[wrong] * 4)]
    assert all(isinstance(result, Refused) for result in results)
    said = [str(result.words) for result in results]
    assert sum("does not work" in words for words in said) == tries.MOST_WRONG
    assert CodeTries.objects.get().wrong == tries.MOST_WRONG


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_leaves_one_code(amina, eli, programme) -> None:
    asking(eli, programme)
    mine = enrolled(amina, programme)

    def ask() -> str:
        return check_services.ask(amina.who, enrolment_id=mine.pk, kind="references")[0]

    codes = at_once(ask, ask)
    assert kinds(codes) == ["str", "str"]
    assert Check.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_setting_against_withdrawing(amina, eli, programme) -> None:
    asking(eli, programme)
    mine = enrolled(amina, programme)
    code = a_code(amina, programme)
    until = checks.today_in(programme) + 30 * DAY

    from bothways.enrol import services

    done = at_once(
        lambda: check_services.set_until(eli.who, programme=programme, code=code, valid_until=until),
        lambda: services.withdraw(amina.who, enrolment_id=mine.pk),
    )
    assert done[1] is None
    assert done[0] is None or isinstance(done[0], Refused)
    assert not Check.objects.exists()
