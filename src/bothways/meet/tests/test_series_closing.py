"""Regular meetings end with the day that the two chose for their end, and come back without it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.http import Http404

from bothways.core.clock.api import today, travelled
from bothways.core.faults import Refused
from bothways.core.walls import api as walls
from bothways.meet import proposing, selectors, series, services, when
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import MONTHLY
from bothways.meet.tasks import fill_series
from bothways.meet.tests import strict_ics
from bothways.meet.tests.conftest import chosen
from bothways.meet.tests.test_series import moved_to, rows
from bothways.meet.tests.test_series_pages import ahead, feed_of, on_the_pages
from bothways.pair import api as pairs

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return today() + timedelta(days=number)


def close(person, pair, number: int) -> date:
    pairs.plan_closing(person.who, pair_id=pair.id, day=day(number))
    return day(number)


def slots(one: Series) -> list[date]:
    return [row.slot for row in rows(one) if row.slot]


def test_after_the_day_nothing_is_shown_and_without_it_all_comes_back(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    usual = slots(one)
    last = close(bo, pair, 20)
    assert slots(one) == [slot for slot in usual if slot <= last] != usual
    assert all(row.starts_at.date() <= last for row in selectors.coming(pair))
    further = close(amina, pair, 30)
    assert slots(one) == [slot for slot in usual if slot <= further]
    nearer = close(amina, pair, 10)
    assert slots(one) == [slot for slot in usual if slot <= nearer]
    pairs.drop_closing(bo.who, pair_id=pair.id)
    assert slots(one) == usual


def test_the_day_itself_still_has_its_date(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    close(bo, pair, 9)
    assert slots(one) == [day(2), day(9)]
    close(bo, pair, 8)
    assert slots(one) == [day(2)]


def test_the_job_adds_nothing_after_the_day(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    last = close(bo, pair, 25)
    with travelled(timedelta(days=10)), walls.working():
        fill_series(0)
    assert max(slots(one)) <= last < max(slots(one)) + timedelta(days=7)
    with travelled(timedelta(days=26)):
        with walls.working():
            fill_series(0)
        # The day has come and ends nothing; the two go on, and so do their dates.
        assert [row for row in selectors.coming(pair) if row.is_planned] == []
        pairs.drop_closing(amina.who, pair_id=pair.id)
        assert len([row for row in selectors.coming(pair) if row.is_planned]) in {8, 9}


def test_dates_that_were_moved_rest_too_and_left_out_ones_stay_left_out(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    usual = slots(one)
    moved_to(bo, rows(one)[2], rows(one)[2].starts_at + timedelta(hours=3))
    services.cancel(amina.who, meeting_id=rows(one)[3].id)
    close(bo, pair, 10)
    assert slots(one) == usual[:2]
    pairs.drop_closing(bo.who, pair_id=pair.id)
    assert slots(one) == [*usual[:3], *usual[4:]]
    assert rows(one)[2].moved and len(rows(one, "cancelled")) == 1


def test_a_pause_and_an_end_hold_together(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    close(bo, pair, 31)
    pairs.pause(amina.who, pair_id=pair.id, until=day(15))
    assert slots(one) == [day(16), day(23), day(30)]
    pairs.resume(amina.who, pair_id=pair.id)
    assert slots(one) == [day(2), day(9), day(16), day(23), day(30)]


def test_the_feed_ends_with_the_day_and_its_number_grows(amina, bo, pair, client) -> None:
    one = chosen(amina, pair, days=2, zone="Europe/London")
    fifth = rows(one)[4]
    numbers = []

    def numbered() -> bytes:
        raw = feed_of(bo, client)
        numbers.append({int(event["SEQUENCE"]) for event in strict_ics.read(raw)[1]})
        assert ahead(raw) == on_the_pages(pair) != []
        file = amina.browser().get(f"/meetings/{fifth.id}.ics").content
        assert ahead(file) == on_the_pages(pair)
        return raw

    assert b"UNTIL" not in numbered()
    last = close(bo, pair, 20)
    raw = numbered()
    assert b"UNTIL=" in raw and not [at for at in ahead(raw, 400) if at.date() > last]
    close(bo, pair, 27)
    numbered()
    # A date from after the day that is moved to before it is kept by calendars beside the rule.
    pairs.drop_closing(amina.who, pair_id=pair.id)
    moved_to(amina, Meeting.objects.get(id=fifth.id), rows(one)[1].starts_at + timedelta(days=1))
    numbered()
    close(bo, pair, 17)
    raw = numbered()
    assert raw.count(b"RECURRENCE-ID") == 1
    pairs.drop_closing(amina.who, pair_id=pair.id)
    assert b"UNTIL" not in numbered()
    assert all(max(before) < min(after) for before, after in pairwise(numbers))


def test_an_end_before_the_first_date_leaves_no_date_in_any_calendar(amina, bo, pair, client) -> None:
    one = chosen(amina, pair, days=12)
    row = rows(one)[0]
    close(bo, pair, 5)
    assert ahead(feed_of(bo, client), 400) == [] == on_the_pages(pair)
    (event,) = strict_ics.read(amina.browser().get(f"/meetings/{row.id}.ics").content)[1]
    assert event["STATUS"] == "CANCELLED"
    pairs.drop_closing(bo.who, pair_id=pair.id)
    assert ahead(feed_of(bo, client)) == on_the_pages(pair) != []


def test_nothing_is_proposed_that_would_begin_after_the_day(amina, bo, pair) -> None:
    zone = when.zone_of(amina.id)
    assert proposing.proposed(pair, zone)
    close(bo, pair, 0)
    assert proposing.proposed(pair, zone) == []
    with pytest.raises(Refused, match="for the end of your pair"):
        chosen(amina, pair, days=2)
    page = amina.browser().post(
        f"/pairs/{pair.id}/regular/choose/",
        {"rhythm": "weekly", "day": day(3).isoformat(), "time": "17:45", "minutes": "60", "mode": "0"},
    )
    assert page.status_code == 409
    assert "for the end of your pair" in page.content.decode() and "17:45" in page.content.decode()


def test_another_rhythm_begun_now_ends_with_the_day_too(amina, bo, pair) -> None:
    before = chosen(amina, pair, days=2)
    last = close(bo, pair, 20)
    one = chosen(amina, pair, seen=series.mark_of(series.current(pair)), kind=MONTHLY, days=3)
    assert one != before and max(slots(one)) <= last and rows(one, "resting")


def test_the_page_says_why_there_are_no_more(amina, bo, pair) -> None:
    chosen(amina, pair)
    path = f"/pairs/{pair.id}/regular/"
    assert "After that day there are no dates" not in amina.browser().get(path).content.decode()
    close(bo, pair, 1)
    page = amina.browser().get(path).content.decode()
    assert "After that day there are no dates" in page and "There are no dates in the next weeks" in page


def test_a_stranger_to_the_pair_ends_no_dates(amina, bo, chen, pair) -> None:
    one = chosen(amina, pair)
    usual = slots(one)
    with pytest.raises(Http404):
        close(chen, pair, 3)
    assert slots(one) == usual
