"""Which date an answer means, over every change of the clocks; and what of a letter reaches the parser."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothways.core.mailbox.api import NotTaken
from bothways.core.mailbox.reading import read
from bothways.meet.calendar_answers import _day, _events, _what_is_read
from bothways.meet.rhythm import FORTNIGHTLY, MONTHLY, WEEKLY, Rhythm
from bothways.meet.tests.test_calendar_readers import ZONES


def event(*lines: str):
    body = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])
    (one,) = _events(body)
    return one


def ways(rule: Rhythm, day: date) -> list[str]:
    """One date as calendars name it: the moment, the clock there by three names, the day."""
    clock = f"{day:%Y%m%d}T{rule.at:%H%M%S}"
    return [
        f"RECURRENCE-ID:{rule.moment(day):%Y%m%dT%H%M%SZ}",
        f"RECURRENCE-ID;TZID={rule.zone}:{clock}",
        f"RECURRENCE-ID;TZID=Customized Time Zone:{clock}",
        f"RECURRENCE-ID:{clock}",
        f"RECURRENCE-ID;VALUE=DATE:{day:%Y%m%d}",
    ]


@given(
    st.sampled_from([WEEKLY, FORTNIGHTLY, MONTHLY]),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(0, 95),
    st.sampled_from([*ZONES, "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
)
def test_every_way_to_name_a_date_means_that_date(kind, starts_on, quarter, zone):
    rule = Rhythm(kind, starts_on, (datetime(2000, 1, 1) + timedelta(minutes=15 * quarter)).time(), zone)
    for day in islice(rule.days(starts_on), 0, 40, 7):
        for way in ways(rule, day):
            assert _day(event(way), rule) == day, way


@pytest.mark.parametrize("zone", ZONES)
def test_over_each_change_of_the_clocks_at_every_quarter_of_the_night(zone):
    from bothways.meet.calendar_zones import changes

    for change in changes(zone, 2027, 2027)[1:]:
        for minutes in range(0, 240, 15):
            at = (datetime.combine(change.at.date(), time(0)) + timedelta(minutes=minutes)).time()
            rule = Rhythm(WEEKLY, change.at.date() - timedelta(days=7), at, zone)
            for way in ways(rule, change.at.date()):
                assert _day(event(way), rule) == change.at.date(), way


@pytest.mark.parametrize(
    "line",
    [
        "RECURRENCE-ID:20270104T200001Z",
        "RECURRENCE-ID:20270105T160000Z",
        "RECURRENCE-ID;VALUE=DATE:20270105",
        "RECURRENCE-ID:20261228T160000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270104T160000Z",
    ],
)
def test_what_is_no_date_of_it(line):
    rule = Rhythm(WEEKLY, date(2027, 1, 4), time(16), "UTC")
    with pytest.raises(NotTaken):
        _day(event(line), rule)
    with pytest.raises(NotTaken):
        _day(event("RECURRENCE-ID:20270104T160000Z"), None)


def test_only_five_properties_of_an_event_reach_the_parser():
    words = (
        "BEGIN:VCALENDAR\r\nX-A:1\r\nBEG\r\n IN;X=1:VTIMEZONE\r\nUID:zone\r\nBEGIN:STANDARD\r\n"
        "RRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nbegin:vevent\r\nuid:one\r\nRRULE:FREQ=SECONDLY\r\nBEGIN:VALARM\r\n"
        "ATTENDEE:mailto:b@x\r\nEND:VALARM\r\nDTSTAMP:20270101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert _what_is_read(words).split() == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "uid:one",
        "DTSTAMP:20270101T000000Z",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    with pytest.raises(NotTaken):
        _what_is_read("BEGIN:VEVENT\r\n" * 9)


@given(st.text(max_size=300))
def test_any_words_are_events_or_let_go(words):
    try:
        _events(f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{words}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    except NotTaken:
        return


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_letter_or_let_go(raw):
    try:
        mail = read(b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + raw)
    except NotTaken:
        return
    assert not mail.failed
