"""Who may answer, how often, and who may never read or write anything of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.at_once import at_once
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.identity.api import NotSignedIn, acting, open_entry
from bothways.core.outbox.models import Notice
from bothways.core.walls import api as walls
from bothways.core.walls.stay import WEB, WORKER
from bothways.enrol import api as enrol
from bothways.enrol.tests.factory import drafted, enrolled
from bothways.people import api as people
from bothways.voice import selectors, services
from bothways.voice.models import Done, Sums
from bothways.voice.questions import QUESTIONS
from bothways.voice.tests.conftest import MAY, a_member, all_of, at, closes, counted, gives

pytestmark = pytest.mark.django_db


def waits_for(one: Someone) -> bool:
    with walls.acting_with(one.who.token):
        return bool(selectors.waiting())


def refused(one: Someone, sums: Sums) -> None:
    before = bytes(Sums.objects.get(id=sums.id).sums)
    for act in (lambda: gives(one, sums, all_of("yes")), lambda: closes(one, sums)):
        with pytest.raises(Refused, match="not open for you"):
            act()
    assert bytes(Sums.objects.get(id=sums.id).sums) == before


def test_members_answer_and_everything_is_added(amina, bo, chen, sums) -> None:
    gives(amina, sums, all_of("yes"))
    gives(bo, sums, all_of("yes") | {"free": "no"})
    closes(chen, sums)
    assert counted(sums) == {
        ("reach", "yes"): 2,
        ("clear", "yes"): 2,
        ("free", "yes"): 1,
        ("free", "no"): 1,
        ("again", "yes"): 2,
    }
    assert not any(map(waits_for, (amina, bo, chen)))


def test_nobody_answers_twice(amina, sums) -> None:
    assert waits_for(amina)
    gives(amina, sums, all_of("mostly"))
    refused(amina, sums)
    assert counted(sums) == dict.fromkeys(((question, "mostly") for question in QUESTIONS), 1)


def test_whoever_closed_it_is_not_asked_again(amina, sums) -> None:
    closes(amina, sums)
    assert not waits_for(amina)
    refused(amina, sums)
    assert counted(sums) == {}


def test_only_members_of_this_programme_are_asked(dara, eli, sums, programme) -> None:
    with at(MAY):
        half = someone("Gul")
        drafted(half, programme)
    for one in (dara, eli, half):
        assert not waits_for(one)
        refused(one, sums)
    assert not Done.objects.exists()


def test_a_newcomer_of_the_month_is_not_asked(programme, sums) -> None:
    """Nobody joins, or comes back, to answer once more."""
    late = someone("Ivo")
    enrolled(late, programme)
    refused(late, sums)


def test_after_leaving_the_programme_or_signing_out_nothing_is_sent(amina, bo, sums) -> None:
    mine = enrol.of_person(amina.who)[0]
    enrol.withdraw(amina.who, enrolment_id=mine.pk)
    refused(amina, sums)
    identity.end_all_entries(bo.id)
    for act in (lambda: gives(bo, sums, all_of("no")), lambda: closes(bo, sums)):
        with pytest.raises((NotSignedIn, Refused)):
            act()
    assert not Done.objects.exists()


def test_whoever_comes_back_to_the_programme_is_not_asked_again(amina, sums, programme) -> None:
    gives(amina, sums, all_of("yes"))
    enrol.withdraw(amina.who, enrolment_id=enrol.of_person(amina.who)[0].pk)
    enrolled(amina, programme)
    refused(amina, sums)


def test_before_and_after_its_month_nothing_is_asked(amina, programme) -> None:
    for moment in (MAY, MAY + timedelta(days=40)):
        with at(moment), walls.working():
            assert services.open_due() == 0
    with walls.working():
        assert services.open_due() == 1
        assert services.open_due() == 0, "once"
    sums = Sums.objects.get()
    with travelled(sums.closes_at - now() + timedelta(seconds=1)):
        renewed = acting(open_entry(amina.id))
        assert renewed is not None
        amina.who = renewed
        refused(amina, sums)


def test_made_up_sums_are_nobodys(amina, sums) -> None:
    with pytest.raises(Refused):
        gives(amina, Sums(id=amina.id), all_of("yes"))
    assert waits_for(amina)


@pytest.mark.parametrize(
    "answers", [{}, {"reach": "yes"}, all_of("yes") | {"more": "yes"}, all_of("yes") | {"free": "perhaps"}]
)
def test_half_an_answer_or_a_made_up_one_is_none(amina, sums, answers) -> None:
    with pytest.raises(Refused, match="one answer to each question"):
        gives(amina, sums, answers)
    assert waits_for(amina)


@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_is_once(amina, sums) -> None:
    acts = [lambda: gives(amina, sums, all_of("yes")) for _ in range(4)]
    results = at_once(*acts)
    assert results.count(None) == 1
    assert all(isinstance(one, Refused) for one in results if one is not None)
    assert counted(sums) == dict.fromkeys(((question, "yes") for question in QUESTIONS), 1)


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_are_all_counted(amina, bo, chen, sums) -> None:
    acts = [lambda one=one: gives(one, sums, all_of("hardly")) for one in (amina, bo, chen)]
    assert at_once(*acts) == [None] * 3
    assert counted(sums) == dict.fromkeys(((question, "hardly") for question in QUESTIONS), 3)


def test_the_database_takes_no_sums_that_were_made_from_older_ones(amina, bo, sums, monkeypatch) -> None:
    """Past the lock Bo writes between Amina's reading and her writing: she is refused, he is not lost."""
    write = services.sums.add

    def somebody_is_faster(*arguments):
        monkeypatch.setattr(services.sums, "add", write)
        gives(bo, sums, all_of("no"))
        return write(*arguments)

    monkeypatch.setattr(services.sums, "add", somebody_is_faster)
    with pytest.raises(Refused):
        gives(amina, sums, all_of("yes"))
    assert waits_for(amina)


STATEMENTS = (
    "SELECT * FROM voice_sums",
    "UPDATE voice_sums SET sums = sums",
    "DELETE FROM voice_sums",
    "INSERT INTO voice_done (id, sums_id, person_id) SELECT gen_random_uuid(), %(sums)s, %(amina)s",
    "UPDATE voice_done SET person_id = person_id",
)


def said(statement: str, sums: Sums, one: Someone) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"sums": sums.id, "amina": one.id})


@pytest.mark.parametrize("statement", [*STATEMENTS, "SELECT voice_forget(%(sums)s)"])
def test_no_page_reads_or_writes_past_the_functions(amina, eli, sums, statement) -> None:
    for who in (amina, eli):
        with walls.acting_with(who.who.token), pytest.raises(DatabaseError):
            said(statement, sums, amina)


@pytest.mark.parametrize("statement", STATEMENTS[1:])
def test_a_job_writes_no_answer_and_no_mark(amina, sums, statement) -> None:
    with walls.working(), pytest.raises(DatabaseError):
        said(statement, sums, amina)


def test_a_job_does_not_read_who_took_part(amina, bo, sums) -> None:
    gives(amina, sums, all_of("yes"))
    for stay in (walls.working(), walls.acting_with(bo.who.token), walls.visiting()):
        with stay:
            assert Done.objects.count() == 0
    with walls.acting_with(amina.who.token):
        assert Done.objects.count() == 1
        assert Done.objects.all().delete()[0] == 0, "or she could answer once more"


def test_members_read_sealed_sums_and_others_none(amina, bo, eli, dara, sums) -> None:
    gives(bo, sums, all_of("yes"))
    for one, rows in ((amina, 1), (bo, 0), (eli, 0), (dara, 0)):
        with walls.acting_with(one.who.token), connection.cursor() as cursor:
            cursor.execute("SELECT sums FROM voice_read(%s, %s)", [sums.id, now()])
            assert len(cursor.fetchall()) == rows


def test_the_key_is_for_jobs_alone() -> None:
    from django.db import connections

    with connections["keys"].cursor() as cursor:
        for role, may in ((WEB, False), (WORKER, True)):
            for call in ("keys_sums(uuid)", "keys_sums_make(uuid, bytea)", "keys_sums_keep(uuid[])"):
                cursor.execute("SELECT has_function_privilege(%s, %s, 'EXECUTE')", [role, call])
                assert cursor.fetchone()[0] is may, (role, call)
            cursor.execute("SELECT has_table_privilege(%s, 'keys_sumskey', 'SELECT')", [role])
            assert cursor.fetchone()[0] is False


def test_nobody_is_told_or_reminded(amina, sums) -> None:
    before = Notice.objects.count()
    with walls.working():
        services.open_due()
    gives(amina, sums, all_of("yes"))
    assert Notice.objects.count() == before


def test_leaving_takes_the_mark_and_leaves_the_sum(programme, bo, sums) -> None:
    gul = a_member("Gul", programme)
    gives(gul, sums, all_of("no"))
    gives(bo, sums, all_of("yes"))
    before = counted(sums)
    people.leave(gul.who)
    assert [done.person_id for done in Done.objects.all()] == [bo.id]
    assert counted(sums) == before


def test_the_glass_box_says_that_i_took_part_and_not_how(amina, bo, sums) -> None:
    gives(amina, sums, all_of("no"))
    closes(bo, sums)
    rows = []
    for one in (amina, bo):
        with walls.acting_with(one.who.token):
            from bothways.voice.glass_box import export

            rows.append(export(one.who)[0].rows)
    assert rows[0] == rows[1] == [{"programme": "River Valley Together", "year": 2027, "half": 1}]
