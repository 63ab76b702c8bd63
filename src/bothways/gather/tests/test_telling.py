"""Who is told what and when, and the number that hosts read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, transaction

from bothways.core.clock.api import now, travelled
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.gather import answers, services, telling
from bothways.gather import api as gather
from bothways.gather.models import Gathering
from bothways.gather.tasks import tell_of_gatherings
from bothways.gather.tests.conftest import changed, published, soon

pytestmark = pytest.mark.django_db


def comes(person, one, coming: bool = True) -> None:
    answers.say_coming(person.who, gathering_id=one.id, coming=coming)


def told(person) -> list[str]:
    rows = Notice.objects.filter(person_id=person.id, kind__startswith="gathering.")
    return list(rows.order_by("created_at", "kind").values_list("kind", flat=True))


def news(person) -> list[str]:
    with walls.acting_with(person.who.token):
        return [one.kind for one in outbox.news(person.who) if one.kind.startswith("gathering.")]


def test_only_who_comes_is_told_and_only_of_time_and_place(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    tell_of_gatherings(0)
    comes(amina, one)
    one = changed(eli, one, title="Bread and games", words="Bring a cup")
    tell_of_gatherings(0)
    assert told(amina) == []
    with walls.acting_with(eli.who.token):
        one = changed(eli, one, place="The school")
    for _twice in range(2):
        tell_of_gatherings(0)
    assert told(amina) == ["gathering.changed"] == news(amina)
    changed(eli, one, starts_at=soon(7))
    tell_of_gatherings(0)
    assert told(amina) == ["gathering.changed"] * 2
    assert told(bo) == told(eli) == []
    row = Notice.objects.filter(person_id=amina.id, kind="gathering.changed").first()
    assert row.path == f"/gatherings/{one.id}/"


def test_called_off_is_told_once(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    comes(bo, one)
    comes(bo, one, False)
    changed(eli, one, place="The school")
    services.call_off(eli.who, gathering_id=one.id)
    for _twice in range(2):
        tell_of_gatherings(0)
    assert told(amina) == ["gathering.cancelled"] == news(amina)
    assert told(bo) == []
    with travelled(timedelta(days=6)):
        assert news(amina) == []


def test_a_notice_of_a_change_is_gone_with_what_one_said(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    changed(eli, one, place="The school")
    tell_of_gatherings(0)
    assert news(amina) == ["gathering.changed"]
    comes(amina, one, False)
    assert news(amina) == []
    comes(amina, one)
    assert amina.browser().get(f"/gatherings/{one.id}/").status_code == 200
    assert news(amina) == []


def test_the_reminder_comes_in_the_morning_of_the_day_before(amina, bo, eli, programme) -> None:
    at = soon(6).replace(hour=14)
    before = (at - timedelta(days=1)).date()
    nine = datetime.combine(before, time(9), ZoneInfo("Europe/Berlin"))
    one = published(eli, programme, starts_at=at)
    comes(amina, one)
    with travelled(nine - timedelta(minutes=1) - now()):
        tell_of_gatherings(0)
        assert told(amina) == []
    with travelled(nine + timedelta(minutes=1) - now()):
        for _twice in range(2):
            tell_of_gatherings(0)
        assert told(amina) == ["gathering.near"] == news(amina)
        assert told(bo) == told(eli) == []
    with travelled(at - now() + timedelta(minutes=1)):
        assert news(amina) == []


def test_a_gathering_of_tomorrow_needs_no_reminder_and_a_moved_one_a_new_one(amina, eli, programme) -> None:
    noon = now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with travelled(noon - now()):
        near = published(eli, programme, starts_at=noon + timedelta(hours=20))
        assert near.remind_at is None
        later = changed(eli, near, starts_at=noon + timedelta(days=9))
        assert later.remind_at is not None
        services.call_off(eli.who, gathering_id=near.id)
        assert Gathering.objects.get().remind_at is None


def test_who_left_is_told_nothing(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    enrol.withdraw(amina.who, enrolment_id=enrol.of_person(amina.who)[0].id)
    services.call_off(eli.who, gathering_id=one.id)
    tell_of_gatherings(0)
    assert told(amina) == []


def test_what_has_begun_is_told_to_nobody(amina, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    changed(eli, one, place="The school")
    with travelled(timedelta(days=6)):
        tell_of_gatherings(0)
    assert told(amina) == [] and not Gathering.objects.get().untold


def test_a_number_is_due_two_days_before_and_written_once(amina, bo, eli, programme) -> None:
    one, off = published(eli, programme, 5), published(eli, programme, 5)
    services.call_off(eli.who, gathering_id=off.id)
    for person in (amina, bo):
        comes(person, one)
    with walls.working():
        assert gather.due_for_expected() == []
    with travelled(timedelta(days=4)), walls.working():
        assert gather.due_for_expected() == [one]
        assert gather.count_coming(one.id) == 2
        assert gather.set_expected(one.id, 25)
        assert not gather.set_expected(one.id, None) and not gather.set_expected(off.id, 10)
        assert gather.due_for_expected() == []
    one.refresh_from_db()
    assert one.expected == 25 and one.expected_at is not None
    with walls.working(), pytest.raises(Error), transaction.atomic():
        Gathering.objects.filter(id=one.id).update(expected=26)
    with pytest.raises(Error), transaction.atomic(), walls.acting_with(eli.who.token):
        Gathering.objects.filter(id=one.id).update(expected=26)


def test_nobody_but_jobs_can_count_who_comes(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    comes(amina, one)
    for other in (bo, eli):
        with walls.acting_with(other.who.token):
            assert telling.count_coming(one.id) == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("none", "Two days before, you will read here about how many come."),
        (40, "About 40 people are expected."),
        (None, "Probably fewer than 25 people come."),
    ],
)
def test_members_and_coordinators_read_the_same_number(amina, bo, eli, programme, number, words) -> None:
    one = published(eli, programme)
    comes(amina, one)
    if number != "none":
        assert telling.set_expected(one.id, number)
    for reader in (amina, bo, eli):
        assert words in reader.browser().get(f"/gatherings/{one.id}/").content.decode()
