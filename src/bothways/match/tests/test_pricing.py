"""The passes of pricing, shared out: the same choice to the byte, whoever helps, dies, hangs or leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from tests.cast import Someone, someone

from bothways.core.clock.api import travelled
from bothways.core.walls import api as walls
from bothways.enrol.tests.factory import enrolled
from bothways.match import listing, pairing, parts, pricing, rounds, services, tasks
from bothways.match.models import Part, Proposal, Round
from bothways.match.order import unpack
from bothways.match.running import SILENCE
from bothways.match.tests.test_parts import goes, open_pairs, todo
from bothways.programme.models import Programme

pytestmark = pytest.mark.django_db
DONE, RUNNING = Round.State.DONE, Round.State.RUNNING
SIZE = 6


class Killed(BaseException):
    pass


@pytest.fixture(autouse=True)
def too_many_pairs(settings, monkeypatch) -> None:
    """Every round is too large to list its pairs, and every part one row."""
    settings.ROUND_IN_PARTS_FROM = 1
    settings.ROUND_HANDS = SIZE
    for room, name, value in (
        (parts, "ROWS", 1),
        (listing, "MOST_PAIRS", 5),
        (listing, "BEST", 1),
        (pricing, "ROWS", 1),
        (pricing, "PAUSE", 0.01),
    ):
        monkeypatch.setattr(room, name, value)


@pytest.fixture
def found(monkeypatch) -> list[tuple[bytes, ...]]:
    """Every choice that is made, to the byte, with how many passes it took."""
    choices = []
    real = pairing.solve_all

    def solving(*args, **kwargs):
        best = real(*args, **kwargs)
        columns = best.left, best.right, best.score, best.solution.potentials
        choices.append((best.passes, *(column.tobytes() for column in columns)))
        return best

    monkeypatch.setattr(pairing, "solve_all", solving)
    return choices


def crowd(programme: Programme) -> list[Someone]:
    """So many on each side that everybody suits everybody, some better; two pairs are alike."""
    people = []
    for number in range(SIZE):
        for side in (0, 1):
            person = someone(f"Guest{number}{'ab'[side]}")
            liked = (1 << max(number, 1) * (2 - side)) - 1
            enrolled(person, programme, side=side, interests=liked & 0xFFFFFF)
            people.append(person)
    return people


def all_listed(programme: Programme) -> Round:
    mine = rounds.ask(programme.id)
    tasks.run(str(mine.id))
    tasks.lend_a_hand(str(mine.id))
    mine.refresh_from_db()
    assert mine.progress == 45
    return mine


def done(mine: Round) -> Round:
    tasks.run(str(mine.id))
    mine.refresh_from_db()
    return mine


def unshared(programme: Programme, monkeypatch, found: list[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """What the same people get when nothing is shared out; the proposals are closed again."""
    with monkeypatch.context() as patch:
        patch.setattr(pricing, "ROWS", 10_000)
        assert done(all_listed(programme)).state == DONE
    for one in Proposal.objects.filter(state=Proposal.State.OPEN):
        services._close([one])
    return found.pop()


def once_asked(monkeypatch, work: Callable[[Round], object], *, always: bool = False) -> list[object]:
    """Do something when a pass is written down: the first one, or each. Returns what came of it."""
    real, came = pricing.Together._ask, []

    def asking(self, *args):
        rows = real(self, *args)
        if always or not came:
            came.append(None)
            came[-1] = work(self._mine)
        return rows

    monkeypatch.setattr(pricing.Together, "_ask", asking)
    return came


def acts(person: Someone, work: Callable[[], object]) -> None:
    """In their own session, while the job is at work."""
    with walls.acting_with(person.who.token):
        work()


def helps(mine: Round) -> int:
    return pricing.price_some(mine.id)


def test_one_worker_alone_does_all_of_it(programme, monkeypatch, found) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    assert expected[0] > 1, "or else nothing is shown here"
    mine = all_listed(programme)
    calls = len(todo("lend_a_hand"))
    assert done(mine).state == DONE
    assert (mine.checked, mine.whole) == (True, True)
    assert found == [expected]
    # Each pass, and the last one of the check.
    assert len(todo("lend_a_hand")) - calls == (SIZE - 1) * (expected[0] + 1)
    assert not Part.objects.exists()
    tasks.lend_a_hand(str(mine.id))
    assert len(open_pairs()) == SIZE


def test_a_hand_does_whatever_it_finds_and_the_choice_is_the_same(programme, monkeypatch, found) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    helped = once_asked(monkeypatch, helps, always=True)
    assert done(all_listed(programme)).state == DONE
    assert helped == [SIZE] * (expected[0] + 1)
    assert found == [expected]


def test_small_passes_are_not_shared_out(programme, monkeypatch, found) -> None:
    monkeypatch.setattr(pricing, "ROWS", SIZE)
    asked = once_asked(monkeypatch, helps)
    crowd(programme)
    assert done(all_listed(programme)).state == DONE
    assert asked == []


@pytest.mark.parametrize(("rows", "hands", "parts"), [(0, 8, 1), (39, 8, 1), (40, 8, 2), (999, 8, 9)])
def test_parts_are_few_and_leave_nobody_out(settings, monkeypatch, rows, hands, parts) -> None:
    settings.ROUND_HANDS = hands
    monkeypatch.setattr(pricing, "ROWS", 20)
    cuts = pricing.cuts(rows)
    assert len(cuts) == parts
    assert [row for first, last in cuts for row in range(first, last)] == list(range(rows))


@pytest.mark.parametrize("how", ["leaves", "withdraws", "pauses", "changes an answer"])
@pytest.mark.parametrize("side", [0, 1])
def test_whom_a_hand_misses_the_job_looks_at_itself(programme, monkeypatch, found, how, side) -> None:
    person = crowd(programme)[2 * 3 + side]
    expected = unshared(programme, monkeypatch, found)
    helped = once_asked(monkeypatch, lambda mine: (acts(person, lambda: goes(person, how)), helps(mine)))
    mine = done(all_listed(programme))
    assert (mine.state, mine.checked) == (DONE, True)
    assert helped == [(None, SIZE)]
    assert found == [expected], "proved for all with whom it was solved"
    # And who is gone by now is left out of what is written, as in every round.
    assert person.id not in {one for pair in open_pairs() for one in pair}


def test_when_a_whole_side_is_gone_a_hand_is_of_no_help(programme, monkeypatch, found) -> None:
    people = crowd(programme)
    expected = unshared(programme, monkeypatch, found)

    def all_go(mine: Round) -> int:
        for person in people[1::2]:
            acts(person, partial(goes, person, "withdraws"))
        return helps(mine)

    helped = once_asked(monkeypatch, all_go)
    assert done(all_listed(programme)).state == DONE
    assert helped == [0]
    assert found == [expected]
    assert open_pairs() == []


def test_two_who_part_meanwhile_change_no_price(programme, monkeypatch, found) -> None:
    people = crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    parted = {people[0].id, people[1].id}
    part = partial(services.not_again, programme.id, *parted)
    helped = once_asked(monkeypatch, lambda mine: (acts(people[0], part), helps(mine)))
    assert done(all_listed(programme)).state == DONE
    assert helped == [(None, SIZE)]
    assert found == [expected]
    assert sorted(parted) not in open_pairs()


def test_two_who_never_meet_are_not_priced(programme, monkeypatch, found) -> None:
    people = crowd(programme)
    for one in people[1::2]:
        services.not_again(programme.id, people[0].id, one.id)
    expected = unshared(programme, monkeypatch, found)
    once_asked(monkeypatch, helps)
    assert done(all_listed(programme)).state == DONE
    assert found == [expected]
    assert people[0].id not in {one for pair in open_pairs() for one in pair}


def test_stopped_in_the_middle_of_a_pass(eli, programme, monkeypatch) -> None:
    crowd(programme)
    helped = once_asked(
        monkeypatch, lambda mine: (rounds.stop_round(eli.who, round_id=mine.id).state, helps(mine))
    )
    mine = done(all_listed(programme))
    assert helped == [(Round.State.STOPPED, 0)]
    assert mine.state == Round.State.STOPPED
    assert not Proposal.objects.exists()
    assert not Part.objects.exists()


def test_stopped_while_a_hand_is_at_a_part(eli, programme, monkeypatch) -> None:
    crowd(programme)
    real = pricing._hand_in

    def stopping(part, *args):
        if part.number == 2:
            rounds.stop_round(eli.who, round_id=part.round_id)
        real(part, *args)

    monkeypatch.setattr(pricing, "_hand_in", stopping)
    helped = once_asked(monkeypatch, helps)
    assert done(all_listed(programme)).state == Round.State.STOPPED
    assert helped == [2]
    assert not Part.objects.exists()


def test_the_job_that_dies_in_a_pass_is_followed_by_one_that_starts_the_passes_anew(
    programme, monkeypatch, found
) -> None:
    crowd(programme)
    expected = unshared(programme, monkeypatch, found)
    mine = all_listed(programme)

    def die(mine: Round) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        once_asked(patch, die)
        with pytest.raises(Killed):
            tasks.run(str(mine.id))
    stale = Part.objects.filter(turn__gt=0)
    assert stale.count() == SIZE + 1
    # Hands that come now do what there is; nobody needs it.
    assert pricing.price_some(mine.id) == SIZE
    Part.objects.filter(turn=1, number=1).update(content=None)
    helped = once_asked(monkeypatch, helps)
    with travelled(SILENCE + timedelta(seconds=1)):
        assert rounds.rescue() == 1
        assert pricing.price_some(mine.id) == 0, "nobody is at it"
        assert done(mine).state == DONE
    assert helped == [SIZE]
    assert found == [expected]
    assert not Part.objects.exists()


def test_a_worker_that_was_taken_for_dead_writes_no_pass(programme, monkeypatch) -> None:
    crowd(programme)
    mine = all_listed(programme)

    def overtaken(late: Round) -> None:
        Round.objects.filter(id=late.id).update(attempts=late.attempts + 1)
        Part.objects.filter(turn__gt=0).delete()
        Part.objects.create(round=late, turn=1, number=1, last=1)

    once_asked(monkeypatch, overtaken)
    assert done(mine).state == RUNNING
    assert Part.objects.get(turn__gt=0).content is None, "the other's, untouched"


def test_what_is_kept_of_a_pass_names_nobody(programme, monkeypatch) -> None:
    people = crowd(programme)
    kept = once_asked(
        monkeypatch, lambda mine: (helps(mine), [bytes(one.content) for one in Part.objects.all()])[1]
    )
    assert done(all_listed(programme)).state == DONE
    assert len(kept[0]) == 2 * (SIZE + 1)
    columns = [column.tobytes() for content in kept[0] for column in unpack(content).values()]
    for person in people:
        assert not any(person.id.bytes in column for column in columns)
