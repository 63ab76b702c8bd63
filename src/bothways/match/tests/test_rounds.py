"""Rounds: who may start one, one at a time, done once whatever happens to the worker, fair to everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.core.outbox.models import Notice
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import listing, pairing, rounds, services, tasks, words, writing
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.running import SILENCE, run_round
from bothways.match.tests.factory import a_round, accepted, proposed
from bothways.programme.models import Area, Programme
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
OPEN = Proposal.State.OPEN
TUESDAY_EVENING = 1 << 5


def open_pairs() -> list[set]:
    return [set(one.people) for one in Proposal.objects.filter(state=OPEN)]


def jobs() -> list[str]:
    waiting = ProcrastinateJob.objects.filter(task_name="bothways.match.tasks.run", status="todo")
    return [job.args["round_id"] for job in waiting.order_by("id")]


def test_only_a_coordinator_starts_a_round(eli, amina, dara, programme) -> None:
    enrolled(amina, programme)
    for other in (amina, dara):
        with pytest.raises(PermissionDenied):
            rounds.start_round(other.who, programme_id=programme.id)
    end_entry(eli.who)
    with pytest.raises(NotSignedIn):
        rounds.start_round(eli.who, programme_id=programme.id)
    assert not Round.objects.exists()


def test_pressing_twice_starts_one(eli, programme) -> None:
    first = rounds.start_round(eli.who, programme_id=programme.id)
    again = rounds.start_round(eli.who, programme_id=programme.id)
    assert first.id == again.id
    assert jobs() == [str(first.id)]


def test_the_job_does_the_round_and_the_next_one_gets_the_next_number(eli, amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    first = rounds.start_round(eli.who, programme_id=programme.id)
    tasks.run(str(first.id))
    first.refresh_from_db()
    assert (first.state, first.stage, first.progress) == (Round.State.DONE, "done", 100)
    assert first.checked
    assert first.whole
    assert open_pairs() == [{amina.id, bo.id}]
    assert rounds.start_round(eli.who, programme_id=programme.id).number == 2


def test_an_empty_programme_has_an_empty_round(programme) -> None:
    done = a_round(programme)
    assert (done.state, done.checked) == (Round.State.DONE, True)
    assert not Proposal.objects.exists()


def test_doing_a_round_again_changes_nothing(amina, bo, proposal) -> None:
    notices = Notice.objects.count()
    run_round(proposal.round_id)
    assert Proposal.objects.count() == 1
    assert Notice.objects.count() == notices


def test_nobody_is_asked_twice_at_a_time_and_pairs_are_left_alone(amina, bo, chen, programme) -> None:
    proposed(amina, bo, programme)
    enrolled(chen, programme, side=1)
    a_round(programme)
    assert open_pairs() == [{amina.id, bo.id}]
    for person in (amina, bo):
        services.answer(person.who, proposal_id=Proposal.objects.get().id, yes=True)
    a_round(programme)
    assert open_pairs() == []


def test_both_read_the_same_reasons_and_they_expire_when_the_programme_says(amina, bo, programme) -> None:
    proposal = proposed(amina, bo, programme)
    assert proposal.reasons == {
        "both": [0],
        "taught": [],
        "times": TUESDAY_EVENING,
        "modes": 1,
        "band": 0,
        "interests": 0,
    }
    assert proposal.expires_at - proposal.made_at == timedelta(days=programme.answer_days)


def test_who_waits_longest_comes_first(amina, bo, chen, programme) -> None:
    with travelled(-timedelta(days=30)):
        enrolled(chen, programme, side=1)
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    a_round(programme)
    assert open_pairs() == [{amina.id, chen.id}]


def test_an_area_takes_no_more_pairs_than_it_can(amina, bo, chen, dara, programme) -> None:
    Area.objects.filter(programme=programme, parent=None).update(capacity=1)
    for side, people in enumerate([(amina, chen), (bo, dara)]):
        for person in people:
            enrolled(person, programme, side=side)
    a_round(programme)
    assert len(open_pairs()) == 1
    # An open proposal may become a pair there, so it counts too; and so does the pair.
    a_round(programme)
    assert len(open_pairs()) == 1
    one = Proposal.objects.get()
    for person in (amina, bo, chen, dara):
        if person.id in one.people:
            services.answer(person.who, proposal_id=one.id, yes=True)
    a_round(programme)
    assert open_pairs() == []
    services.not_again(programme.id, *one.people)
    a_round(programme)
    assert len(open_pairs()) == 1


def test_an_exchange_brings_people_of_one_side_together(eli, amina, bo, chen) -> None:
    tandem = a_programme(eli, kind=Programme.Kind.EXCHANGE, slug="tandem")
    arabic, english = [1 * 4 + 3], [0 * 4 + 3]
    enrolled(amina, tandem, speak=arabic, learn=english)
    enrolled(bo, tandem, speak=english, learn=arabic)
    enrolled(chen, tandem, speak=arabic, learn=english)
    done = a_round(tandem)
    assert done.state == Round.State.DONE
    assert done.checked
    one = Proposal.objects.get()
    assert bo.id in one.people
    assert one.left_id < one.right_id
    assert one.reasons["taught"] == [0, 1]
    a_round(tandem)
    assert Proposal.objects.count() == 1
    services.answer(bo.who, proposal_id=one.id, yes=False)
    a_round(tandem)
    assert {amina.id, bo.id, chen.id} - set(one.people) < set(Proposal.objects.get(state=OPEN).people)


def test_who_speaks_only_a_few_words_is_not_matched_by_them(amina, bo, programme) -> None:
    enrolled(amina, programme, speak=[0 * 4 + 1])
    enrolled(bo, programme, side=1, speak=[0 * 4 + 3])
    a_round(programme)
    assert open_pairs() == []


def crowd(programme: Programme, size: int, **answers: object) -> list[Someone]:
    people = [someone(f"Guest{number}") for number in range(size)]
    for person in people:
        enrolled(person, programme, side=1, **answers)
    return people


def test_somebody_left_over_learns_why_and_what_would_help(amina, programme) -> None:
    crowd(programme, 4, times=1 << 8)
    enrolled(amina, programme)
    a_round(programme)
    mine = LeftOver.objects.get(person_id=amina.id)
    assert mine.reason == "nobody_time"
    assert mine.hints == [{"change": "time", "value": 8, "people": 3}]
    # Of one who is the only other person nothing is said but that they are few.
    assert set(LeftOver.objects.exclude(person_id=amina.id).values_list("reason", flat=True)) == {
        "nobody_yet"
    }


def test_nobody_is_advised_to_do_without_only_women(amina, programme) -> None:
    crowd(programme, 4)
    enrolled(amina, programme, needs=1 << 3)
    a_round(programme)
    assert LeftOver.objects.get(person_id=amina.id).hints == []


def test_a_round_that_is_due_starts_by_itself_once(eli) -> None:
    weekly = a_programme(eli, round_every_days=7)
    assert rounds.start_due() == 0
    with travelled(timedelta(days=7, minutes=1)):
        tasks.every_minute()
        tasks.every_minute()
        assert Round.objects.count() == 1
        weekly.refresh_from_db()
        assert weekly.next_round_at > now()


def test_a_dead_workers_round_is_taken_up_again(amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = rounds.ask(programme.id)
    Round.objects.update(state="running", attempts=1, stage="solving")
    assert run_round(mine.id).state == Round.State.RUNNING
    assert rounds.rescue() == 0
    with travelled(SILENCE + timedelta(seconds=1)):
        assert rounds.rescue() == 1
        assert rounds.rescue() == 0
        assert jobs() == [str(mine.id)] * 2
        assert run_round(mine.id).state == Round.State.DONE
    assert open_pairs() == [{amina.id, bo.id}]


def test_after_three_tries_it_is_given_up_and_another_can_start(eli, programme) -> None:
    mine = rounds.ask(programme.id)
    Round.objects.update(state="running", attempts=rounds.MOST_ATTEMPTS)
    with travelled(SILENCE + timedelta(seconds=1)):
        assert rounds.rescue() == 1
        mine.refresh_from_db()
        assert (mine.state, mine.fault) == (Round.State.FAILED, "stopped")
        assert Notice.objects.get(kind="round.failed").person_id == eli.id
        assert rounds.ask(programme.id).number == 2


def test_a_slow_worker_that_was_taken_for_dead_writes_nothing(amina, bo, programme, monkeypatch) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = rounds.ask(programme.id)
    choose = pairing.choose

    def slowly(one, reading, report):
        chosen = choose(one, reading, report)
        Round.objects.update(attempts=2)
        return chosen

    monkeypatch.setattr(pairing, "choose", slowly)
    assert run_round(mine.id).state == Round.State.RUNNING
    assert not Proposal.objects.exists()


def test_what_goes_wrong_is_said_and_nothing_is_proposed(eli, amina, bo, programme, monkeypatch) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    mine = rounds.ask(programme.id)
    monkeypatch.setattr(writing, "_tell", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        tasks.run(str(mine.id))
    mine.refresh_from_db()
    assert (mine.state, mine.fault, mine.checked) == (Round.State.FAILED, "broken", False)
    assert not Proposal.objects.exists()
    monkeypatch.undo()
    assert a_round(programme).number == 2
    assert open_pairs() == [{amina.id, bo.id}]


def test_an_answer_that_is_not_proved_is_not_used(amina, bo, programme, monkeypatch) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    solve = pairing.solve

    def wrong(**problem):
        right = solve(**problem)
        return type(right)(right.chosen[:0], 0, 0, 0, right.potentials, right.weights)

    monkeypatch.setattr(pairing, "solve", wrong)
    mine = rounds.ask(programme.id)
    with pytest.raises(pairing.NotProved):
        run_round(mine.id)
    mine.refresh_from_db()
    assert (mine.state, mine.fault) == (Round.State.FAILED, "unproved")
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("change", ["withdraws", "pauses", "changes an answer"])
def test_who_changes_anything_while_the_round_runs_is_left_out(
    amina, bo, programme, monkeypatch, change
) -> None:
    enrolled(amina, programme)
    mine = enrolled(bo, programme, side=1)
    choose = pairing.choose

    def meanwhile(one, reading, report):
        chosen = choose(one, reading, report)
        if change == "withdraws":
            enrolments.withdraw(bo.who, enrolment_id=mine.id)
        elif change == "pauses":
            enrolments.pause(bo.who, enrolment_id=mine.id)
        else:
            enrolments.save(bo.who, enrolment_id=mine.id, radius_km=2)
        return chosen

    monkeypatch.setattr(pairing, "choose", meanwhile)
    assert a_round(programme).state == Round.State.DONE
    assert open_pairs() == []


def test_two_who_parted_while_the_round_ran_are_left_out(amina, bo, programme, monkeypatch) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    choose = pairing.choose

    def meanwhile(one, reading, report):
        chosen = choose(one, reading, report)
        services.not_again(programme.id, amina.id, bo.id)
        return chosen

    monkeypatch.setattr(pairing, "choose", meanwhile)
    a_round(programme)
    assert open_pairs() == []


def test_with_too_many_pairs_to_keep_all_are_looked_at_all_the_same(
    amina, bo, programme, monkeypatch
) -> None:
    monkeypatch.setattr(listing, "MOST_PAIRS", 0)
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    done = a_round(programme)
    assert (done.checked, done.whole) == (True, True)
    assert open_pairs() == [{amina.id, bo.id}]


def test_listing_in_parts_finds_the_same(amina, bo, chen, dara, programme, monkeypatch) -> None:
    monkeypatch.setattr(listing, "STRIDE", 1)
    for side, people in enumerate([(amina, chen), (bo, dara)]):
        for person in people:
            enrolled(person, programme, side=side)
    services.not_again(programme.id, amina.id, bo.id)
    services.not_again(programme.id, chen.id, dara.id)
    done = a_round(programme)
    assert done.whole
    assert sorted(map(sorted, open_pairs())) == sorted(map(sorted, [{amina.id, dara.id}, {chen.id, bo.id}]))


def test_a_made_pair_is_not_proposed_again_even_with_room(amina, bo, programme) -> None:
    programme.sides.update(max_capacity=2)
    enrolled(amina, programme, capacity=2)
    enrolled(bo, programme, side=1, capacity=2)
    accepted(amina, bo, programme)
    a_round(programme)
    assert open_pairs() == []
    assert Enrolment.objects.filter(partners=1).count() == 2


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"checked": True, "whole": True}, "no better set of pairs exists for these wishes"),
        ({"checked": True}, "among the best matches of each member"),
        ({"checked": True, "whole": True, "kind": "between"}, "for those who had a free place"),
        ({"one_in": 23_456, "whole": True}, "at most 1 in 20,000 away from the best"),
        ({"one_in": 10, "whole": True}, "at most 1 in 10 away"),
        ({"one_in": 10}, "away from the best there could be among the best matches"),
    ],
)
def test_what_is_proved_is_said_in_plain_words(about, said) -> None:
    with override("en"):
        assert said in words.explain_proof(Round(state="done", **about))


@pytest.mark.parametrize("about", [{}, {"one_in": 9, "whole": True}, {"checked": True, "state": "failed"}])
def test_what_is_not_proved_is_not_said(about) -> None:
    assert words.explain_proof(Round(**{"state": "done"} | about)) == ""


def test_an_exchange_that_may_not_be_the_best_says_how_far_it_is(eli, amina, bo, monkeypatch) -> None:
    tandem = a_programme(eli, kind=Programme.Kind.EXCHANGE, slug="tandem")
    enrolled(amina, tandem, speak=[1 * 4 + 3], learn=[0 * 4 + 3])
    enrolled(bo, tandem, speak=[0 * 4 + 3], learn=[1 * 4 + 3])
    real = pairing.tandem
    monkeypatch.setattr(
        pairing,
        "tandem",
        lambda *asked, **more: replace(found := real(*asked, **more), bound=found.value + 1),
    )
    done = a_round(tandem)
    assert (done.state, done.checked) == (Round.State.DONE, False)
    assert done.one_in > 100
    with override("en"):
        assert "at most 1 in" in words.explain_proof(done)
    Area.objects.filter(programme=tandem, parent=None).update(capacity=0)
    services._close(Proposal.objects.all())
    assert a_round(tandem).one_in is None, "couples were left out for the areas: nothing is proved"
