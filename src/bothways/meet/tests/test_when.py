"""Local times, and the two hours of the year that are missing or come twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from bothways.meet import when
from bothways.meet.forms import MeetingForm

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
ZONES = st.sampled_from(NAMES)


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)), name=ZONES)
def test_every_moment_is_among_those_that_its_clock_shows(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    aware = moment.replace(tzinfo=UTC)
    local = aware.astimezone(zone)
    found = when.moments(local.date(), local.time(), zone)
    assert aware in found
    assert len(found) <= 2


def test_one_hour_is_missing_and_one_comes_twice() -> None:
    assert when.moments(date(2027, 3, 28), time(2, 30), BERLIN) == []
    first, second = when.moments(date(2027, 10, 31), time(2, 30), BERLIN)
    assert (second - first).total_seconds() == 3600
    assert len(when.moments(date(2027, 10, 31), time(3, 30), BERLIN)) == 1


def typed(**changes: str) -> dict[str, str]:
    return {"day": "2027-06-01", "time": "14:00", "minutes": "60", "mode": "0", "place": "", **changes}


def test_the_form_gives_the_moment() -> None:
    form = MeetingForm(typed(), zone=BERLIN)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts_at"] == datetime(2027, 6, 1, 12, 0, tzinfo=UTC)
    assert "which" not in form.fields


def test_a_time_that_does_not_exist_is_said() -> None:
    form = MeetingForm(typed(day="2027-03-28", time="02:30"), zone=BERLIN)
    assert not form.is_valid()
    assert "go forward" in form.errors["time"][0]


def test_a_time_that_comes_twice_is_asked_and_then_taken() -> None:
    form = MeetingForm(typed(day="2027-10-31", time="02:30"), zone=BERLIN)
    assert not form.is_valid()
    assert "comes twice" in form.errors["which"][0]
    for which, hour in (("0", 0), ("1", 1)):
        form = MeetingForm(typed(day="2027-10-31", time="02:30", which=which), zone=BERLIN)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["starts_at"] == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        {"day": ""},
        {"day": "0001-01-01"},
        {"day": "9999-12-31", "time": "23:59"},
        {"day": "tomorrow\x00"},
        {"time": "25:00"},
        {"minutes": "61"},
        {"minutes": "x"},
        {"mode": "4"},
        {"mode": "-1"},
        {"place": "x" * 301},
        {"place": "a\x00b"},
    ],
)
def test_what_the_form_does_not_take(bad: dict[str, str]) -> None:
    for zone in (BERLIN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")):
        assert not MeetingForm(typed(**bad), zone=zone).is_valid()


@pytest.mark.parametrize(
    ("language", "hour"), [("en", "1 hour"), ("ar", "ساعة واحدة"), ("zh-hans", "1 小时")]
)
def test_times_and_zones_are_said_in_every_page_language(language: str, hour: str) -> None:
    with override(language):
        assert when.spoken(datetime(2027, 6, 1, 12, 0, tzinfo=UTC), BERLIN)
        for name in ("Europe/Berlin", "UTC", "Etc/GMT+3", "America/Argentina/Buenos_Aires"):
            assert when.zone_label(ZoneInfo(name))
        assert when.length(60) == hour


def test_a_week_begins_on_monday_where_the_person_is() -> None:
    sunday_night = datetime(2027, 5, 30, 23, 30, tzinfo=UTC)
    assert when.week_of(sunday_night, ZoneInfo("UTC")) == date(2027, 5, 24)
    assert when.week_of(sunday_night, BERLIN) == date(2027, 5, 31)
