"""What the database itself refuses, whatever the program says."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from tests.cast import Someone, someone

from bothways.core.clock.api import now
from bothways.core.walls import api as walls
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match.models import Answer, NotAgain, Part, Proposal, Round
from bothways.match.rounds import ask, stop_round
from bothways.match.services import answer
from bothways.match.tests.factory import accepted
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def refused():
    return pytest.raises(IntegrityError)


def said(someone: Someone, proposal: Proposal, **changes: object) -> None:
    values = {"person_id": someone.id, "entry_id": someone.who.entry_id, "yes": True, "at": now()} | changes
    with transaction.atomic():
        Answer.objects.create(proposal=proposal, **values)


def test_an_answer_names_a_session_of_its_own_person(amina, bo, proposal) -> None:
    with refused():
        said(amina, proposal, entry_id=bo.who.entry_id)


def test_only_the_two_answer(dara, eli, proposal) -> None:
    for other in (dara, eli):
        with refused():
            said(other, proposal)


def test_a_no_is_never_stored(amina, proposal) -> None:
    with refused():
        said(amina, proposal, yes=False)


def test_an_answer_is_given_once_and_never_changed(amina, bo, proposal) -> None:
    said(amina, proposal)
    with refused():
        said(amina, proposal)
    with refused(), transaction.atomic():
        Answer.objects.update(person_id=bo.id)


@pytest.mark.parametrize("yeses", [0, 1])
def test_a_proposal_is_made_by_two_yeses_only(amina, proposal, yeses) -> None:
    if yeses:
        said(amina, proposal)
    with refused(), transaction.atomic():
        Proposal.objects.update(state="made")


def test_a_closed_proposal_stays_closed(amina, bo, proposal) -> None:
    answer(amina.who, proposal_id=proposal.id, yes=False)
    for state in ("open", "made"):
        with refused(), transaction.atomic():
            Proposal.objects.update(state=state)
    with refused():
        said(bo, proposal)


def test_a_made_proposal_does_not_open_again(amina, bo, programme) -> None:
    accepted(amina, bo, programme)
    with refused(), transaction.atomic():
        Proposal.objects.update(state="open")


def test_the_people_of_a_proposal_never_change(amina, bo, dara, chen, proposal, programme) -> None:
    other = enrolled(chen, programme)
    for change in (
        {"left_person": dara.id},
        {"right_person": dara.id},
        {"left_id": other.id},
        {"right_id": other.id},
        {"programme_id": dara.id},
    ):
        with refused(), transaction.atomic():
            Proposal.objects.update(**change)
    Proposal.objects.update(state="closed")
    Proposal.objects.update(left_person=None, right_person=None)
    with refused(), transaction.atomic():
        Proposal.objects.update(left_person=amina.id)


def test_a_proposal_begins_open_between_members_of_its_programme(
    amina, bo, dara, chen, proposal, programme
) -> None:
    mine, theirs = enrolled(chen, programme), Enrolment.objects.get(person_id=bo.id)
    values = {
        "round": proposal.round,
        "programme_id": programme.id,
        "left": mine,
        "right": theirs,
        "left_person": chen.id,
        "right_person": bo.id,
        "made_at": now(),
        "expires_at": now(),
    }
    for wrong in ({"state": "made"}, {"left_person": dara.id}, {"right": None}, {"programme_id": dara.id}):
        with refused(), transaction.atomic():
            Proposal.objects.create(**values | wrong)
    Proposal.objects.create(**values)


def test_an_open_proposal_that_loses_an_enrolment_is_closed_by_the_database(amina, bo, proposal) -> None:
    said(amina, proposal)
    Proposal.objects.update(right=None)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.CLOSED
    assert not Answer.objects.exists()


def test_not_again_is_said_once_for_two_people(amina, bo, programme) -> None:
    low, high = sorted([amina.id, bo.id])
    NotAgain.objects.create(programme_id=programme.id, low_person=low, high_person=high)
    for pair in ((low, high), (high, low), (low, low)):
        with refused(), transaction.atomic():
            NotAgain.objects.create(programme_id=programme.id, low_person=pair[0], high_person=pair[1])


def test_a_round_that_is_over_stays_as_it_is(proposal) -> None:
    for change in ({"state": "queued"}, {"checked": False}, {"number": 9}, {"whole": False}):
        with refused(), transaction.atomic():
            Round.objects.filter(id=proposal.round_id).update(**change)


@pytest.fixture
def queued(programme) -> Round:
    return ask(programme.id)


def moved(**change: object) -> int:
    """How many rounds the one who is inside can change so; a refusal is none."""
    try:
        with transaction.atomic():
            return Round.objects.update(**change)
    except (IntegrityError, ProgrammingError):
        return 0


def test_people_stop_their_programmes_rounds_and_change_nothing_else(eli, amina, queued) -> None:
    hana = someone("Hana")
    a_programme(hana, slug="elsewhere")
    enrolled(amina, queued.programme)
    for other in (amina, hana):
        with walls.acting_with(other.who.token):
            assert moved(state="stopped") == 0
    with walls.visiting():
        assert moved(state="stopped") == 0
    with walls.acting_with(eli.who.token):
        for change in (
            {"state": "done"},
            {"state": "running"},
            {"checked": True},
            {"attempts": 9},
            {"heard_at": now()},
            {"kind": "between"},
        ):
            assert moved(**change) == 0, change
        assert moved(state="stopped", stage="stopped", finished_at=now()) == 1


def test_only_its_coordinators_and_jobs_ask_for_a_round(eli, amina, programme) -> None:
    enrolled(amina, programme)

    def asked() -> bool:
        try:
            with transaction.atomic():
                Round.objects.create(programme=programme, number=7, asked_at=now(), heard_at=now())
                transaction.set_rollback(True)
        except ProgrammingError:
            return False
        return True

    may = {}
    for name, inside in {
        "amina": walls.acting_with(amina.who.token),
        "nobody": walls.visiting(),
        "eli": walls.acting_with(eli.who.token),
        "job": walls.working(),
    }.items():
        with inside:
            may[name] = asked()
    assert may == {"amina": False, "nobody": False, "eli": True, "job": True}


def test_the_working_data_of_a_round_are_jobs_alone(eli, amina, queued) -> None:
    Part.objects.create(round=queued, number=0, content=b"rows")
    for inside in (walls.acting_with(eli.who.token), walls.acting_with(amina.who.token), walls.visiting()):
        with inside, pytest.raises(ProgrammingError), transaction.atomic():
            list(Part.objects.all())
    with walls.working():
        assert Part.objects.count() == 1
        for fixed in ({"first": 3}, {"turn": 3}):
            with pytest.raises(ProgrammingError), transaction.atomic():
                Part.objects.update(**fixed)
        # A pass of pricing: written and taken away again by jobs.
        Part.objects.create(round=queued, turn=1, number=1)
        assert Part.objects.filter(turn=1).update(content=b"pairs", pairs=2) == 1
        Part.objects.filter(turn=1).delete()
        Part.objects.create(round=queued, turn=2, number=0, content=b"prices")
    with walls.acting_with(eli.who.token):
        stop_round(eli.who, round_id=queued.id)
    assert not Part.objects.exists()


def test_jobs_forget_looks_that_are_over_and_no_rounds(programme) -> None:
    over = {"programme": programme, "asked_at": now(), "heard_at": now(), "state": "done"}
    Round.objects.create(number=1, **over)
    look = Round.objects.create(number=1, kind="between", **over)
    Round.objects.create(number=2, kind="between", **over | {"state": "queued"})
    with walls.working(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM match_round")
        assert cursor.rowcount == 1
    assert not Round.objects.filter(id=look.id).exists()
