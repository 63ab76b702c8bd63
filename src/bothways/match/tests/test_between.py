"""Between rounds: when it is looked, what stays as it is, who has to wait, and no searching by trying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.core.outbox.models import Notice
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import between, fitting, rounds, running, services, tasks
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.running import run_round
from bothways.match.tests.factory import a_round, accepted, proposed
from bothways.programme import services as programmes
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
OPEN = Proposal.State.OPEN
BETWEEN = Round.Kind.BETWEEN
PAUSE = timedelta(minutes=settings.BETWEEN_ROUNDS_MINUTES, seconds=1)
A_MOMENT = timedelta(minutes=2)


@pytest.fixture
def programme(programme: Programme) -> Programme:
    Programme.objects.update(between_rounds=True)
    programme.refresh_from_db()
    return programme


def looked() -> int:
    """What the clock does: ask where something changed, and do what was asked. How many looks there were."""
    before = Round.objects.filter(kind=BETWEEN, state="done").count()
    tasks.every_minute()
    for one in Round.objects.filter(kind=BETWEEN, state="queued"):
        run_round(one.id)
    return Round.objects.filter(kind=BETWEEN, state="done").count() - before


def open_pairs() -> list[set]:
    return [set(one.people) for one in Proposal.objects.filter(state=OPEN)]


def test_somebody_new_is_fitted_in_without_waiting_for_the_next_round(amina, bo, programme) -> None:
    enrolled(amina, programme)
    with travelled(A_MOMENT):
        a_round(programme)
    with travelled(2 * A_MOMENT):
        assert looked() == 0
        enrolled(bo, programme, side=1)
        assert looked() == 1
        assert open_pairs() == [{amina.id, bo.id}]
        done = Round.objects.get(kind=BETWEEN)
        assert (done.number, done.checked, done.whole) == (1, True, True)


def test_for_its_two_people_it_is_like_a_rounds(amina, bo, chen, dara, programme) -> None:
    by_round = proposed(amina, bo, programme)
    enrolled(chen, programme)
    enrolled(dara, programme, side=1)
    assert looked() == 1
    found = Proposal.objects.get(round__kind=BETWEEN)
    assert found.reasons == by_round.reasons
    assert found.expires_at - found.made_at == by_round.expires_at - by_round.made_at
    told = Notice.objects.filter(kind="proposal.new")
    assert sorted(told.values_list("person_id", flat=True)) == sorted(p.id for p in (amina, bo, chen, dara))
    pages = [
        person.browser().get(f"/proposals/{one.id}/").content.decode()
        for person, one in ((amina, by_round), (chen, found))
    ]
    assert [page.count("between") for page in pages] == [0, 0]


def test_pairs_proposals_and_promised_places_stay(amina, bo, chen, dara, programme) -> None:
    accepted(amina, bo, programme)
    by_round = proposed(chen, dara, programme)
    gul, hana = someone("Gul"), someone("Hana")
    for number, person in enumerate((gul, hana)):
        enrolled(person, programme, side=number)
    assert looked() == 1
    assert sorted(map(sorted, open_pairs())) == sorted(map(sorted, [{chen.id, dara.id}, {gul.id, hana.id}]))
    by_round.refresh_from_db()
    assert by_round.state == OPEN
    assert Proposal.objects.get(state="made").people == [amina.id, bo.id]


def test_a_place_that_became_free_is_looked_for(amina, bo, chen, programme) -> None:
    by_round = proposed(amina, bo, programme)
    enrolled(chen, programme, side=1)
    with travelled(A_MOMENT):
        a_round(programme)
    with travelled(2 * A_MOMENT):
        assert looked() == 0
        services.answer(bo.who, proposal_id=by_round.id, yes=False)
        assert looked() == 1
        assert open_pairs() == [{amina.id, chen.id}]


def test_silence_frees_a_place_too(amina, bo, chen, programme) -> None:
    proposed(amina, bo, programme)
    enrolled(chen, programme, side=1)
    a_round(programme)
    with travelled(timedelta(days=programme.answer_days, minutes=1)):
        assert looked() == 1
        assert len(open_pairs()) == 1


@pytest.mark.parametrize("change", ["answers", "resumes", "agrees"])
def test_what_makes_somebody_fit_is_noticed(amina, bo, programme, change) -> None:
    enrolled(amina, programme)
    mine = enrolled(bo, programme, side=1, times=1 << 3)
    rest = {"enrolment_id": mine.id}
    if change == "resumes":
        enrolments.save(bo.who, **rest, times=1 << 5)
        enrolments.pause(bo.who, **rest)
    elif change == "agrees":
        enrolments.save(bo.who, **rest, times=1 << 5)
        enrolments.consent(bo.who, **rest, answers={"match": False})
    a_round(programme)
    assert open_pairs() == []
    with travelled(A_MOMENT):
        if change == "answers":
            enrolments.save(bo.who, **rest, times=1 << 5)
        elif change == "resumes":
            enrolments.resume(bo.who, **rest)
        else:
            enrolments.consent(bo.who, **rest, answers={"match": True})
        assert looked() == 1
        assert open_pairs() == [{amina.id, bo.id}]


def test_only_where_coordinators_want_it_and_the_programme_is_open(eli, amina, bo, programme) -> None:
    basics = {
        "name": programme.name,
        "purpose": programme.purpose,
        "time_zone": programme.time_zone,
        "round_every_days": None,
        "answer_days": 7,
    }
    programmes.set_basics(eli.who, programme_id=programme.id, **basics)
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    assert looked() == 0
    programmes.set_basics(eli.who, programme_id=programme.id, **basics, between_rounds=True)
    programmes.close(eli.who, programme_id=programme.id)
    assert looked() == 0
    Programme.objects.update(open=True)
    assert looked() == 1


def test_at_most_one_look_in_so_many_minutes(amina, bo, chen, programme) -> None:
    enrolled(amina, programme)
    assert looked() == 1
    enrolled(bo, programme, side=1)
    with travelled(PAUSE - timedelta(seconds=5)):
        assert looked() == 0
    with travelled(PAUSE):
        assert looked() == 1
        assert open_pairs() == [{amina.id, bo.id}]


def test_an_exchange_is_looked_at_too(eli, amina, bo) -> None:
    tandem = a_programme(eli, kind=Programme.Kind.EXCHANGE, slug="tandem")
    Programme.objects.update(between_rounds=True)
    enrolled(amina, tandem, speak=[1 * 4 + 3], learn=[0 * 4 + 3])
    enrolled(bo, tandem, speak=[0 * 4 + 3], learn=[1 * 4 + 3])
    assert looked() == 1
    assert open_pairs() == [{amina.id, bo.id}]


def test_nobody_learns_a_new_reason_from_it(amina, programme) -> None:
    enrolled(amina, programme)
    assert looked() == 1
    assert not LeftOver.objects.exists()
    a_round(programme)
    kept = list(LeftOver.objects.values())
    assert len(kept) == 1
    with travelled(timedelta(days=8)):
        enrolled(someone("Gul"), programme)
        assert looked() == 1
    assert list(LeftOver.objects.values()) == kept


def no_is_final(amina: Someone, bo: Someone) -> None:
    services.answer(bo.who, proposal_id=Proposal.objects.get(state=OPEN).id, yes=False)


def test_who_said_no_is_never_proposed_again(amina, bo, programme) -> None:
    proposed(amina, bo, programme)
    no_is_final(amina, bo)
    for day in range(1, 4):
        with travelled(timedelta(days=day)):
            enrolled(someone(f"Guest{day}"), programme, needs=1 << 3)
            assert looked() == 1
    assert open_pairs() == []


def test_nobody_is_sent_more_than_one_look_a_day_by_saying_no_again_and_again(amina, programme) -> None:
    others = [someone(f"Guest{number}") for number in range(3)]
    for person in others:
        enrolled(person, programme, side=1)
    enrolled(amina, programme)
    seen = []
    for step in range(6):
        with travelled(step * timedelta(hours=9)):
            looked()
            for one in Proposal.objects.filter(state=OPEN):
                seen.append(step)
                services.answer(amina.who, proposal_id=one.id, yes=False)
    # Hours 0, 27 and then not before 51.
    assert seen == [0, 3]


def changes(person: Someone, radius: int) -> None:
    mine = Enrolment.objects.get(person_id=person.id)
    enrolments.save(person.who, enrolment_id=mine.id, radius_km=radius)


def left_out(programme: Programme) -> set:
    everybody = running.read(programme.id)
    seen, _ = between.may_be_looked_at(programme.id, everybody)
    return {row["person_id"] for row in everybody.rows} - {row["person_id"] for row in seen.rows}


def after(delta: timedelta, act: Callable[[], object]) -> object:
    with travelled(delta):
        return act()


def test_wishes_changed_again_after_a_look_wait_for_a_day(amina, programme) -> None:
    enrolled(amina, programme)
    looked()
    minute = timedelta(minutes=1)
    after(1 * minute, lambda: changes(amina, 5))
    after(2 * minute, lambda: changes(amina, 10))
    assert after(3 * minute, lambda: left_out(programme)) == set(), "changes in one go are one change"
    assert after(12 * minute, looked) == 1
    assert after(13 * minute, lambda: left_out(programme)) == set(), "the same wishes are looked at again"
    after(14 * minute, lambda: changes(amina, 20))
    assert after(15 * minute, lambda: left_out(programme)) == {amina.id}
    day = timedelta(days=1)
    assert after(11 * minute + day, lambda: left_out(programme)) == {amina.id}
    assert after(13 * minute + day, lambda: left_out(programme)) == set()


def test_who_had_to_wait_is_looked_at_when_the_day_is_over(amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1, times=1 << 3)
    looked()
    minute = timedelta(minutes=1)
    after(1 * minute, lambda: changes(amina, 5))
    assert after(12 * minute, looked) == 1

    def fits() -> None:
        changes(amina, 10)
        mine = Enrolment.objects.get(person_id=bo.id)
        enrolments.save(bo.who, enrolment_id=mine.id, times=1 << 5)

    after(13 * minute, fits)
    assert after(23 * minute, looked) == 1
    assert open_pairs() == []
    last = Round.objects.filter(kind=BETWEEN).latest("asked_at")
    assert last.again_at is not None
    assert after(timedelta(hours=20), looked) == 0
    assert after(timedelta(days=1, minutes=13), looked) == 1
    assert open_pairs() == [{amina.id, bo.id}]


def test_a_full_round_takes_the_place_of_a_look_and_looks_at_everybody(eli, amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    look = rounds.ask(programme.id, kind=BETWEEN)
    full = rounds.start_round(eli.who, programme_id=programme.id)
    look.refresh_from_db()
    assert (look.state, full.kind, full.number) == (Round.State.STOPPED, Round.Kind.FULL, 1)
    assert rounds.ask(programme.id, kind=BETWEEN).id == full.id
    assert run_round(look.id).state == Round.State.STOPPED
    assert run_round(full.id).state == Round.State.DONE
    assert open_pairs() == [{amina.id, bo.id}]


def test_a_due_round_waits_for_a_look_that_is_just_writing(eli, amina) -> None:
    weekly = a_programme(eli, slug="weekly", round_every_days=7)
    look = rounds.ask(weekly.id, kind=BETWEEN)
    Round.objects.update(state="running", stage="writing", heard_at=now() + timedelta(days=8))
    with travelled(timedelta(days=7, minutes=1)):
        rounds.start_due()
        assert not Round.objects.filter(kind=Round.Kind.FULL).exists()
        Round.objects.update(state="done")
        rounds.start_due()
        assert Round.objects.filter(kind=Round.Kind.FULL).count() == 1
    assert look.kind == BETWEEN


def test_failed_looks_are_told_once_a_day(eli, amina, programme, monkeypatch) -> None:
    enrolled(amina, programme)
    monkeypatch.setattr(fitting, "choose", lambda *_, **__: 1 // 0)
    for minutes in (0, 11, 22):
        with travelled(timedelta(minutes=minutes)):
            changes(amina, 5)
            with pytest.raises(ZeroDivisionError):
                looked()
    assert Round.objects.filter(kind=BETWEEN, state="failed").count() == 3
    assert Notice.objects.filter(kind="round.failed").count() == 1


def test_looks_that_found_nobody_are_forgotten(amina, bo, programme) -> None:
    enrolled(amina, programme)
    looked()
    with travelled(PAUSE):
        enrolled(bo, programme, side=1)
        looked()
    a_round(programme)
    with travelled(timedelta(days=8)):
        tasks.every_night()
    assert Round.objects.filter(kind=BETWEEN).count() == 1
    assert Round.objects.filter(kind=Round.Kind.FULL).count() == 1


def test_the_rounds_page_lists_them_apart_with_a_day_and_no_hour(eli, amina, bo, programme) -> None:
    browser, page = eli.browser(), f"/p/{programme.slug}/rounds/"
    assert "There was none yet." in browser.get(page).content.decode()
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    looked()
    listed = browser.get(page).content.decode()
    assert "A look between rounds" in listed
    assert "for those who had a free place" in listed
    assert "There was no round yet." in listed
    one = browser.get(f"/rounds/{Round.objects.get().id}/").content.decode()
    assert "changed no pair" in one
    assert "Started" not in one
    Programme.objects.update(between_rounds=False)
    assert "switched off" in browser.get(page).content.decode()


def test_a_member_reads_that_there_are_looks(amina, programme) -> None:
    enrolled(amina, programme)
    page = f"/p/{programme.slug}/waiting/"
    assert "We also look between rounds." in amina.browser().get(page).content.decode()
    Programme.objects.update(between_rounds=False)
    assert "We also look between rounds." not in amina.browser().get(page).content.decode()


def test_the_clock_asks_two_questions_a_programme(programme, amina, django_assert_max_num_queries) -> None:
    enrolled(amina, programme)
    with travelled(A_MOMENT):
        looked()
    with travelled(A_MOMENT + PAUSE), django_assert_max_num_queries(4):
        assert between.due() == []
