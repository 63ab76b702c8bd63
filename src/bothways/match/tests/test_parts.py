"""A large round, listed in parts by any number of workers: the same, whoever dies, leaves or stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cast import Someone, someone

from bothways.core.clock.api import travelled
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import listing, parts, rounds, services, tasks, working
from bothways.match.models import Part, Proposal, Round
from bothways.match.order import order_of, pack_order, still_there, unpack_order
from bothways.match.reading import read
from bothways.match.running import SILENCE, run_round
from bothways.match.tests.factory import a_round
from bothways.match.tests.test_races import Race
from bothways.people import api as people
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
OPEN = Proposal.State.OPEN
DONE, RUNNING, QUEUED = Round.State.DONE, Round.State.RUNNING, Round.State.QUEUED


@pytest.fixture(autouse=True)
def small_parts(settings, monkeypatch) -> None:
    """Every round is large, and every part one row."""
    settings.ROUND_IN_PARTS_FROM = 1
    settings.ROUND_HANDS = 2
    monkeypatch.setattr(parts, "ROWS", 1)


@pytest.fixture
def race(monkeypatch) -> Race:
    return Race(monkeypatch)


def crowd(programme: Programme, size: int = 4) -> list[Someone]:
    """So many on each side, no two alike in how well they fit."""
    found = []
    for number in range(size):
        for side in (0, 1):
            person = someone(f"Guest{number}{'ab'[side]}")
            times = (1 << 5) | (((1 << (number + 1)) - 1) << (8 if side else 6))
            enrolled(person, programme, side=side, times=times & (1 << 21) - 1, interests=(1 << number))
            found.append(person)
    return found


def todo(name: str) -> list[ProcrastinateJob]:
    waiting = ProcrastinateJob.objects.filter(task_name=f"bothways.match.tasks.{name}", status="todo")
    return list(waiting.order_by("id"))


def open_pairs() -> list[list]:
    return sorted(sorted(one.people) for one in Proposal.objects.filter(state=OPEN))


def listed(mine: Round) -> Round:
    """The round up to where all parts are listed."""
    assert run_round(mine.id).state == RUNNING
    parts.list_some(mine.id)
    mine.refresh_from_db()
    return mine


def test_in_parts_it_finds_what_it_finds_at_once(programme, settings) -> None:
    crowd(programme)
    mine = rounds.ask(programme.id)
    assert run_round(mine.id).stage == "listing"
    assert Part.objects.filter(number__gt=0).count() == 4
    assert [job.args["round_id"] for job in todo("lend_a_hand")] == [str(mine.id)] * 2
    tasks.lend_a_hand(str(mine.id))
    mine.refresh_from_db()
    assert (mine.state, mine.progress) == (QUEUED, 45)
    tasks.lend_a_hand(str(mine.id))
    assert len(todo("run")) == 2, "asked for, and once more when all parts are listed"
    done = run_round(mine.id)
    assert (done.state, done.checked, done.whole) == (DONE, True, True)
    in_parts = open_pairs()
    assert len(in_parts) == 4
    for one in Proposal.objects.all():
        services._close([one])
    settings.ROUND_IN_PARTS_FROM = 10_000
    a_round(programme)
    assert open_pairs() == in_parts


def test_an_exchange_in_parts(eli, amina, bo, chen) -> None:
    tandem = a_programme(eli, kind=Programme.Kind.EXCHANGE, slug="tandem")
    arabic, english = [1 * 4 + 3], [0 * 4 + 3]
    for person, speak, learn in ((amina, arabic, english), (bo, english, arabic), (chen, arabic, english)):
        enrolled(person, tandem, speak=speak, learn=learn)
    mine = listed(rounds.ask(tandem.id))
    assert run_round(mine.id).state == DONE
    one = Proposal.objects.get()
    assert bo.id in one.people
    assert one.reasons["taught"] == [0, 1]


def test_nobody_at_all_and_one_side_only(amina, programme) -> None:
    assert a_round(programme).state == DONE, "nobody: no parts"
    enrolled(amina, programme, side=1)
    mine = listed(rounds.ask(programme.id))
    assert run_round(mine.id).state == DONE


def test_too_many_pairs_to_keep_and_the_best_of_all_is_found(programme, monkeypatch) -> None:
    monkeypatch.setattr(listing, "MOST_PAIRS", 5)
    monkeypatch.setattr(listing, "BEST", 2)
    crowd(programme)
    mine = listed(rounds.ask(programme.id))
    done = run_round(mine.id)
    assert (done.state, done.checked, done.whole) == (DONE, True, True)
    assert len(open_pairs()) == 4


def goes(person: Someone, how: str) -> None:
    mine = Enrolment.objects.get(person_id=person.id)
    if how == "leaves":
        people.leave(person.who)
    elif how == "withdraws":
        enrolments.withdraw(person.who, enrolment_id=mine.id)
    elif how == "pauses":
        enrolments.pause(person.who, enrolment_id=mine.id)
    else:
        enrolments.save(person.who, enrolment_id=mine.id, radius_km=2)


@pytest.mark.parametrize("how", ["leaves", "withdraws", "pauses", "changes an answer"])
@pytest.mark.parametrize("when", ["before the parts", "after the parts"])
def test_who_goes_or_changes_while_it_is_listed_is_left_out(programme, how, when) -> None:
    everybody = crowd(programme)
    mine = rounds.ask(programme.id)
    assert run_round(mine.id).state == RUNNING
    if when == "after the parts":
        parts.list_some(mine.id)
    goes(everybody[0], how)
    parts.list_some(mine.id)
    assert run_round(mine.id).state == DONE
    assert len(open_pairs()) == 3
    assert everybody[0].id not in {person for pair in open_pairs() for person in pair}


def test_two_who_parted_meanwhile_are_not_proposed(amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = listed(rounds.ask(programme.id))
    services.not_again(programme.id, amina.id, bo.id)
    assert run_round(mine.id).state == DONE
    assert open_pairs() == []


def test_what_is_kept_meanwhile_names_no_person_and_no_wish(amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = listed(rounds.ask(programme.id))
    order = Part.objects.get(round=mine, number=0)
    reading = read(programme.id)
    assert unpack_order(bytes(order.content)).enrolments == [row["id"] for row in reading.rows]
    # The mark tells that something changed, and not to anybody without the server's key or of another round.
    again = order_of(reading, mine.id)
    assert pack_order(again) == bytes(order.content)
    assert set(order_of(reading, programme.id).marks.tolist()).isdisjoint(again.marks.tolist())
    assert len(still_there(again, reading, mine.id)[0].rows) == 2
    people.leave(amina.who)
    for kept in Part.objects.filter(round=mine):
        assert amina.id.bytes not in bytes(kept.content)
    assert run_round(mine.id).state == DONE
    assert not Part.objects.exists()


@pytest.mark.parametrize("end", ["done", "stopped", "failed"])
def test_however_it_ends_nothing_is_kept(eli, programme, end) -> None:
    crowd(programme, 2)
    mine = listed(rounds.ask(programme.id))
    assert Part.objects.count() == 3
    if end == "done":
        run_round(mine.id)
    elif end == "stopped":
        rounds.stop_round(eli.who, round_id=mine.id)
    else:
        Round.objects.update(state=RUNNING, attempts=9)
        with travelled(SILENCE + timedelta(seconds=1)):
            rounds.rescue()
    mine.refresh_from_db()
    assert mine.state == end
    assert not Part.objects.exists()


def test_stopped_while_it_is_listed_the_hands_stop_too(eli, programme, monkeypatch) -> None:
    crowd(programme)
    mine = rounds.ask(programme.id)
    run_round(mine.id)
    pack = parts.pack_pairs

    def stopping(pairs):
        rounds.stop_round(eli.who, round_id=mine.id)
        return pack(pairs)

    monkeypatch.setattr(parts, "pack_pairs", stopping)
    assert parts.list_some(mine.id) == 0
    assert parts.list_some(mine.id) == 0
    assert run_round(mine.id).state == Round.State.STOPPED
    assert not Proposal.objects.exists()


def test_hands_that_died_are_called_again_and_go_on_where_they_were(programme, monkeypatch) -> None:
    crowd(programme)
    mine = rounds.ask(programme.id)
    run_round(mine.id)

    class Killed(BaseException):
        pass

    pack, calls = parts.pack_pairs, []

    def dying(pairs):
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return pack(pairs)

    monkeypatch.setattr(parts, "pack_pairs", dying)
    with pytest.raises(Killed):
        parts.list_some(mine.id)
    mine.refresh_from_db()
    assert mine.state == RUNNING
    assert Part.objects.filter(content=None).count() == 2
    before = len(todo("lend_a_hand"))
    with travelled(SILENCE + timedelta(seconds=1)):
        assert rounds.rescue() == 1
        assert run_round(mine.id).state == RUNNING
        assert len(todo("lend_a_hand")) == before + 2
        parts.list_some(mine.id)
        assert run_round(mine.id).state == DONE
    assert len(calls) == 5, "what was listed before was not listed again"
    assert len(open_pairs()) == 4


def test_a_fault_in_a_part_fails_the_round_at_once(programme, monkeypatch) -> None:
    crowd(programme, 2)
    mine = rounds.ask(programme.id)
    run_round(mine.id)
    monkeypatch.setattr(parts, "pack_pairs", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        parts.list_some(mine.id)
    mine.refresh_from_db()
    assert (mine.state, mine.fault) == (Round.State.FAILED, "broken")
    assert not Part.objects.exists()


def test_the_solver_that_died_is_tried_three_times(programme) -> None:
    crowd(programme, 2)
    mine = listed(rounds.ask(programme.id))
    assert mine.attempts == 1
    for attempt in (2, 3, 4):
        Round.objects.filter(id=mine.id).update(state=RUNNING, attempts=attempt)
        with travelled(timedelta(hours=attempt)):
            rounds.rescue()
        mine.refresh_from_db()
        assert mine.state == (QUEUED if attempt < 4 else Round.State.FAILED)


def test_a_look_between_rounds_is_never_cut(amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    assert run_round(rounds.ask(programme.id, kind=Round.Kind.BETWEEN).id).state == DONE


@pytest.mark.django_db(transaction=True)
def test_two_hands_share_the_parts_and_one_of_them_is_the_last(race, programme) -> None:
    crowd(programme)
    mine = rounds.ask(programme.id)
    run_round(mine.id)
    race.stop_at(parts, "pack_pairs")
    late, early = race.run(late=lambda: parts.list_some(mine.id), early=lambda: parts.list_some(mine.id))
    assert (late, early) == (1, 3)
    assert len(todo("run")) == 2
    assert run_round(mine.id).state == DONE
    assert len(open_pairs()) == 4


@pytest.mark.django_db(transaction=True)
def test_two_hands_that_finish_at_once_leave_one_job(race, programme) -> None:
    crowd(programme, 2)
    mine = rounds.ask(programme.id)
    run_round(mine.id)
    race.stop_at(parts, "lock")
    late, early = race.run(late=lambda: parts.list_some(mine.id), early=lambda: parts.list_some(mine.id))
    assert late + early == 2
    assert len(todo("run")) == 2


@pytest.mark.django_db(transaction=True)
def test_stopping_against_the_last_part(race, eli, programme) -> None:
    crowd(programme, 1)
    mine = rounds.ask(programme.id)
    run_round(mine.id)
    race.stop_at(parts, "pack_pairs")
    late, early = race.run(
        late=lambda: parts.list_some(mine.id),
        early=lambda: rounds.stop_round(eli.who, round_id=mine.id).state,
    )
    assert (late, early) == (0, Round.State.STOPPED)
    assert len(todo("run")) == 1
    assert not Part.objects.exists()


def test_a_part_is_held_like_a_round(programme) -> None:
    mine = rounds.ask(programme.id)
    with working.on(mine.id) as free:
        assert free
    assert not working.is_held(mine.id)
