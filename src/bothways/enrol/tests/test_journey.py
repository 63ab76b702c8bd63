"""From the first answer to being a member, changing one's mind, and away again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.registry import api as registry
from bothways.enrol import api as enrol
from bothways.enrol.models import Consent, Enrolment
from bothways.enrol.tests.factory import drafted, enrolled, sent
from bothways.programme import api as programmes
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def kinds_of(enrolment: Enrolment) -> list[str]:
    return list(Event.objects.filter(object_id=enrolment.pk).order_by("id").values_list("kind", flat=True))


def test_sent_then_a_day_then_confirmed(amina, programme) -> None:
    enrolment = sent(amina, programme)
    assert enrolment.state == Enrolment.State.WAITING
    with pytest.raises(Refused, match="too early"):
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    with travelled(DAY + timedelta(minutes=1)):
        moment = now()
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ACTIVE
    assert enrolment.waiting_since >= moment
    assert [row["id"] for row in enrol.pool(programme.pk)] == [enrolment.pk]


def test_the_refusal_names_the_time(amina, programme) -> None:
    enrolment = sent(amina, programme)
    with pytest.raises(Refused) as refusal:
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    assert str(enrolment.confirm_from.year) in str(refusal.value.words)


def test_starting_twice_goes_on_with_the_same(amina, programme) -> None:
    first = enrol.start(amina.who, programme=programme)
    assert enrol.start(amina.who, programme=programme) == first
    assert kinds_of(first) == ["enrolment.started"]


def test_a_closed_programme_takes_nobody_new_but_keeps_what_was_begun(amina, bo, eli, programme) -> None:
    begun = drafted(amina, programme)
    programmes.close(eli.who, programme_id=programme.pk)
    programme.refresh_from_db()
    with pytest.raises(Refused):
        enrol.start(bo.who, programme=programme)
    assert enrol.start(amina.who, programme=programme) == begun
    enrol.save(amina.who, enrolment_id=begun.pk, radius_km=5)
    with pytest.raises(Refused, match="kept"):
        enrol.send(amina.who, enrolment_id=begun.pk)


def test_the_one_side_of_an_exchange_is_chosen_already(amina, eli) -> None:
    exchange = a_programme(eli, kind="exchange", slug="tandem")
    enrolment = enrol.start(amina.who, programme=exchange)
    assert enrolment.side.number == 0


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"times": 0}, "time of the week"),
        ({"modes": 0}, "way to meet"),
        ({"speak": []}, "languages"),
    ],
)
def test_an_incomplete_enrolment_is_not_sent(amina, programme, answers, sentence) -> None:
    enrolment = drafted(amina, programme, **answers)
    with pytest.raises(Refused, match=sentence):
        enrol.send(amina.who, enrolment_id=enrolment.pk)


def test_who_only_writes_letters_needs_no_times(amina, programme) -> None:
    assert sent(amina, programme, times=0, modes=8).state == Enrolment.State.WAITING


def test_an_empty_draft_lacks_the_side_first(amina, programme) -> None:
    enrolment = enrol.start(amina.who, programme=programme)
    with pytest.raises(Refused, match="what you would like to do"):
        enrol.send(amina.who, enrolment_id=enrolment.pk)


def test_in_an_exchange_one_learns_something(amina, eli) -> None:
    exchange = a_programme(eli, kind="exchange", slug="tandem")
    with pytest.raises(Refused, match="languages"):
        sent(amina, exchange, learn=[])
    assert sent(amina, exchange, learn=[6]).state == Enrolment.State.WAITING


@pytest.mark.parametrize(
    "answers",
    [
        {"side": 2},
        {"side": "0"},
        {"side": True},
        {"area": 2**70},
        {"area": None},
        {"radius_km": 7},
        {"speak": [-1]},
        {"speak": [2, 3]},
        {"speak": [9_999_999]},
        {"speak": [number * 4 for number in range(20)]},
        {"times": 1 << 21},
        {"times": -1},
        {"modes": 16},
        {"interests": 1 << 60},
        {"needs": 1 << 20},
        {"needs": 0b11000},
        {"facts": 1 << 20},
        {"capacity": 0},
        {"capacity": 2},
        {"capacity": 1.5},
    ],
)
def test_what_the_programme_does_not_offer_is_refused(amina, programme, answers) -> None:
    enrolment = drafted(amina, programme)
    with pytest.raises(Refused):
        enrol.save(amina.who, enrolment_id=enrolment.pk, **answers)


def test_an_area_of_another_programme_or_a_region_is_refused(amina, eli, programme) -> None:
    elsewhere = a_programme(eli, slug="elsewhere")
    enrolment = drafted(amina, programme)
    region = next(area for area in programmes.areas(programme.pk) if area.lat_e5 is None)
    for area in (programmes.leaves(elsewhere.pk)[0], region):
        with pytest.raises(Refused):
            enrol.save(amina.who, enrolment_id=enrolment.pk, area=area)


def test_an_answer_by_an_unknown_name_is_a_mistake_of_the_caller(amina, programme) -> None:
    enrolment = drafted(amina, programme)
    with pytest.raises(TypeError, match="state"):
        enrol.save(amina.who, enrolment_id=enrolment.pk, state="active")


def test_a_member_changes_answers_but_stays_complete(amina, programme) -> None:
    enrolment = enrolled(amina, programme)
    enrol.save(amina.who, enrolment_id=enrolment.pk, radius_km=50)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.radius_km) == ("active", 50)
    with pytest.raises(Refused):
        enrol.save(amina.who, enrolment_id=enrolment.pk, modes=0)
    with pytest.raises(Refused, match="withdraw"):
        enrol.save(amina.who, enrolment_id=enrolment.pk, side=1)
    enrolment.refresh_from_db()
    assert enrolment.modes == 1


def test_another_side_brings_its_own_number_of_partners(amina, eli, programme) -> None:
    sides = [
        programmes.SideWords(number=0, name="Offers", about="", max_capacity=3),
        programmes.SideWords(number=1, name="Likes", about="", max_capacity=1),
    ]
    programmes.set_sides(eli.who, programme_id=programme.pk, sides=sides)
    enrolment = drafted(amina, programme, capacity=3)
    assert enrolment.capacity == 3
    assert enrol.save(amina.who, enrolment_id=enrolment.pk, side=1).capacity == 1


def test_a_pause_keeps_the_wait_before_it_and_does_not_count(amina, programme) -> None:
    enrolment = enrolled(amina, programme)
    began = enrolment.waiting_since
    with travelled(DAY):
        enrol.pause(amina.who, enrolment_id=enrolment.pk)
        enrol.pause(amina.who, enrolment_id=enrolment.pk)
        assert enrol.pool(programme.pk) == []
    with travelled(3 * DAY):
        enrol.resume(amina.who, enrolment_id=enrolment.pk)
        enrol.resume(amina.who, enrolment_id=enrolment.pk)
    (row,) = enrol.pool(programme.pk)
    assert abs(row["waiting_since"] - (began + 2 * DAY)) < timedelta(minutes=1)
    assert kinds_of(enrolment).count("enrolment.paused") == 1
    assert kinds_of(enrolment).count("enrolment.resumed") == 1


def test_nothing_to_pause_or_resume_before_one_is_a_member(amina, programme) -> None:
    enrolment = sent(amina, programme)
    with pytest.raises(Refused):
        enrol.pause(amina.who, enrolment_id=enrolment.pk)
    with pytest.raises(Refused):
        enrol.resume(amina.who, enrolment_id=enrolment.pk)
    draft = drafted(amina, a_programme(amina, slug="second"))
    with pytest.raises(Refused):
        enrol.confirm(amina.who, enrolment_id=draft.pk)


def test_doing_it_twice_does_it_once(amina, programme) -> None:
    enrolment = sent(amina, programme)
    enrol.send(amina.who, enrolment_id=enrolment.pk)
    with travelled(2 * DAY):
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    kinds = kinds_of(enrolment)
    assert kinds.count("enrolment.sent") == 1
    assert kinds.count("enrolment.confirmed") == kinds.count("enrolment.active") == 1


def test_withdrawing_deletes_and_tells_the_rooms_above_first(amina, programme, monkeypatch) -> None:
    enrolment = enrolled(amina, programme)
    heard = []

    def handler(**about) -> None:
        assert Enrolment.objects.filter(pk=about["enrolment_id"]).exists()
        heard.append(about)

    monkeypatch.setitem(registry._handlers, "enrolment.withdrawn", {"test": handler})
    enrol.withdraw(amina.who, enrolment_id=enrolment.pk)
    enrol.withdraw(amina.who, enrolment_id=enrolment.pk)
    about = {"enrolment_id": enrolment.pk, "person_id": amina.id, "programme_id": programme.pk}
    assert heard == [about]
    assert not Enrolment.objects.exists()
    assert not Consent.objects.exists()
    assert enrol.start(amina.who, programme=programme).pk != enrolment.pk


def test_if_a_room_above_fails_nothing_is_withdrawn(amina, programme, monkeypatch) -> None:
    enrolment = enrolled(amina, programme)

    def broken(**about) -> None:
        raise RuntimeError

    monkeypatch.setitem(registry._handlers, "enrolment.withdrawn", {"test": broken})
    with pytest.raises(RuntimeError):
        enrol.withdraw(amina.who, enrolment_id=enrolment.pk)
    assert Enrolment.objects.get().pk == enrolment.pk


def test_nobody_touches_the_enrolment_of_another(amina, bo, programme) -> None:
    enrolment = enrolled(amina, programme)
    calls = [
        lambda: enrol.save(bo.who, enrolment_id=enrolment.pk, radius_km=5),
        lambda: enrol.consent(bo.who, enrolment_id=enrolment.pk, answers={"match": False}),
        lambda: enrol.send(bo.who, enrolment_id=enrolment.pk),
        lambda: enrol.confirm(bo.who, enrolment_id=enrolment.pk),
        lambda: enrol.pause(bo.who, enrolment_id=enrolment.pk),
        lambda: enrol.resume(bo.who, enrolment_id=enrolment.pk),
        lambda: enrol.withdraw(bo.who, enrolment_id=enrolment.pk),
    ]
    for call in calls:
        with pytest.raises(Http404):
            call()
    assert enrol.of_person(bo.who) == []
    assert enrol.of_person(amina.who) == [enrolment]


def test_an_ended_session_writes_nothing(amina, programme) -> None:
    enrolment = drafted(amina, programme)
    identity.end_all_entries(amina.id)
    calls = [
        lambda: enrol.start(amina.who, programme=programme),
        lambda: enrol.save(amina.who, enrolment_id=enrolment.pk, radius_km=5),
        lambda: enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"match": True}),
        lambda: enrol.send(amina.who, enrolment_id=enrolment.pk),
        lambda: enrol.withdraw(amina.who, enrolment_id=enrolment.pk),
    ]
    for call in calls:
        with pytest.raises(identity.NotSignedIn):
            call()
