"""Stopping a round: who may, until when, and that whoever is first, worker or coordinator, ends it well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.cast import Someone, someone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.core.outbox.models import Notice
from bothways.enrol.tests.factory import enrolled
from bothways.match import pairing, rounds, writing
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.running import SILENCE, run_round
from bothways.match.tests.factory import a_round
from bothways.match.tests.test_races import Race
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
OPEN = Proposal.State.OPEN


@pytest.fixture
def race(monkeypatch) -> Race:
    return Race(monkeypatch)


@pytest.fixture
def queued(amina, bo, programme) -> Round:
    """A round that would find Amina and Bo."""
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    return rounds.ask(programme.id)


def stops(eli: Someone, one: Round) -> str:
    return rounds.stop_round(eli.who, round_id=one.id).state


def test_only_its_coordinators(eli, amina, dara, queued) -> None:
    hana = someone("Hana")
    a_programme(hana, slug="elsewhere")
    with pytest.raises(PermissionDenied):
        rounds.stop_round(amina.who, round_id=queued.id)
    for outside in (dara, hana):
        with pytest.raises(Http404):
            rounds.stop_round(outside.who, round_id=queued.id)
    end_entry(eli.who)
    with pytest.raises(NotSignedIn):
        rounds.stop_round(eli.who, round_id=queued.id)
    assert Round.objects.get().state == Round.State.QUEUED


def test_nothing_is_proposed_and_nobody_is_told(eli, queued, programme) -> None:
    notices = Notice.objects.count()
    assert stops(eli, queued) == Round.State.STOPPED
    assert run_round(queued.id).state == Round.State.STOPPED
    assert not Proposal.objects.exists()
    assert not LeftOver.objects.exists()
    assert Notice.objects.count() == notices
    event = Event.objects.get(kind="round.stopped")
    assert (event.object_id, event.person_id, event.programme_id) == (queued.id, eli.id, programme.id)


def test_twice_is_once(eli, queued) -> None:
    assert [stops(eli, queued) for _ in range(2)] == [Round.State.STOPPED] * 2
    assert Event.objects.filter(kind="round.stopped").count() == 1


def test_another_can_be_asked_for_at_once(eli, queued, programme) -> None:
    stops(eli, queued)
    again = rounds.start_round(eli.who, programme_id=programme.id)
    assert (again.number, run_round(again.id).state) == (2, Round.State.DONE)
    assert Proposal.objects.filter(state=OPEN).count() == 1


def test_what_is_over_or_just_writing_cannot_be_stopped(eli, queued, programme) -> None:
    Round.objects.update(state="running", stage="writing")
    with pytest.raises(Refused):
        stops(eli, queued)
    Round.objects.update(state="queued", stage="queued")
    run_round(queued.id)
    with pytest.raises(Refused):
        stops(eli, queued)
    assert Proposal.objects.filter(state=OPEN).count() == 1


def test_a_round_whose_worker_died_writing_can_be_stopped_once_it_waits_again(eli, queued) -> None:
    Round.objects.update(state="running", stage="writing", attempts=1)
    with travelled(SILENCE + timedelta(seconds=1)):
        assert rounds.rescue() == 1
    queued.refresh_from_db()
    assert (queued.stage, queued.progress) == ("queued", 0)
    assert stops(eli, queued) == Round.State.STOPPED


@pytest.mark.parametrize("stage", ["listing", "solving", "checking", "explaining", "writing"])
def test_a_worker_sees_it_at_its_next_stage(eli, queued, monkeypatch, stage) -> None:
    real = Round.objects.filter(id=queued.id)
    said: list[str] = []

    def before(name: str) -> None:
        said.append(name)
        if name == stage:
            assert stops(eli, queued) == Round.State.STOPPED

    choose = pairing.choose
    monkeypatch.setattr(pairing, "choose", lambda one, reading, report: choose(one, reading, told(report)))

    def told(report):
        def also(name: str, share: float = 0.0) -> None:
            before(name)
            report(name, share)

        return also

    if stage == "writing":
        monkeypatch.setattr(writing, "_still_standing", lambda *_: pytest.fail("it writes"))
        monkeypatch.setattr(pairing, "choose", lambda *asked: (choose(*asked), before("writing"))[0])
    assert run_round(queued.id).state == Round.State.STOPPED
    assert said[-1] == stage
    assert not Proposal.objects.exists()
    assert real.get().finished_at is not None


def test_the_button_asks_first_and_then_stops(eli, queued) -> None:
    browser, page = eli.browser(), f"/rounds/{queued.id}/"
    assert f"{page}stop/" in browser.get(page).content.decode()
    asked = browser.get(f"{page}stop/").content.decode()
    assert "proposes nothing" in asked
    assert Round.objects.get().state == Round.State.QUEUED
    assert browser.post(f"{page}stop/").url == page
    after = browser.get(page).content.decode()
    assert "This round was stopped." in after
    assert f"{page}stop/" not in after
    assert browser.post(f"{page}stop/").url == page
    assert browser.get(page, headers={"HX-Request": "true"}).status_code == 286


def test_too_late_is_said(eli, queued) -> None:
    browser, page = eli.browser(), f"/rounds/{queued.id}/"
    Round.objects.update(state="running", stage="writing")
    assert f"{page}stop/" not in browser.get(page).content.decode()
    assert "too late" in browser.get(f"{page}stop/").content.decode()
    assert browser.post(f"{page}stop/").status_code == 409
    Round.objects.update(state="queued", stage="queued")
    run_round(queued.id)
    assert "nothing to stop" in browser.get(f"{page}stop/").content.decode()
    late = browser.post(f"{page}stop/")
    assert (late.status_code, "too late" in late.content.decode()) == (409, True)


@pytest.mark.django_db(transaction=True)
def test_stopped_before_it_writes(race, eli, queued) -> None:
    race.stop_at(pairing, "choose")
    late, early = race.run(late=lambda: run_round(queued.id).state, early=lambda: stops(eli, queued))
    assert (late, early) == (Round.State.STOPPED, Round.State.STOPPED)
    assert not Proposal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_too_late_while_it_writes_and_nobody_waits(race, eli, queued) -> None:
    race.stop_at(writing, "_still_standing")
    late, early = race.run(late=lambda: run_round(queued.id).state, early=lambda: stops(eli, queued))
    assert isinstance(early, Refused)
    assert late == Round.State.DONE
    assert Proposal.objects.filter(state=OPEN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_stop_it_once(race, eli, queued) -> None:
    race.stop_at(rounds, "coordinated_round")
    assert race.run(late=lambda: stops(eli, queued), early=lambda: stops(eli, queued)) == (
        Round.State.STOPPED,
        Round.State.STOPPED,
    )
    assert Event.objects.filter(kind="round.stopped").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_live_workers_round_is_not_taken_from_it_however_long_it_is_silent(race, queued) -> None:
    race.stop_at(pairing, "choose")

    def much_later() -> tuple[int, str]:
        with travelled(SILENCE * 3):
            return rounds.rescue(), run_round(queued.id).state

    late, early = race.run(late=lambda: run_round(queued.id).state, early=much_later)
    assert (late, early) == (Round.State.DONE, (0, Round.State.RUNNING))
    assert Round.objects.get().attempts == 1


def test_rounds_after_a_stopped_one_are_planned_as_before(eli, programme: Programme) -> None:
    stops(eli, rounds.ask(programme.id))
    assert a_round(programme).state == Round.State.DONE
