"""Invitations as others read them: our strict reader, vobject, and khal's import of one and a newer one."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from bothways.meet.calendar_events import calendar_of, invited, single, whole_series
from bothways.meet.models import Meeting
from bothways.meet.rhythm import WEEKLY
from bothways.meet.tests import strict_ics
from bothways.meet.tests.test_calendar_readers import (
    UNTIL,
    ZONES,
    _khal,
    a_date,
    a_series,
    by_vobject,
    lives,
    shown,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

US, HER = "reply+abc@back.example.org", "amina@example.org"


def invitation(events, method: str = "REQUEST") -> bytes:
    return calendar_of([invited(event, US, HER) for event in events], method=method)


@settings(max_examples=30)
@given(lives())
def test_two_readers_see_in_an_invitation_what_the_product_shows(life) -> None:
    series, odd = life
    raw = invitation(whole_series(series, odd, series.pair))
    expected = shown(series, odd, series.pair)
    assert strict_ics.occurrences(raw, UNTIL) == expected
    assert by_vobject(raw, UNTIL) == expected
    head, events = strict_ics.read(raw)
    assert head["METHOD"] == "REQUEST" and len({event["UID"] for event in events}) == 1
    # One number for all of it, and one person who is asked.
    assert len({event["SEQUENCE"] for event in events}) == 1
    for event in events:
        assert (event["ORGANIZER"], event["ATTENDEE"]) == (f"mailto:{US}", f"mailto:{HER}")


def test_a_date_moved_into_the_hour_that_comes_twice_is_read_as_it_is_shown() -> None:
    series = a_series(WEEKLY, date(2027, 10, 20), time(18), "America/New_York")
    for twice in (datetime(2027, 11, 7, 5, 15, tzinfo=UTC), datetime(2027, 11, 7, 6, 15, tzinfo=UTC)):
        odd = [a_date(series, 2, moved=True, sequence=1, starts_at=twice)]
        raw = invitation(whole_series(series, odd, series.pair))
        expected = shown(series, odd, series.pair)
        assert twice in [at for at, _ in expected]
        assert strict_ics.occurrences(raw, UNTIL) == by_vobject(raw, UNTIL) == expected


def test_vobject_reads_who_is_asked_and_how() -> None:
    meeting = Meeting(starts_at=datetime(2027, 3, 9, 8, tzinfo=UTC), minutes=45, mode=0, state="cancelled")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (read,) = vobject.readComponents(invitation([single(meeting)], "CANCEL").decode())
    assert read.method.value == "CANCEL" and read.vevent.status.value == "CANCELLED"
    asked = read.vevent.attendee
    assert asked.value == f"mailto:{HER}" and read.vevent.organizer.value == f"mailto:{US}"
    assert {name: asked.params[name] for name in ("PARTSTAT", "RSVP", "ROLE")} == {
        "PARTSTAT": ["NEEDS-ACTION"],
        "RSVP": ["TRUE"],
        "ROLE": ["REQ-PARTICIPANT"],
    }
    assert not hasattr(read.vevent, "location") and not hasattr(read.vevent, "description")


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_program_takes_an_invitation_in_and_a_newer_one_on_top(zone: str, tmp_path: Path) -> None:
    run = _khal(tmp_path)
    # Over a change of the clocks there.
    series = a_series(WEEKLY, date(2027, 3, 1), time(16, 30), zone)
    moved = a_date(series, 2, moved=True, sequence=1)
    moved.starts_at += timedelta(days=1, hours=2)
    left_out = a_date(series, 6, state="cancelled", sequence=1)
    file = tmp_path / "invitation.ics"
    for odd in ([moved], [moved, left_out]):
        file.write_bytes(invitation(whole_series(series, odd, series.pair)))
        run("import", "--batch", str(file))
    listed = run("list", "--format", "{start-date} {start-time}", "--day-format", "", "2027-03-01", "75d")
    seen = [datetime.strptime(line, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for line in listed.split("\n")]
    last = datetime(2027, 5, 15, tzinfo=UTC)
    assert sorted(seen) == [at for at, _ in shown(series, [moved, left_out], series.pair) if at < last]
