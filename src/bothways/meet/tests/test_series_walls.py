"""What the database refuses about regular meetings: straight into the tables, past every service."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from bothways.core.clock.api import now, today
from bothways.core.walls import api as walls
from bothways.meet import series, services
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.meet.series import WantedSeries
from bothways.meet.tests.conftest import chosen, planned

pytestmark = pytest.mark.django_db


def rows(one: Series, state: str = "planned") -> list[Meeting]:
    return list(Meeting.objects.filter(series=one, state=state).order_by("slot"))


def test_a_job_makes_only_dates_that_the_rhythm_gives(amina, pair) -> None:
    one = chosen(amina, pair)
    last = rows(one)[-1]
    usual = {
        "pair": pair,
        "programme_id": one.programme_id,
        "series": one,
        "slot": last.slot + timedelta(days=7),
        "starts_at": last.starts_at + timedelta(days=7),
        "minutes": one.minutes,
        "mode": one.mode,
        "like_series": True,
        "made_at": now(),
    }
    wrong = [
        {"slot": last.slot + timedelta(days=8)},
        {"starts_at": last.starts_at + timedelta(days=70)},
        {"planned_by": amina.id},
        {"state": "cancelled"},
        {"series": None, "slot": None, "like_series": False},
        {"minutes": 600},
        {"moved": True},
        {"place_by": amina.id, "place_text": uuid.uuid4(), "like_series": False},
    ]
    for change in wrong:
        with pytest.raises(DatabaseError), walls.working(), transaction.atomic():
            Meeting.objects.create(**{**usual, **change})
    with walls.working(), transaction.atomic():
        Meeting.objects.create(**usual)
    assert len(rows(one)) in {9, 10}


def test_a_job_changes_nothing_else_of_a_date(amina, pair) -> None:
    one = chosen(amina, pair)
    row = rows(one)[0]
    services.cancel(amina.who, meeting_id=rows(one)[1].id)
    wrong = [
        {"minutes": 30},
        {"state": "cancelled"},
        {"planned_by": None},
        {"took_place_at": now()},
        {"moved": True},
        {"starts_at": row.starts_at + timedelta(days=3)},
        {"place_text": uuid.uuid4(), "place_by": amina.id, "like_series": False},
    ]
    for change in wrong:
        with pytest.raises(DatabaseError), walls.working(), transaction.atomic():
            Meeting.objects.filter(id=row.id).update(**change)
    with pytest.raises(DatabaseError), walls.working(), transaction.atomic():
        Meeting.objects.filter(series=one, state="cancelled").update(state="planned")
    with walls.working(), transaction.atomic():
        assert Meeting.objects.filter(id=row.id).update(state="resting") == 1


def test_a_job_sees_only_dates_of_series(amina, pair) -> None:
    planned(amina, pair)
    with walls.working():
        assert not Meeting.objects.exists()
    chosen(amina, pair)
    with walls.working():
        assert not Meeting.objects.filter(series=None).exists()
        assert Meeting.objects.exists()
        assert Series.objects.update(ended_at=now()) == 0
    assert Series.objects.filter(ended_at=None).exists()


def test_a_strangers_session_neither_sees_nor_writes_a_series(amina, bo, dara, pair) -> None:
    one = chosen(amina, pair)
    with walls.inside(dara.who.token):
        assert not Series.objects.exists()
        assert Series.objects.update(minutes=20) == 0
    for change in ({"place_by": amina.id, "place_text": uuid.uuid4()}, {"set_by": bo.id}):
        with pytest.raises(DatabaseError), walls.inside(bo.who.token), transaction.atomic():
            Series.objects.filter(id=one.id).update(**change)


def test_an_ended_series_stays_ended_and_a_pair_has_one(amina, pair) -> None:
    one = chosen(amina, pair)
    with pytest.raises(IntegrityError), transaction.atomic():
        Series.objects.create(
            pair=pair, programme_id=one.programme_id, rhythm="weekly", starts_on=date(2030, 1, 3),
            at=time(10), zone="UTC", minutes=60, mode=0, made_at=now(),
        )  # fmt: skip
    series.end(amina.who, pair_id=pair.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Series.objects.filter(id=one.id).update(ended_at=None)


def test_an_unknown_rhythm_is_not_kept(amina, pair) -> None:
    start = today() + timedelta(days=3)
    with pytest.raises((IntegrityError, KeyError)), transaction.atomic():
        series.choose(
            amina.who,
            pair_id=pair.id,
            seen="",
            wanted=WantedSeries(Rhythm("daily", start, time(10), "UTC"), 60, 0),
        )
    assert not Series.objects.exists()
