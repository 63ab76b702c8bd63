"""From the event log to a release: what is counted, once, frozen, and the same after every fault."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.api import record
from bothways.core.keys import api as keys
from bothways.core.keys.models import NoiseKey
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.tests.factory import enrolled
from bothways.insight import body, counting, kept, services
from bothways.insight.making import make
from bothways.insight.models import PublishedQuarter, Release
from bothways.insight.noise import Noise
from bothways.insight.periods import Month, Quarter
from bothways.insight.services import publish, publish_due
from bothways.insight.tables import TABLES
from bothways.programme import api as programmes
from bothways.programme.services import change_area
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
EVERYBODY = Noise(bytes(32))


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    with travelled(timedelta(days=-600)):
        return a_programme(eli)


@pytest.fixture
def quarter(programme) -> Quarter:
    return Quarter.of(now(), programme.time_zone).before


def at(moment: datetime) -> Any:
    return travelled(moment - now())


def comes(name: str, programme, moment: datetime, **answers: Any) -> Someone:
    """Somebody joins at a moment of the past."""
    one = someone(name)
    with at(moment):
        enrolled(one, programme, **answers)
    return one


def happens(
    programme, moment: datetime, kind: str, one: Someone | None, thing: uuid.UUID, **numbers: int
) -> None:
    with at(moment):
        record(kind, programme_id=programme.id, person_id=one and one.id, object_id=thing, **numbers)


def meet(programme, moment: datetime, *both: Someone) -> None:
    meeting = uuid.uuid4()
    for one in both:
        happens(programme, moment, "meeting.confirmed", one, meeting)
    happens(programme, moment, "meeting.took_place", None, meeting, minutes=60)


def counted(programme, period) -> dict[tuple[str, str], int]:
    sides = [side.id for side in programmes.sides(programme.id)]
    with walls.working(), transaction.atomic():
        found = counting.count(counting.Asked(programme, period, sides), TABLES, EVERYBODY, care=True)
    return {cell: number for cell, (number, _marks) in found.items()}


def test_who_is_counted_and_where(programme, quarter) -> None:
    start, end = quarter.span(programme.time_zone)
    before = quarter.before.span(programme.time_zone)[0]
    towns = programmes.leaves(programme.id)
    day = timedelta(days=1)
    amina = comes("Amina", programme, before - 40 * day, side=0, area=towns[0])
    bo = comes("Bo", programme, before - 40 * day, side=1, area=towns[1])
    late = comes("Chen", programme, before + 40 * day, side=1, area=towns[1])
    comes("Dara", programme, start + 10 * day, side=0)
    refuses = comes("Fatima", programme, before - 40 * day, side=0)
    leaves = comes("Gul", programme, before - 40 * day, side=0)
    mine = enrol.of_person(refuses.who)[0]
    with at(end - day):
        enrol.consent(refuses.who, enrolment_id=mine.pk, answers={"figures": False})
    enrol.withdraw(leaves.who, enrolment_id=enrol.of_person(leaves.who)[0].pk)

    proposal, pair, meeting, request = (uuid.uuid4() for _ in range(4))
    for one in (amina, bo, refuses):
        happens(programme, start + 5 * day, "proposal.sent", one, proposal)
        happens(programme, start + 9 * day, "pair.joined", one, pair)
        happens(programme, end - 3 * day, "meeting.confirmed", one, meeting)
    happens(programme, start + 8 * day, "proposal.accepted", None, proposal)
    happens(programme, end - 2 * day, "meeting.took_place", None, meeting, minutes=301)
    # What a newcomer of the quarter before did then counts now; what others did then does not.
    happens(programme, start - 5 * day, "proposal.sent", late, uuid.uuid4())
    happens(programme, start - 5 * day, "proposal.sent", bo, uuid.uuid4())
    happens(programme, start + 2 * day, "request.made", bo, request, about=2)
    happens(programme, start + 12 * day, "request.resolved", bo, request)
    # Late at the end; and a second of the same kind counts no more than one.
    for kind_of in (0, 0):
        happens(programme, start + 20 * day, "request.made", late, uuid.uuid4(), about=kind_of)
    # The first moment after the quarter belongs to the next.
    happens(programme, end, "request.made", amina, uuid.uuid4(), about=4)
    happens(programme, end - timedelta(seconds=1), "request.made", amina, uuid.uuid4(), about=6)

    assert {cell: number for cell, number in counted(programme, quarter).items() if "/" not in cell[0]} == {
        ("members", str(towns[0].id)): 1,
        ("members", str(towns[1].id)): 2,
        ("waiting", "half"): 1,
        ("proposed", "pair"): 2,
        ("proposed", "open"): 1,
        ("began", ""): 2,
        ("together", "met"): 2,
        ("requests", "2"): 1,
        ("requests", "0"): 1,
        ("requests", "6"): 1,
        ("resolved", "month"): 1,
        ("resolved", "late"): 1,
        ("volunteers", "some"): 1,
    }
    # The month before last: nobody had met, and no quarter's tables are counted there.
    with walls.working(), transaction.atomic():
        made = make(programme, quarter.months[1], {})
    assert set(made.tables) == {"together"}


def test_who_practised_a_language_and_who_came_to_gatherings(programme, quarter) -> None:
    start, end = quarter.span(programme.time_zone)
    before = quarter.before.span(programme.time_zone)[0]
    day = timedelta(days=1)
    amina = comes("Amina", programme, before - 40 * day, side=0, speak=[4 * 1 + 3], learn=[])
    bo = comes("Bo", programme, before - 40 * day, side=1, speak=[4 * 2 + 3], learn=[4 * 1])
    chen = comes("Chen", programme, before - 40 * day, side=1, speak=[4 * 2 + 3], learn=[4 * 3])
    dara = comes("Dara", programme, before - 40 * day, side=1, speak=[4 * 2 + 3], learn=[4 * 1])
    # Bo learns what Amina speaks, and they met twice. Chen learns something else. Dara and Amina never met.
    for moment in (start + day, start + 30 * day):
        meet(programme, moment, amina, bo)
    meet(programme, start + 2 * day, amina, chen)
    happens(programme, start + 3 * day, "meeting.confirmed", dara, uuid.uuid4())
    meet(programme, end, amina, dara)

    one, other, later = (uuid.uuid4() for _ in range(3))
    for gathering in (one, other):
        happens(programme, start + 5 * day, "gathering.attended", amina, gathering)
    happens(programme, start + 5 * day, "gathering.attended", bo, one)
    happens(programme, start + 6 * day, "gathering.attended", chen, one)
    happens(programme, start + 7 * day, "gathering.not_attended", chen, one)
    happens(programme, start - 5 * day, "gathering.attended", dara, one)
    happens(programme, end, "gathering.attended", dara, later)

    found = counted(programme, quarter)
    assert {
        cell: found.get(cell) for cell in (("learning", ""), ("gatherings", "one"), ("gatherings", "several"))
    } == {
        ("learning", ""): 1,
        ("gatherings", "one"): 1,
        ("gatherings", "several"): 1,
    }


def test_who_comes_back_is_a_newcomer_again(programme, quarter) -> None:
    start = quarter.span(programme.time_zone)[0]
    before = quarter.before.span(programme.time_zone)[0]
    day = timedelta(days=1)
    town = ("members", str(programmes.leaves(programme.id)[0].id))
    amina = comes("Amina", programme, before - 60 * day)
    bo = comes("Bo", programme, before - 60 * day)
    for one, moment in ((amina, before - 20 * day), (bo, start + 5 * day)):
        with at(moment):
            enrol.withdraw(one.who, enrolment_id=enrol.of_person(one.who)[0].pk)
            enrolled(one, programme)
    # Amina was back before the quarter began. Bo was back in it, however long Bo had been there before.
    assert counted(programme, quarter)[town] == 1
    assert counted(programme, quarter.after)[town] == 2


def test_asking_again_for_consent_counts_nobody_until_they_answer(programme, quarter, eli) -> None:
    from bothways.programme.services import save_text

    comes("Amina", programme, quarter.before.span("UTC")[0] - timedelta(days=3))
    assert counted(programme, quarter)[("members", str(programmes.leaves(programme.id)[0].id))] == 1
    save_text(eli.who, programme_id=programme.id, purpose="figures", words={"en": "Newer words"})
    assert counted(programme, quarter) == {}


def test_published_once_frozen_and_public(programme, quarter) -> None:
    with walls.working():
        published = publish_due()
        assert published >= 1
        assert publish_due() == 0
        assert publish(programme, quarter) is False
        assert not Release.objects.filter(
            year=quarter.after.year, number=quarter.after.number, kind="quarter"
        ).exists()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Release.objects.update(body="{}")
    row = Release.objects.get(programme=programme, kind="quarter", year=quarter.year, number=quarter.number)
    for change in (lambda: Release.objects.filter(id=row.id).update(body="{}"), row.delete):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            change()
    with walls.visiting(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Release.objects.create(
            programme=programme, kind="quarter", year=2001, number=1, body="", published_at=now()
        )


def test_a_run_that_is_killed_publishes_nothing_and_the_next_makes_the_same(
    programme, quarter, monkeypatch, tmp_path, settings
) -> None:
    comes("Amina", programme, quarter.before.span("UTC")[0] - timedelta(days=3))
    with transaction.atomic():
        whole = make(programme, quarter, {}).text()

    class Killed(BaseException):
        pass

    def dies(*_args: object, **_more: object) -> None:
        raise Killed

    for step in ("make", "record"):
        settings.PUBLISHED = tmp_path / step
        with monkeypatch.context() as broken, pytest.raises(Killed), transaction.atomic():
            broken.setattr(services, step, dies)
            publish(programme, quarter)
        assert not Release.objects.exists()
        with transaction.atomic():
            assert publish(programme, quarter)
            assert Release.objects.get().body == whole
            transaction.set_rollback(True)


def test_a_restored_backup_publishes_the_same_again(programme, quarter, settings, tmp_path) -> None:
    settings.PUBLISHED = tmp_path
    amina = comes("Amina", programme, quarter.before.span("UTC")[0] - timedelta(days=3))
    with transaction.atomic():
        publish(programme, quarter)
        out = Release.objects.get().body
        transaction.set_rollback(True)
    # The backup is older than the release, and other people are in it than were counted.
    enrol.withdraw(amina.who, enrolment_id=enrol.of_person(amina.who)[0].pk)
    publish(programme, quarter)
    assert Release.objects.get().body == out
    assert json.loads(next(Path(tmp_path).rglob("*.json")).read_text())["body"] == out


def test_a_spoiled_copy_is_no_figure(programme, quarter, settings, tmp_path) -> None:
    settings.PUBLISHED = tmp_path
    kept.put(programme.id, quarter, '{"made": "up"}')
    file = next(Path(tmp_path).rglob("*.json"))
    for wrong in (file.read_text().replace("up", "over"), "{", "[]", ""):
        file.write_text(wrong)
        with pytest.raises(kept.Spoiled), transaction.atomic():
            publish(programme, quarter)
    assert not Release.objects.exists()


def test_one_programme_in_trouble_holds_up_no_other(programme, eli, monkeypatch) -> None:
    with travelled(timedelta(days=-200)):
        other = a_programme(eli, name="Other", slug="other")
    real = services.make

    def troubled(one, period, before):
        if one.id == programme.id:
            raise OSError("no room on the disk")
        return real(one, period, before)

    monkeypatch.setattr(services, "make", troubled)
    with pytest.raises(OSError, match="no room"):
        publish_due()
    assert set(Release.objects.values_list("programme_id", flat=True)) == {other.id}


def test_months_come_out_only_where_the_quarter_before_had_enough(programme, quarter, monkeypatch) -> None:
    publish_due()
    assert not Release.objects.filter(kind="month").exists()
    monkeypatch.setattr(services, "_has_months", lambda one, before: before == quarter.before)
    publish_due()
    months = Release.objects.filter(kind="month").values_list("year", "number")
    assert set(months) == {(month.year, month.number) for month in quarter.months[:2]}
    assert "members" not in body.read(Release.objects.filter(kind="month")[0].body).tables


def test_quarters_that_are_out_in_the_earlier_way_are_not_published_again(programme, quarter) -> None:
    PublishedQuarter.objects.create(
        programme=programme, year=quarter.year, quarter=quarter.number, cells={}, published_at=now()
    )
    publish_due()
    assert not Release.objects.filter(year=quarter.year, number=quarter.number).exists()
    assert Release.objects.filter(year=quarter.before.year, number=quarter.before.number).exists()


def test_areas_that_move_and_change_their_names_stay_as_published(programme, quarter, eli) -> None:
    publish(programme, quarter.before)
    town = programmes.leaves(programme.id)[0]
    was = town.name
    change_area(
        eli.who,
        programme_id=programme.id,
        area_id=town.id,
        name="Another name",
        parent_id=None,
        capacity=None,
    )
    publish(programme, quarter)
    old, new = (body.read(row.body).areas for row in Release.objects.order_by("year", "number"))
    assert [str(town.id), str(town.parent_id), was] in old
    assert [str(town.id), "", "Another name"] in new


def test_one_side_has_no_volunteers_table(eli, quarter) -> None:
    from bothways.programme.models import Programme

    with travelled(timedelta(days=-300)):
        tandem = a_programme(eli, name="Tandem", slug="tandem", kind=Programme.Kind.EXCHANGE)
    made = make(tandem, quarter, {})
    assert "volunteers" not in made.tables
    assert made.care == {"areas": [], "languages": []}


def test_what_members_want_to_learn_is_asked_for_where_there_is_one_side(eli, quarter) -> None:
    from bothways.programme.models import Programme

    before = quarter.before.span("UTC")[0] - timedelta(days=3)
    with travelled(timedelta(days=-600)):
        tandem = a_programme(eli, name="Tandem", slug="tandem", kind=Programme.Kind.EXCHANGE)
    comes("Amina", tandem, before, speak=[4 * 1 + 3], learn=[4 * 3])
    found = counted(tandem, quarter)
    languages = {cell: number for cell, number in found.items() if cell[0].startswith("languages")}
    assert languages == {("languages/offered", "1"): 1, ("languages/asked", "3"): 1}


def test_the_noise_key_is_the_jobs_alone_and_outlives_the_master_key(programme, quarter, settings) -> None:
    key = keys.noise_key()
    assert keys.noise_key() == key and len(key) == 32
    old = settings.MASTER_KEY
    settings.MASTER_KEY, settings.MASTER_KEY_OLD = bytes(range(1, 33)), old
    assert keys.rewrap_all()[1] == 0
    settings.MASTER_KEY_OLD = b""
    assert keys.noise_key() == key
    settings.MASTER_KEY = old
    assert key not in bytes(NoiseKey.objects.get().wrapped)
    with connections["keys"].cursor() as cursor:
        for role, may in (("bothways_web", False), ("bothways_worker", True)):
            cursor.execute("SELECT has_function_privilege(%s, 'keys_noise()', 'EXECUTE')", [role])
            assert cursor.fetchone()[0] is may
            cursor.execute("SELECT has_table_privilege(%s, 'keys_noisekey', 'SELECT')", [role])
            assert cursor.fetchone()[0] is False


def test_the_noise_key_is_in_no_statement(programme, quarter) -> None:
    with walls.working(), transaction.atomic():
        asked = counting.Asked(programme, quarter, [side.id for side in programmes.sides(programme.id)])
        text = enrol.text_of_figures(programme.id)
        statement, arguments = counting._statement(asked, TABLES, text, care=True)
    assert keys.noise_key().hex() not in statement + str(arguments)
    with connection.cursor() as cursor:
        cursor.execute("SHOW work_mem")
        assert cursor.fetchone()[0] != "96MB" or connection.in_atomic_block


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_every_moment_is_in_its_quarter_and_month(moment: datetime) -> None:
    for zone in ("UTC", "Asia/Shanghai", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Chatham"):
        aware = moment.replace(tzinfo=UTC)
        quarter = Quarter.of(aware, zone)
        start, end = quarter.span(zone)
        assert start <= aware < end
        assert quarter.before.after == quarter
        assert quarter.after.index == quarter.index + 1
        assert [one.span(zone) for one in quarter.months] == [
            (start, quarter.months[1].span(zone)[0]),
            (quarter.months[1].span(zone)[0], quarter.months[2].span(zone)[0]),
            (quarter.months[2].span(zone)[0], end),
        ]
        assert {one.quarter for one in quarter.months} == {quarter}
    assert Month(2026, 12).after.index == Month(2026, 12).index + 1
