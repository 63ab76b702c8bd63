"""Who may publish, read, change and call off; who may answer, for whom when; what the database refuses."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, transaction
from django.http import Http404
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn
from bothways.core.registry import api as registry
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.tests.factory import drafted, enrolled, sent
from bothways.gather import access, answers, services
from bothways.gather.models import Gathering, Guest
from bothways.gather.tests.conftest import changed, published, soon
from bothways.people import api as people
from bothways.programme import services as programmes

pytestmark = pytest.mark.django_db


def comes(person, one, coming: bool = True) -> None:
    answers.say_coming(person.who, gathering_id=one.id, coming=coming)


def was_there(person, one, attended: bool = True) -> None:
    answers.say_attended(person.who, gathering_id=one.id, attended=attended)


def said(person, one) -> tuple[bool, bool] | None:
    return Guest.objects.filter(person_id=person.id, gathering=one).values_list("coming", "attended").first()


def kinds(person) -> list[str]:
    rows = Event.objects.filter(person_id=person.id, kind__startswith="gathering.").order_by("id")
    return list(rows.values_list("kind", flat=True))


def enrolment_of(person) -> uuid.UUID:
    return enrol.of_person(person.who)[0].id


def attending(one) -> int:
    """As the published figures count it, from the log alone."""
    last: dict[uuid.UUID, str] = {}
    rows = Event.objects.filter(object_id=one.id, kind__in=["gathering.attended", "gathering.not_attended"])
    for person_id, kind in rows.order_by("id").values_list("person_id", "kind"):
        last[person_id] = kind
    return sum(kind == "gathering.attended" for kind in last.values())


def test_who_publishes_and_who_does_not(amina, dara, eli, fatima, gul, programme) -> None:
    for other in (amina, dara, fatima, gul):
        with pytest.raises(PermissionDenied):
            published(other, programme)
    published(eli, programme)
    assert kinds(eli) == ["gathering.published"]
    programmes.close(eli.who, programme_id=programme.id)
    with pytest.raises(Refused, match="closed"):
        published(eli, programme)
    assert Gathering.objects.count() == 1


def test_the_same_form_sent_twice_is_one_gathering(eli, fatima, gul, programme) -> None:
    mark = uuid.uuid4()
    first = published(eli, programme, gathering_id=mark)
    assert published(eli, programme, gathering_id=mark, title="Other") == first
    assert Gathering.objects.get().title == "Soup and games"
    theirs = enrol.of_person(gul.who)[0].programme
    with pytest.raises(Http404):
        published(fatima, theirs, gathering_id=mark)


def test_who_reads_one(amina, dara, eli, fatima, gul, programme) -> None:
    one = published(eli, programme)
    for reader in (amina, eli):
        assert access.open_gathering(reader.who, one.id)[0] == one
        with walls.acting_with(reader.who.token):
            assert Gathering.objects.get() == one
    for stranger in (dara, fatima, gul):
        with pytest.raises(Http404):
            access.open_gathering(stranger.who, one.id)
        with pytest.raises(Http404):
            access.reader_of(stranger.who, programme.slug)
        with walls.acting_with(stranger.who.token):
            assert not Gathering.objects.exists()
    for nobody in (walls.visiting, walls.at_the_door):
        with nobody():
            assert not Gathering.objects.exists()


def test_an_enrolment_that_is_not_confirmed_reads_nothing(dara, eli, programme) -> None:
    """Anybody can begin one, and would read places and times where newcomers gather."""
    one = published(eli, programme)
    hana, ivo = someone("Hana"), someone("Ivo")
    drafted(hana, programme)
    sent(ivo, programme)
    for other in (hana, ivo, dara):
        with pytest.raises(Http404):
            access.open_gathering(other.who, one.id)
        with pytest.raises(Http404):
            comes(other, one)
        with walls.acting_with(other.who.token):
            assert not Gathering.objects.exists()


def test_who_pauses_is_still_a_member(amina, eli, programme) -> None:
    one = published(eli, programme)
    enrol.pause(amina.who, enrolment_id=enrolment_of(amina))
    with walls.acting_with(amina.who.token):
        comes(amina, one)
    assert said(amina, one) == (True, False)


def test_who_changes_and_calls_off(amina, dara, eli, fatima, gul, programme) -> None:
    one = published(eli, programme)
    for other, fault in ((amina, PermissionDenied), (dara, Http404), (fatima, Http404), (gul, Http404)):
        with pytest.raises(fault):
            changed(other, one, title="Mine")
        with pytest.raises(fault):
            services.call_off(other.who, gathering_id=one.id)
        with walls.acting_with(other.who.token):
            assert Gathering.objects.filter(id=one.id).update(title="Mine") == 0
    with walls.acting_with(eli.who.token):
        assert changed(eli, one, title="Bread and games").sequence == 1
        for _twice in range(2):
            services.call_off(eli.who, gathering_id=one.id)
    with pytest.raises(Refused, match="called off"):
        changed(eli, one, title="Again")
    assert kinds(eli) == ["gathering.published", "gathering.changed", "gathering.cancelled"]


def test_who_saw_it_as_it_was_is_told_that_it_changed(eli, programme) -> None:
    one = published(eli, programme)
    changed(eli, one, place="The school")
    with pytest.raises(Refused, match="in the meantime"):
        changed(eli, one, place="The library")
    # What already is as wanted is no change, whoever saw what.
    assert changed(eli, one, place="The school").sequence == 1
    assert Gathering.objects.get().place == "The school"


@pytest.mark.parametrize(
    "odd",
    [
        {"starts_at": now() - timedelta(minutes=1)},
        {"starts_at": now() + timedelta(days=367)},
        {"minutes": 0},
        {"minutes": 14},
        {"minutes": 721},
        {"title": " \n"},
        {"title": "x" * 81},
        {"place": ""},
        {"place": "x" * 201},
        {"words": "x" * 2001},
    ],
)
def test_what_does_not_fit_is_refused(eli, programme, odd) -> None:
    one = published(eli, programme)
    with pytest.raises(Refused):
        published(eli, programme, **odd)
    with pytest.raises(Refused):
        changed(eli, one, **odd)
    assert Gathering.objects.get().sequence == 0


def test_there_are_not_more_than_so_many(eli, programme, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_COMING", 1)
    one = published(eli, programme)
    with pytest.raises(Refused, match="very many"):
        published(eli, programme)
    services.call_off(eli.who, gathering_id=one.id)
    published(eli, programme)


def test_coming_and_not_coming_as_often_as_one_likes(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    with walls.acting_with(amina.who.token):
        comes(amina, one, False)
        for _twice in range(2):
            comes(amina, one)
        comes(amina, one, False)
        comes(amina, one)
    comes(bo, one)
    assert said(amina, one) == said(bo, one) == (True, False)
    assert kinds(amina) == ["gathering.coming", "gathering.not_coming", "gathering.coming"]
    comes(amina, one, False)
    assert said(amina, one) is None
    with travelled(timedelta(days=5)):
        for coming in (True, False):
            with pytest.raises(Refused, match="has begun"):
                comes(bo, one, coming)
    assert said(bo, one) == (True, False)


def test_who_was_there_says_so_within_two_weeks(amina, bo, eli, programme, past) -> None:
    one = published(eli, programme)
    comes(amina, one)
    with pytest.raises(Refused, match="not begun"):
        was_there(amina, one)
    with travelled(one.starts_at - now() + timedelta(minutes=1)):
        for person in (amina, bo):
            with walls.acting_with(person.who.token):
                was_there(person, one)
                was_there(person, one)
        assert said(amina, one) == (True, True) and said(bo, one) == (False, True)
        assert attending(one) == 2
    with travelled(one.starts_at - now() + timedelta(days=13)):
        was_there(amina, one, False)
        was_there(bo, one, False)
        was_there(bo, one, False)
        assert said(amina, one) == (True, False) and said(bo, one) is None
        assert attending(one) == 0
    late = one.starts_at - now() + timedelta(days=14, minutes=1)
    with travelled(late), pytest.raises(Refused, match="two weeks"):
        was_there(amina, one)
    assert kinds(bo) == ["gathering.attended", "gathering.not_attended"]


def test_what_was_called_off_takes_no_answer(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    services.call_off(eli.who, gathering_id=one.id)
    for coming in (True, False):
        with pytest.raises(Refused, match="called off"):
            comes(amina, one, coming)
    with travelled(timedelta(days=6)), pytest.raises(Refused, match="called off"):
        was_there(amina, one)


def test_nobody_answers_but_members_for_themselves(
    amina, bo, dara, eli, fatima, gul, programme, past
) -> None:
    one, before = published(eli, programme), past()
    for other, fault in ((eli, PermissionDenied), (dara, Http404), (fatima, Http404), (gul, Http404)):
        with pytest.raises(fault):
            comes(other, one)
        with pytest.raises(fault):
            was_there(other, before)
    hers = enrolment_of(amina)
    for forger in (bo, dara, eli, gul):
        for person_id in (amina.id, forger.id):
            row = {"gathering": one, "enrolment_id": hers, "person_id": person_id, "coming": True}
            with pytest.raises(Error), transaction.atomic(), walls.acting_with(forger.who.token):
                Guest.objects.create(**row)
    elsewhere = {"gathering": one, "enrolment_id": enrolment_of(gul), "person_id": gul.id, "coming": True}
    with pytest.raises(Error), transaction.atomic(), walls.acting_with(gul.who.token):
        Guest.objects.create(**elsewhere)
    with pytest.raises(Error), transaction.atomic(), walls.working():
        Guest.objects.create(gathering=one, enrolment_id=hers, person_id=amina.id, coming=True)
    assert not Guest.objects.exists()


def test_nobody_else_reads_or_changes_an_answer(amina, bo, dara, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    for other in (bo, dara, eli):
        with walls.acting_with(other.who.token):
            assert not Guest.objects.exists()
            assert Guest.objects.update(coming=False, attended=True) == 0
            assert Guest.objects.all().delete()[0] == 0
            assert not Event.objects.filter(kind="gathering.coming").exists()
    with walls.working(), pytest.raises(Error), transaction.atomic():
        Guest.objects.update(attended=True)
    assert said(amina, one) == (True, False)


def test_a_coordinator_who_is_a_member_answers_for_themselves_alone(amina, eli, programme) -> None:
    one = published(eli, programme)
    enrolled(eli, programme)
    comes(amina, one)
    with walls.acting_with(eli.who.token):
        comes(eli, one)
        assert Guest.objects.get().person_id == eli.id


def test_what_the_database_itself_refuses(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    row = {"gathering": one, "enrolment_id": enrolment_of(amina), "person_id": amina.id}
    for bad in ({**row, "coming": True}, {**row, "person_id": eli.id, "coming": True}, row):
        with pytest.raises(IntegrityError), transaction.atomic():
            Guest.objects.create(**bad)
            # The foreign key is looked at before the transaction ends.
            transaction.get_connection().check_constraints()
    for bad in ({"minutes": 0}, {"minutes": 721}, {"title": ""}, {"place": ""}, {"expected": 20}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Gathering.objects.filter(id=one.id).update(**bad)
    services.call_off(eli.who, gathering_id=one.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gathering.objects.filter(id=one.id).update(cancelled_at=None)
    for column in ("expected_at", "made_at", "programme_id"):
        with pytest.raises(Error), transaction.atomic(), walls.acting_with(eli.who.token):
            Gathering.objects.filter(id=one.id).update(**{column: getattr(one, column) or now()})


def test_what_i_said_is_in_my_glass_box_and_in_nobody_elses(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)

    def rows(person) -> list[dict]:
        return next(s.rows for s in registry.everything(person.who) if s.key == "gatherings")

    assert rows(amina) == [
        {"title": "Soup and games", "starts_at": one.starts_at, "coming": True, "attended": False}
    ]
    assert rows(bo) == rows(eli) == []


@pytest.mark.parametrize("leaves", [False, True])
def test_leaving_takes_what_was_said_with_it(amina, bo, eli, programme, past, leaves) -> None:
    one, before = published(eli, programme), past()
    for person in (amina, bo):
        comes(person, one)
        was_there(person, before)
    hers = enrolment_of(amina)
    with walls.acting_with(amina.who.token):
        if leaves:
            people.leave(amina.who)
        else:
            enrol.withdraw(amina.who, enrolment_id=hers)
    assert set(Guest.objects.values_list("person_id", flat=True)) == {bo.id}
    for act in (comes, was_there):
        with pytest.raises(NotSignedIn if leaves else Http404):
            act(amina, before if act is was_there else one)
    assert Gathering.objects.count() == 2


def test_a_coordinator_who_leaves_leaves_no_name_behind(amina, eli, programme) -> None:
    one = published(eli, programme)
    people.leave(eli.who)
    found, _reader = access.open_gathering(amina.who, one.id)
    assert found.title == "Soup and games"
    assert not Event.objects.filter(kind="gathering.published", person_id=eli.id).exists()


def test_withdrawn_and_enrolled_again_begins_with_nothing_said(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    enrol.withdraw(amina.who, enrolment_id=enrolment_of(amina))
    enrolled(amina, programme)
    assert said(amina, one) is None
    comes(amina, one)
    assert soon(5) == one.starts_at
