"""The pages: who gets what, and every kind of bad input."""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.meet import services
from bothways.meet.models import JournalLine, Meeting
from bothways.meet.tests.conftest import in_hours, planned
from bothways.pair import services as pairs
from bothways.people.models import Person

pytestmark = pytest.mark.django_db


def typed(hours: float = 24, **changes: str) -> dict[str, str]:
    """What a browser sends for a meeting, for somebody whose clock shows UTC."""
    at = in_hours(hours)
    fields = {"day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "minutes": "60", "mode": "0", "place": "Mill"}
    return {**fields, "once": str(uuid.uuid4()), **changes}


@pytest.fixture
def meeting(amina, pair) -> Meeting:
    return planned(amina, pair)


def paths(pair, meeting) -> dict[str, str]:
    return {
        f"/pairs/{pair.id}/meetings/": "GET",
        f"/pairs/{pair.id}/meetings/new/": "GET POST",
        f"/pairs/{pair.id}/journal/": "GET POST",
        f"/meetings/{meeting.id}/": "GET",
        f"/meetings/{meeting.id}/change/": "GET POST",
        f"/meetings/{meeting.id}.ics": "GET",
        f"/meetings/{meeting.id}/cancel/": "POST",
        f"/meetings/{meeting.id}/took-place/": "POST",
    }


def test_who_gets_in(amina, bo, chen, dara, eli, pair, meeting) -> None:
    for path, methods in paths(pair, meeting).items():
        for method in ("GET", "POST"):
            send = str.lower(method)
            allowed = method in methods
            visitor = getattr(Client(), send)(path)
            assert visitor.status_code == (302 if allowed else 405), path
            for person in (chen, dara, eli):
                assert getattr(person.browser(), send)(path).status_code == (404 if allowed else 405), path
        if "GET" in methods:
            for person in (amina, bo):
                page = person.browser().get(path)
                assert page.status_code == 200, path
                assert "no-store" in page["Cache-Control"]


def test_what_is_not_there_is_not_there(amina, pair, meeting) -> None:
    browser, nothing = amina.browser(), uuid.uuid4()
    for path in paths(pair, meeting):
        for other in (path.replace(str(pair.id), str(nothing)).replace(str(meeting.id), str(nothing)),):
            assert browser.get(other).status_code in {404, 405}
            assert browser.post(other).status_code in {404, 405}
    assert browser.get("/meetings/no-such-id/").status_code == 404
    assert browser.post(f"/journal/{nothing}/delete/").status_code == 404


def test_amina_plans_by_the_page(amina, bo, pair) -> None:
    browser = amina.browser()
    form = typed()
    first = browser.post(f"/pairs/{pair.id}/meetings/new/", form)
    again = browser.post(f"/pairs/{pair.id}/meetings/new/", form)
    assert first.status_code == again.status_code == 302
    assert first.url == again.url
    assert Meeting.objects.count() == 1
    page = bo.browser().get(first.url).content.decode()
    assert "Your meeting with Amina" in page
    assert "Mill" in page


def test_the_time_is_the_persons_own(amina, bo, pair) -> None:
    Person.objects.filter(id=amina.id).update(time_zone="Asia/Shanghai")
    at = in_hours(24).astimezone(ZoneInfo("Asia/Shanghai"))
    form = typed(day=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}")
    page = amina.browser().post(f"/pairs/{pair.id}/meetings/new/", form, follow=True)
    assert page.status_code == 200
    assert Meeting.objects.get().starts_at == in_hours(24)
    asked = amina.browser().get(f"/pairs/{pair.id}/meetings/new/").content.decode()
    assert "China" in asked


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"day": "", "time": "", "minutes": "", "mode": "", "place": ""}, 422),
        ({"place": "kept words " + "x" * 300}, 422),
        ({"place": "a\x00b"}, 422),
        ({"day": "31.31.2031"}, 422),
        ({"minutes": "1e9"}, 422),
        ({"mode": "99999999999999999999"}, 422),
        ({"day": "2020-01-01"}, 409),
        ({"day": "8999-01-01"}, 409),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(amina, pair, bad, status) -> None:
    form = {**typed(place="kept words"), **bad}
    page = amina.browser().post(f"/pairs/{pair.id}/meetings/new/", form)
    assert page.status_code == status
    assert 'class="err' in page.content.decode()
    if bad.get("place", "kept").startswith("kept"):
        assert "kept words" in page.content.decode()
    assert not Meeting.objects.exists()


def test_an_odd_mark_in_a_form_is_as_good_as_none(amina, pair) -> None:
    for odd in ("", "x", "\x00", "9" * 5000):
        answer = amina.browser().post(f"/pairs/{pair.id}/meetings/new/", typed(once=odd))
        assert answer.status_code == 302
    assert Meeting.objects.count() == 4


def test_bo_changes_it_and_a_stale_page_keeps_what_was_typed(amina, bo, pair, meeting) -> None:
    path = f"/meetings/{meeting.id}/change/"
    assert bo.browser().post(path, typed(48, sequence="0")).status_code == 302
    stale = amina.browser().post(path, typed(72, sequence="0", place="Amina wants this"))
    assert stale.status_code == 409
    words = stale.content.decode()
    assert "Amina wants this" in words
    assert 'name="sequence" value="1"' in words
    assert amina.browser().post(path, typed(72, sequence="1")).status_code == 302
    for odd in ("", "-1", "x", "99999999999999", "\x00"):
        assert bo.browser().post(path, typed(90, sequence=odd)).status_code in {409, 422}


def test_cancel_and_took_place_by_the_page_also_twice(amina, bo, pair, meeting) -> None:
    early = amina.browser().post(f"/meetings/{meeting.id}/took-place/")
    assert early.status_code == 409
    assert "not begun" in early.content.decode()
    with travelled(timedelta(days=2)):
        for person in (amina, amina, bo, bo):
            assert person.browser().post(f"/meetings/{meeting.id}/took-place/").status_code == 302
        assert amina.browser().post(f"/meetings/{meeting.id}/cancel/").status_code == 409
        assert "You both said" in amina.browser().get(f"/meetings/{meeting.id}/").content.decode()
    other = planned(amina, pair, 40)
    for person in (amina, amina, bo):
        assert person.browser().post(f"/meetings/{other.id}/cancel/").status_code == 302
    assert Event.objects.filter(kind="meeting.took_place").count() == 1


def test_another_meeting_at_the_same_time_is_said(amina, pair, meeting) -> None:
    other = planned(amina, pair, 24.5)
    page = amina.browser().get(f"/meetings/{other.id}/").content.decode()
    assert "another meeting at this time" in page
    assert f"/meetings/{meeting.id}/" in page


def test_the_list_has_what_comes_and_what_was(amina, pair, meeting) -> None:
    with travelled(timedelta(days=-5)):
        past = planned(amina, pair, 24)
    services.cancel(amina.who, meeting_id=planned(amina, pair, 50).id)
    page = amina.browser().get(f"/pairs/{pair.id}/meetings/?page=%00").content.decode()
    assert page.index(str(meeting.id)) < page.index(str(past.id))
    assert "Cancelled" in page


def test_an_ended_pair_reads_and_does_not_write(amina, bo, pair, meeting) -> None:
    pairs.end(bo.who, pair_id=pair.id)
    browser = amina.browser()
    new = f"/pairs/{pair.id}/meetings/new/"
    assert browser.get(new).status_code == 409
    refused = browser.post(new, typed(place="kept words"))
    assert refused.status_code == 409
    assert "kept words" in refused.content.decode()
    assert browser.post(f"/meetings/{meeting.id}/change/", typed(sequence="0")).status_code == 409
    assert browser.post(f"/meetings/{meeting.id}/cancel/").status_code == 409
    assert browser.get(f"/meetings/{meeting.id}/").status_code == 200
    assert browser.get(f"/pairs/{pair.id}/meetings/").status_code == 200
    written = browser.post(f"/pairs/{pair.id}/journal/", {"words": "kept words"})
    assert written.status_code == 409
    assert "kept words" in written.content.decode()


def test_the_journal_by_the_page(amina, bo, chen, pair) -> None:
    path = f"/pairs/{pair.id}/journal/"
    browser = amina.browser()
    form = {"words": "نص <b>bold</b>", "once": str(uuid.uuid4())}
    for _twice in range(2):
        assert browser.post(path, form).status_code == 302
    page = bo.browser().get(path).content.decode()
    assert page.count("نص &lt;b&gt;") == 1
    line = JournalLine.objects.get()
    delete = f"/journal/{line.id}/delete/"
    assert delete in browser.get(path).content.decode()
    assert delete not in page
    for person in (bo, chen):
        assert person.browser().post(delete).status_code == 404
    for bad in ("", "   ", "x" * 4001, "a\x00b"):
        assert browser.post(path, {"words": bad}).status_code == 422
    assert browser.get(delete).status_code == 405
    assert browser.post(delete).status_code == 302
    assert browser.post(delete).status_code == 404


def test_opening_a_meeting_takes_the_news_away(amina, bo, pair, meeting) -> None:
    home = bo.browser().get("/").content.decode()
    assert "Your partner planned a meeting" in home
    bo.browser().get(f"/meetings/{meeting.id}/")
    assert "Your partner planned a meeting" not in bo.browser().get("/").content.decode()


def test_pages_ask_little_however_much_there_is(amina, bo, pair, django_assert_max_num_queries) -> None:
    with travelled(timedelta(days=-30)):
        for number in range(25):
            planned(amina, pair, 24 + number * 5)
    meeting = planned(amina, pair)
    browser = bo.browser()
    for path, most in (
        (f"/pairs/{pair.id}/meetings/", 10),
        (f"/meetings/{meeting.id}/", 16),
        (f"/pairs/{pair.id}/meetings/new/", 10),
        ("/me/calendar/", 6),
    ):
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200
