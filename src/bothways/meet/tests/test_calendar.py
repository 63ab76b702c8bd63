"""The calendar file of a meeting and the private feed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.meet import calendar, services
from bothways.meet.models import Feed
from bothways.meet.tests import strict_ics
from bothways.meet.tests.conftest import in_hours, planned
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def file_of(person, meeting):
    page = person.browser().get(f"/meetings/{meeting.id}.ics")
    assert page.status_code == 200
    assert page["Content-Type"] == "text/calendar; charset=utf-8"
    _calendar, (event,) = strict_ics.read(page.content)
    return event, page.content


def test_two_readers_read_the_same(amina, bo, pair) -> None:
    meeting = planned(amina, pair, minutes=90, place="At Amina's")
    event, raw = file_of(bo, meeting)
    assert event["UID"] == str(meeting.id)
    assert strict_ics.moment(event["DTSTART"]) == meeting.starts_at
    assert strict_ics.moment(event["DTEND"]) == meeting.ends_at
    (other,) = Calendar.from_ical(raw).walk("VEVENT")
    assert other["UID"] == event["UID"]
    assert other.decoded("DTSTART") == meeting.starts_at
    assert int(other["SEQUENCE"]) == int(event["SEQUENCE"]) == 0


def test_no_names_and_no_places_travel(amina, bo, pair) -> None:
    meeting = planned(amina, pair, place="The blue door")
    _event, raw = file_of(bo, meeting)
    token = calendar.make_feed(bo.who, instead_of="")
    for content in (raw, bo.browser().get(f"/feed/{token}.ics").content):
        for word in (b"Amina", b"Bo\r", b"blue door", b"ORGANIZER", b"ATTENDEE", b"LOCATION"):
            assert word not in content


def test_the_number_grows_and_the_name_stays(amina, bo, pair) -> None:
    meeting = planned(amina, pair)
    wanted = {"starts_at": in_hours(30), "minutes": 60, "mode": 1, "place": ""}
    services.move(bo.who, meeting_id=meeting.id, sequence=0, **wanted)
    moved, _raw = file_of(amina, meeting)
    services.cancel(amina.who, meeting_id=meeting.id)
    cancelled, _raw = file_of(bo, meeting)
    assert moved["UID"] == cancelled["UID"]
    assert (moved["SEQUENCE"], cancelled["SEQUENCE"]) == ("1", "2")
    assert (moved["STATUS"], cancelled["STATUS"]) == ("CONFIRMED", "CANCELLED")


def test_long_lines_are_folded_in_every_language(amina, pair, settings) -> None:
    settings.SITE_URL = "https://" + "a-rather-long-name." * 6 + "example.org"
    meeting = planned(amina, pair)
    for language in ("en", "ar", "zh-hans"):
        people.set_language(amina.who, language)
        event, _raw = file_of(amina, meeting)
        assert event["URL"].endswith(f"/meetings/{meeting.id}/")


def test_a_feed_has_all_coming_meetings_and_asks_not_to_be_kept(amina, bo, pair, client) -> None:
    with travelled(timedelta(days=-9)):
        planned(amina, pair, 24)
    coming = [planned(amina, pair, hours) for hours in (24, 48)]
    services.cancel(bo.who, meeting_id=coming[1].id)
    token = calendar.make_feed(bo.who, instead_of="")
    page = client.get(f"/feed/{token}.ics")
    assert "no-store" in page["Cache-Control"]
    head, events = strict_ics.read(page.content)
    assert head["REFRESH-INTERVAL"] == "PT4H"
    assert {e["UID"]: e["STATUS"] for e in events} == {
        str(coming[0].id): "CONFIRMED",
        str(coming[1].id): "CANCELLED",
    }


def test_an_empty_feed_is_a_calendar(amina, client) -> None:
    token = calendar.make_feed(amina.who, instead_of="")
    assert strict_ics.read(client.get(f"/feed/{token}.ics").content)[1] == []


def test_only_a_hash_of_the_token_is_kept(amina) -> None:
    token = calendar.make_feed(amina.who, instead_of="")
    row = Feed.objects.get()
    assert token.encode() not in bytes(row.token_hash)
    assert len(bytes(row.token_hash)) == 32


def test_what_opens_no_feed(amina, client) -> None:
    first = calendar.make_feed(amina.who, instead_of="")
    mark = calendar.mark_of(Feed.objects.get())
    second = calendar.make_feed(amina.who, instead_of=mark)
    assert client.get(f"/feed/{second}.ics").status_code == 200
    guesses = [first, second[:-1], second + "x", "x" * 43, "%00", "x" * 3000, "مرحبا", "%ff%fe"]
    for guess in guesses:
        assert client.get(f"/feed/{guess}.ics").status_code == 404, guess
    calendar.end_feed(amina.who)
    assert client.get(f"/feed/{second}.ics").status_code == 404
    assert client.post(f"/feed/{second}.ics").status_code == 405


def test_a_feed_dies_on_leaving_and_with_the_pair(amina, bo, pair, client) -> None:
    planned(amina, pair)
    tokens = [calendar.make_feed(person.who, instead_of="") for person in (amina, bo)]
    people.leave(bo.who)
    assert client.get(f"/feed/{tokens[1]}.ics").status_code == 404
    page = client.get(f"/feed/{tokens[0]}.ics")
    assert strict_ics.read(page.content)[1] == []


def test_an_ended_pair_is_cancelled_in_the_file_and_gone_from_the_feed(amina, bo, pair, client) -> None:
    meeting = planned(amina, pair)
    token = calendar.make_feed(bo.who, instead_of="")
    pairs.end(amina.who, pair_id=pair.id)
    assert file_of(bo, meeting)[0]["STATUS"] == "CANCELLED"
    assert strict_ics.read(client.get(f"/feed/{token}.ics").content)[1] == []


def test_making_it_twice_with_one_button_makes_it_once(amina) -> None:
    calendar.make_feed(amina.who, instead_of="")
    with pytest.raises(Refused):
        calendar.make_feed(amina.who, instead_of="")


def test_the_page_shows_the_link_once(amina, client) -> None:
    browser = amina.browser()
    assert client.get("/me/calendar/").status_code == 302
    assert "Make a link" in browser.get("/me/calendar/").content.decode()
    made = browser.post("/me/calendar/", {"instead_of": ""})
    link = re.search(r"/feed/[\w-]{43}\.ics", made.content.decode())
    assert made.status_code == 200
    assert link
    assert client.get(link[0]).status_code == 200
    assert "/feed/" not in browser.get("/me/calendar/").content.decode()
    again = browser.post("/me/calendar/", {"instead_of": ""})
    assert again.status_code == 409
    assert client.get(link[0]).status_code == 200
    for junk in ("\x00", "x" * 9999):
        assert browser.post("/me/calendar/", {"instead_of": junk}).status_code == 409
    for _twice in range(2):
        assert browser.post("/me/calendar/off/").status_code == 302
    assert client.get(link[0]).status_code == 404


def test_the_feed_is_in_the_language_of_its_person(amina, pair, client) -> None:
    planned(amina, pair)
    token = calendar.make_feed(amina.who, instead_of="")
    people.set_language(amina.who, "ar")
    (event,) = strict_ics.read(client.get(f"/feed/{token}.ics").content)[1]
    assert event["SUMMARY"]
    assert abs(strict_ics.moment(event["DTSTAMP"]) - now()) < timedelta(minutes=1)
