"""The pages of regular meetings, their calendar, and how much they ask of the database."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bothways.core.clock.api import now, today, travelled
from bothways.meet import calendar, series, services
from bothways.meet.models import Meeting, Series
from bothways.meet.tasks import fill_series
from bothways.meet.tests import strict_ics
from bothways.meet.tests.conftest import chosen, planned
from bothways.meet.where import where
from bothways.pair import services as pairs
from bothways.pair.tests.factory import an_agreed_card

pytestmark = pytest.mark.django_db


def page_of(pair) -> str:
    return f"/pairs/{pair.id}/regular/"


def typed(**changes) -> dict[str, str]:
    usual = {
        "rhythm": "weekly",
        "day": f"{today() + timedelta(days=2)}",
        "time": "16:00",
        "minutes": "60",
        "mode": "2",
        "place": "",
        "link": "https://call.example/room",
    }
    return {**usual, **changes}


def first_date() -> Meeting:
    return Meeting.objects.filter(state="planned", series__isnull=False).earliest("slot")


def test_one_tap_takes_what_both_can(amina, bo, pair) -> None:
    # Tuesday evening and Saturday morning.
    an_agreed_card(amina, bo, pair, rhythm="fortnightly", times=1 << 5 | 1 << 15, modes=1 << 1)
    browser = amina.browser()
    page = browser.get(page_of(pair)).content.decode()
    offers = re.findall(r"<h3>(.*?)</h3>", page)
    assert offers == [
        "Every two weeks on Tuesday, 6\N{NO-BREAK SPACE}p.m.",
        "Every two weeks on Saturday, 10\N{NO-BREAK SPACE}a.m.",
    ]
    form = re.findall(r'<form method="post" action="([^"]*choose/)">(.*?)</form>', page, re.DOTALL)[1]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    sent.pop("csrfmiddlewaretoken", None)
    assert browser.post(form[0], sent).url == page_of(pair)
    one = Series.objects.get()
    assert (one.rhythm, one.starts_on.weekday(), one.at.hour, one.mode) == ("fortnightly", 5, 10, 1)
    # Pressed again, or gone back to another of them: nothing new, and nothing undone by an old page.
    assert browser.post(form[0], sent).status_code == 302
    other = browser.post(form[0], {**sent, "once": str(uuid.uuid4()), "time": "11:00"})
    assert other.status_code == 409
    assert "have changed in the meantime" in other.content.decode()
    assert Series.objects.count() == 1


def test_only_what_both_can_is_proposed(amina, bo, pair) -> None:
    """Of the other's week nothing is shown but what suits both."""
    shared, _modes = pair.proposal.reasons["times"], pair.proposal.reasons["modes"]
    page = bo.browser().get(page_of(pair)).content.decode()
    assert page.count("Choose this") == min(6, shared.bit_count())


def test_the_form_chooses_changes_and_keeps_what_was_typed(amina, bo, pair) -> None:
    browser, choose = amina.browser(), f"{page_of(pair)}choose/"
    wrong = browser.post(choose, typed(link="http://call.example/room", time="25:00"))
    assert wrong.status_code == 422
    assert "http://call.example/room" in wrong.content.decode()
    assert "begins with https://" in wrong.content.decode()
    assert browser.post(choose, typed()).status_code == 302
    page = bo.browser().get(page_of(pair)).content.decode()
    assert "https://call.example/room" in page and "call.example</bdi>" in page
    change = bo.browser().get(choose).content.decode()
    mark = re.search(r'name="seen" value="([^"]*)"', change)
    assert mark
    assert f'value="{Series.objects.get().starts_on}"' in change
    old = browser.post(choose, typed(minutes="90"))
    assert old.status_code == 409
    # What is sent now is meant for what there is now.
    again = re.search(r'name="seen" value="([^"]*)"', old.content.decode())
    assert again and again[1] == mark[1]
    assert bo.browser().post(choose, typed(minutes="90", seen=mark[1])).status_code == 302
    assert Series.objects.get().minutes == 90
    assert bo.browser().post(f"{page_of(pair)}end/").url == page_of(pair)
    assert "You can choose a rhythm" in amina.browser().get(page_of(pair)).content.decode()


@pytest.mark.parametrize(
    "changes",
    [{"day": "0001-01-01"}, {"day": "9999-12-31"}, {"rhythm": "daily"}, {"mode": "9"}, {"minutes": "-1"}],
)
def test_what_cannot_be_is_said_on_the_page(amina, pair, changes) -> None:
    assert amina.browser().post(f"{page_of(pair)}choose/", typed(**changes)).status_code == 422
    assert amina.browser().post(f"{page_of(pair)}choose/", typed(day="2001-01-01")).status_code == 409
    assert not Series.objects.exists()


def test_whose_clock_it_is_stands_on_the_pages(amina, bo, pair) -> None:
    one = chosen(amina, pair, zone="Asia/Gaza")
    browser = bo.browser()
    assert "On this clock: " in browser.get(page_of(pair)).content.decode()
    form = browser.get(f"{page_of(pair)}choose/").content.decode()
    assert "On this clock: " in form and "On your clock" not in form
    mark = series.mark_of(one)
    assert browser.post(f"{page_of(pair)}choose/", typed(time="09:00", seen=mark)).status_code == 302
    assert series.current(pair).zone == "Asia/Gaza"


def test_one_date_is_left_out_with_one_tap(amina, bo, pair) -> None:
    chosen(amina, pair)
    one = first_date()
    page = bo.browser().get(f"/meetings/{one.id}/").content.decode()
    assert "Leave this date out" in page and "Every " in page
    bo.browser().post(f"/meetings/{one.id}/cancel/")
    assert "Left out" in amina.browser().get(page_of(pair)).content.decode()


def test_an_ended_pair_has_a_page_and_no_doors(amina, bo, pair) -> None:
    chosen(amina, pair)
    pairs.end(bo.who, pair_id=pair.id)
    page = amina.browser().get(page_of(pair)).content.decode()
    assert "This pair has ended" in page and '<form method="post" action="/pairs' not in page
    assert amina.browser().get(f"{page_of(pair)}choose/").status_code == 409
    assert amina.browser().post(f"{page_of(pair)}choose/", typed()).status_code == 409
    assert amina.browser().post(f"{page_of(pair)}end/").status_code == 409


# --- calendars ---


def feed_of(person, client) -> bytes:
    token = calendar.make_feed(person.who, instead_of=calendar.mark_of(calendar.my_feed(person.who)))
    return client.get(f"/feed/{token}.ics").content


def ahead(raw: bytes, days: int = 50) -> list:
    until = now() + timedelta(days=days)
    return [at for at, _length in strict_ics.occurrences(raw, until) if at > now()]


def on_the_pages(pair, days: int = 50) -> list:
    planned_ones = Meeting.objects.filter(pair=pair, state="planned", starts_at__gt=now())
    return sorted(one.starts_at for one in planned_ones.filter(starts_at__lt=now() + timedelta(days=days)))


def test_feed_and_file_show_what_the_pages_show(amina, bo, pair, client) -> None:
    one = chosen(amina, pair, zone="Europe/London")
    planned(bo, pair, 60, minutes=45)
    dates = list(Meeting.objects.filter(series=one).order_by("slot"))
    services.cancel(bo.who, meeting_id=dates[1].id)
    words = where(bo.who, dates[2])
    services.move(
        bo.who,
        meeting_id=dates[2].id,
        sequence=0,
        starts_at=dates[2].starts_at + timedelta(days=1, hours=1),
        minutes=30,
        mode=2,
        place=words.place,
    )
    raw = feed_of(bo, client)
    assert ahead(raw) == on_the_pages(pair)
    assert raw.count(b"RRULE:") == 1 and raw.count(b"RECURRENCE-ID") == 1
    for word in (b"Amina", b"mill", b"call.example", b"ORGANIZER", b"ATTENDEE", b"LOCATION"):
        assert word not in raw
    file = amina.browser().get(f"/meetings/{dates[2].id}.ics").content
    _head, events = strict_ics.read(file)
    assert {event["UID"] for event in events} == {str(one.id)}
    assert {event["SEQUENCE"] for event in events} == {"2"}
    single = [at for at in on_the_pages(pair) if at not in ahead(file)]
    assert len(single) == 1


def test_a_pause_and_an_end_are_in_the_calendar(amina, bo, pair, client) -> None:
    chosen(amina, pair)
    file = f"/meetings/{first_date().id}.ics"
    pairs.pause(bo.who, pair_id=pair.id, until=today() + timedelta(days=200))
    assert ahead(feed_of(bo, client), 190) == []
    assert len(ahead(feed_of(bo, client), 230)) in {4, 5}
    before = strict_ics.read(amina.browser().get(file).content)[1][0]
    pairs.resume(bo.who, pair_id=pair.id)
    assert ahead(feed_of(bo, client)) == on_the_pages(pair) != []
    series.end(amina.who, pair_id=pair.id)
    assert ahead(feed_of(bo, client), 400) == []
    after = strict_ics.read(amina.browser().get(file).content)[1][0]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after["STATUS"] == "CANCELLED"


def test_a_pair_that_ended_or_a_partner_who_left_is_in_no_calendar(amina, bo, pair, client) -> None:
    chosen(amina, pair)
    file = f"/meetings/{first_date().id}.ics"
    pairs.end(amina.who, pair_id=pair.id)
    assert strict_ics.read(feed_of(bo, client))[1] == []
    assert ahead(bo.browser().get(file).content, 400) == []


def test_a_year_together_asks_no_more_than_a_week(amina, bo, pair, client) -> None:
    """However long the history, the pages and the feed ask the same number of questions."""
    chosen(amina, pair, zone="Europe/London")
    places = [page_of(pair), f"/pairs/{pair.id}/meetings/", f"/pairs/{pair.id}/", "/"]
    browser = bo.browser()
    for place in places:
        browser.get(place)
    before = {place: _questions(browser, place) for place in places}
    token = calendar.make_feed(bo.who, instead_of="")
    feed = f"/feed/{token}.ics"
    before[feed] = _questions(client, feed)
    for month in range(1, 14):
        with travelled(timedelta(days=28 * month)):
            fill_series(0)
    assert Meeting.objects.count() > 55
    # A date that differs, and one that was left out, in each of them.
    for number, one in enumerate(Meeting.objects.order_by("slot")[2:40]):
        state = {"state": "cancelled"} if number % 2 else {"moved": True}
        Meeting.objects.filter(id=one.id).update(sequence=1, **state)
    with travelled(timedelta(days=13)):
        # The first look after such a time renews the session and the list of sign-ins.
        for place in places:
            browser.get(place)
        after = {place: _questions(browser, place) for place in places}
        after[feed] = _questions(client, feed)
    # One more where there is something behind: the page of the past, and "Did you meet?".
    more = {place: after[place] - before[place] for place in before if after[place] > before[place]}
    assert set(more.values()) <= {1} and not more.keys() & {page_of(pair), f"/pairs/{pair.id}/", feed}
    assert max(after.values()) < 40


def _questions(browser, place: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(place).status_code == 200
    return len(asked)


def test_the_first_day_of_a_series_is_kept_for_calendars(amina, pair) -> None:
    one = chosen(amina, pair)
    with travelled(timedelta(days=30)):
        fill_series(0)
        _head, (event,) = strict_ics.read(
            amina.browser().get(f"/meetings/{Meeting.objects.latest('slot').id}.ics").content
        )
    assert event["DTSTART"].startswith(f"{one.starts_on:%Y%m%d}")
    assert isinstance(one.starts_on, date)
