"""Two readers and a calendar program see the dates that the product shows, whatever the clocks do.

The readers are `strict_ics`, written from the standard, and vobject; the program is khal. None of them shares
code with our writer for rules and time zones.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import resolve_imaginary, tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from bothways.core.clock.api import now
from bothways.meet.calendar_events import calendar_of, single, whole_series
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import FORTNIGHTLY, MONTHLY, WEEKLY
from bothways.meet.tests import strict_ics
from bothways.pair.api import Pair

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

ZONES = ["Europe/London", "America/New_York", "Africa/Cairo", "Asia/Gaza", "Australia/Lord_Howe"]
UNTIL = datetime(2029, 1, 1, tzinfo=UTC)
DATES = 40
Times = list[tuple[datetime, timedelta]]


def a_series(kind: str, starts_on: date, at: time, zone: str, minutes: int = 60) -> Series:
    return Series(pair=Pair(), rhythm=kind, starts_on=starts_on, at=at, zone=zone, minutes=minutes, mode=0)


def a_date(series: Series, number: int, **changes) -> Meeting:
    rhythm = rhythm_of(series)
    slot = next(islice(rhythm.days(series.starts_on), number, None))
    usual = {"starts_at": rhythm.moment(slot), "minutes": series.minutes, "like_series": True}
    return Meeting(series=series, slot=slot, **{**usual, **changes})


def shown(series: Series, odd: list[Meeting], pair: Pair) -> Times:
    """What the product shows: the rhythm's moments, but those that were changed, until UNTIL."""
    rhythm, by_slot = rhythm_of(series), {one.slot: one for one in odd}
    found: Times = []
    for day in rhythm.days(series.starts_on):
        if rhythm.moment(day) >= UNTIL + timedelta(days=60):
            break
        one = by_slot.get(day)
        pausing = pair.paused_until is not None and now().date() <= day < pair.paused_until
        if (pausing and not (one and one.moved)) or (one and not one.is_planned):
            continue
        begins = one.starts_at if one else rhythm.moment(day)
        if series.ended_at is None or begins <= series.ended_at:
            found.append((begins, timedelta(minutes=one.minutes if one else series.minutes)))
    return sorted(one for one in found if one[0] < UNTIL)


def by_vobject(raw: bytes, until: datetime) -> Times:
    """The same calendar by vobject: its rules, and the file's time zones by dateutil."""
    text = raw.decode()
    for zone in re.findall(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n", text, re.DOTALL):
        # Left to itself it takes the zone of that name from elsewhere.
        (named,) = re.findall(r"TZID:(.*)\r", zone)
        vobject.icalendar.registerTzid(named, tzical(io.StringIO(zone)).get())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (calendar,) = vobject.readComponents(text)
        rules, moved = [], {}
        for one in calendar.vevent_list:
            if hasattr(one, "recurrence_id"):
                moved[_moment(one.recurrence_id.value)] = (_moment(one.dtstart.value), _length(one))
            elif one.status.value != "CANCELLED":
                rules.append(one)
        found = {}
        for one in rules:
            all_of_it = takewhile(
                lambda at: _moment(at) < until + timedelta(days=60), one.rruleset or [one.dtstart.value]
            )
            found |= {_moment(at): (_moment(at), _length(one)) for at in all_of_it}
        assert moved.keys() <= found.keys()
        return sorted(one for one in (found | moved).values() if one[0] < until)


def _moment(at: datetime) -> datetime:
    """Of a time that a clock jumps over, the offset before counts; dateutil leaves that to whoever asks."""
    return resolve_imaginary(at).astimezone(UTC)


def _length(event) -> timedelta:
    return event.duration.value if hasattr(event, "duration") else event.dtend.value - event.dtstart.value


@st.composite
def lives(draw):
    """Regular meetings and what became of them."""
    kind, zone = draw(st.sampled_from([WEEKLY, FORTNIGHTLY, MONTHLY])), draw(st.sampled_from(ZONES))
    starts_on = draw(st.dates(date(2026, 9, 1), date(2027, 12, 31)))
    at = time(draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30, 45])))
    series = a_series(kind, starts_on, at, zone, draw(st.sampled_from([30, 60, 90])))
    series.sequence = draw(st.integers(0, 5))
    odd = []
    for number in sorted(draw(st.sets(st.integers(0, 12), max_size=6))):
        what = draw(st.sampled_from(["moved", "longer", "cancelled", "resting"]))
        shift = timedelta(minutes=15 * draw(st.integers(-200, 200)))
        changes = {
            "moved": {"moved": True, "sequence": 1},
            "longer": {"minutes": 240, "sequence": 1},
            "cancelled": {"state": "cancelled", "sequence": 1},
            "resting": {"state": "resting"},
        }[what]
        one = a_date(series, number, **changes)
        if what == "moved":
            one.starts_at += shift
        odd.append(one)
    return series, odd


@given(lives())
def test_two_readers_see_the_dates_that_the_product_shows(life) -> None:
    series, odd = life
    raw = calendar_of(whole_series(series, odd, series.pair))
    expected = shown(series, odd, series.pair)
    assert len(expected) > 5
    assert strict_ics.occurrences(raw, UNTIL) == expected
    assert by_vobject(raw, UNTIL) == expected


@settings(max_examples=40)
@given(lives(), st.integers(1, 300))
def test_in_a_pause_there_is_nothing(life, days) -> None:
    series, odd = life
    odd = [one for one in odd if not one.is_planned]
    series.pair.paused_until = now().date() + timedelta(days=days)
    raw = calendar_of(whole_series(series, odd, series.pair))
    expected = shown(series, odd, series.pair)
    assert strict_ics.occurrences(raw, UNTIL) == by_vobject(raw, UNTIL) == expected
    zone = ZoneInfo(series.zone)
    pause = (now().date(), series.pair.paused_until)
    assert not [at for at, _ in expected if pause[0] <= at.astimezone(zone).date() < pause[1]]


@settings(max_examples=40)
@given(lives(), st.dates(date(2026, 10, 1), date(2028, 6, 1)))
def test_after_the_last_day_of_a_pair_there_is_nothing(life, last_day) -> None:
    series, odd = life
    # As the product has it: what lies after the day rests, also what was moved to there.
    zone = ZoneInfo(series.zone)
    rhythm = rhythm_of(series)
    by_slot = {one.slot: one for one in odd}
    far = UNTIL.date() + timedelta(days=90)
    for slot in takewhile(lambda slot: slot < far, rhythm.days(series.starts_on)):
        one = by_slot.get(slot) or Meeting(
            series=series, slot=slot, starts_at=rhythm.moment(slot), minutes=series.minutes
        )
        if one.is_planned and one.starts_at.astimezone(zone).date() > last_day:
            one.state = Meeting.State.RESTING
        by_slot[slot] = one
    rows = list(by_slot.values())
    raw = calendar_of(whole_series(series, rows, series.pair, last_day))
    expected = shown(series, rows, series.pair)
    assert strict_ics.occurrences(raw, UNTIL) == by_vobject(raw, UNTIL) == expected
    assert all(begins.astimezone(zone).date() <= last_day for begins, _ in expected)


@settings(max_examples=40)
@given(lives(), st.datetimes(datetime(2026, 10, 1), datetime(2028, 6, 1), timezones=st.just(UTC)))
def test_after_the_end_there_is_nothing(life, ended_at) -> None:
    series, _odd = life
    series.ended_at = ended_at.replace(microsecond=0)
    raw = calendar_of(whole_series(series, [], series.pair))
    expected = shown(series, [], series.pair)
    assert strict_ics.occurrences(raw, UNTIL) == by_vobject(raw, UNTIL) == expected
    assert all(begins <= ended_at for begins, _ in expected)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", [WEEKLY, FORTNIGHTLY, MONTHLY])
def test_across_both_changes_of_the_clocks_at_every_quarter_of_the_night(zone: str, kind: str) -> None:
    """The hours at which clocks change, on the very days on which they do."""
    from bothways.meet.calendar_zones import changes

    for change in changes(zone, 2027, 2027)[1:]:
        for minutes in range(0, 240, 15):
            at = (datetime.combine(change.at.date(), time(0)) + timedelta(minutes=minutes)).time()
            series = a_series(kind, change.at.date(), at, zone)
            raw = calendar_of(whole_series(series, [], series.pair))
            until = rhythm_of(series).moment(series.starts_on) + timedelta(days=70)
            expected = [one for one in shown(series, [], series.pair) if one[0] < until]
            assert strict_ics.occurrences(raw, until) == expected, (change, at)


def test_the_number_grows_with_every_change_and_never_shrinks() -> None:
    series = a_series(WEEKLY, date(2027, 1, 4), time(16), "Asia/Gaza")
    first, second = a_date(series, 1), a_date(series, 2)
    numbers = []
    for step in range(4):
        if step == 1:
            first.sequence, first.moved = 1, True
            first.starts_at += timedelta(hours=1)
        if step == 2:
            second.sequence, second.state = 1, "cancelled"
        if step == 3:
            series.sequence += 1
        odd = [one for one in (first, second) if one.sequence]
        _head, events = strict_ics.read(calendar_of(whole_series(series, odd, series.pair)))
        assert len({event["UID"] for event in events}) == 1
        numbers.append({int(event["SEQUENCE"]) for event in events})
    assert numbers == [{0}, {1}, {2}, {3}]


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_program_takes_it_in(zone: str, tmp_path: Path) -> None:
    """khal imports the file, and a newer one on top of it, and shows the same times."""
    run = _khal(tmp_path)
    # Over a change of the clocks there.
    series = a_series(WEEKLY, date(2027, 3, 1), time(16, 30), zone)
    other = single(Meeting(starts_at=datetime(2027, 3, 9, 8, tzinfo=UTC), minutes=45, mode=0))
    moved = a_date(series, 2, moved=True, sequence=1)
    moved.starts_at += timedelta(days=1, hours=2)
    _take_in(run, tmp_path, [*whole_series(series, [moved], series.pair), other])
    left_out = a_date(series, 6, state="cancelled", sequence=1)
    series.sequence += 1
    _take_in(run, tmp_path, [*whole_series(series, [moved, left_out], series.pair), other])
    listed = run("list", "--format", "{start-date} {start-time}", "--day-format", "", "2027-03-01", "75d")
    seen = [datetime.strptime(line, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for line in listed.split("\n")]
    last = datetime(2027, 5, 15, tzinfo=UTC)
    expected = [at for at, _ in shown(series, [moved, left_out], series.pair) if at < last]
    assert sorted(seen) == sorted([*expected, datetime(2027, 3, 9, 8, tzinfo=UTC)])


def _khal(folder: Path):
    program = Path(sys.executable).parent / "khal"
    config = folder / "khal.conf"
    config.write_text(
        f"[calendars]\n[[home]]\npath = {folder / 'home'}\n[locale]\nlocal_timezone = UTC\n"
        "default_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        f"[sqlite]\npath = {folder}/db\n"
    )
    (folder / "home").mkdir()
    home = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [program, "-c", config, *arguments], env=home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def _take_in(run, folder: Path, events) -> None:
    file = folder / "meetings.ics"
    file.write_bytes(calendar_of(events))
    run("import", "--batch", str(file))
