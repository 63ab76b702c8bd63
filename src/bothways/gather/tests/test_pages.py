"""The pages: who gets what, every kind of bad input, the file for calendars, and how much they ask."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from bothways.core.clock.api import now, today, travelled
from bothways.gather import answers, services
from bothways.gather.models import Gathering, Guest
from bothways.gather.tests.conftest import PLACE, changed, published

pytestmark = pytest.mark.django_db


def typed(**more: str) -> dict[str, str]:
    given = {
        "title": "Kept title",
        "day": f"{today() + timedelta(days=6)}",
        "time": "17:00",
        "minutes": "120",
        "place": "Kept place",
        "words": "Kept words",
        "once": str(uuid.uuid4()),
        "sequence": "0",
    }
    return {**given, **more}


def test_who_gets_in(amina, dara, eli, fatima, gul, programme) -> None:
    one = published(eli, programme)
    here, listed = f"/gatherings/{one.id}/", f"/p/{programme.slug}/gatherings/"
    expected = {
        listed: (200, 200, 404),
        here: (200, 200, 404),
        f"{here}calendar.ics": (200, 200, 404),
        f"{listed}new/": (403, 200, 404),
        f"{here}change/": (403, 200, 404),
    }
    for path, (member, staff, other) in expected.items():
        assert Client().get(path).status_code == 302
        for person, status in ((amina, member), (eli, staff), (dara, other), (fatima, other), (gul, other)):
            page = person.browser().get(path)
            assert page.status_code == status, (path, person.name)
            assert "no-store" in page["Cache-Control"] or status != 200
            assert (PLACE in page.content.decode()) is (status == 200 and path != f"{here}calendar.ics"
                                                        and not path.endswith("new/"))  # fmt: skip
    posts = {"coming": (302, 403), "was-there": (409, 403), "call-off": (403, 302)}
    for name, (member, staff) in posts.items():
        path = f"{here}{name}/"
        for person, status in ((dara, 404), (gul, 404), (fatima, 404), (amina, member), (eli, staff)):
            assert person.browser().post(path).status_code == status, (path, person.name)
            assert person.browser().get(path).status_code == 405
    assert amina.browser().get(f"/gatherings/{uuid.uuid4()}/").status_code == 404
    assert amina.browser().get("/p/nowhere/gatherings/").status_code == 404


def test_published_read_answered_moved_and_called_off_by_the_pages(amina, eli, programme) -> None:
    hers, host = amina.browser(), eli.browser()
    form = typed(title="<b>Soup</b>", words="One\r\nTwo")
    for _twice in range(2):
        assert host.post(f"/p/{programme.slug}/gatherings/new/", form).status_code == 302
    one = Gathering.objects.get()
    here = f"/gatherings/{one.id}/"
    for path in ("/", f"/p/{programme.slug}/gatherings/", here):
        assert "&lt;b&gt;Soup&lt;/b&gt;" in hers.get(path).content.decode()
    assert "gatherings/" in hers.get(f"/p/{programme.slug}/mine/").content.decode()
    assert "gatherings/" in host.get(f"/p/{programme.slug}/").content.decode()
    for say in ("yes", "yes", "no", "\x00"):
        assert hers.post(f"{here}coming/", {"say": say}).status_code == 302
    assert "You said that you will come." in hers.get(here).content.decode()
    assert "You said that you will come." in hers.get("/").content.decode()
    assert host.post(f"{here}change/", typed(title="Soup", time="18:30")).status_code == 302
    assert "6:30" in hers.get(here).content.decode()
    assert host.post(f"{here}call-off/").status_code == host.post(f"{here}call-off/").status_code == 302
    page = hers.get(here).content.decode()
    assert "This gathering was called off." in page and "I will come" not in page
    assert "Soup" not in hers.get("/").content.decode()
    assert hers.post(f"{here}coming/", {"say": "yes"}).status_code == 409


def test_nobody_is_shown_who_comes_or_how_many(amina, bo, eli, programme) -> None:
    one = published(eli, programme)
    paths = [f"/gatherings/{one.id}/", f"/p/{programme.slug}/gatherings/"]
    before = [reader.browser().get(path).content.decode() for reader in (bo, eli) for path in paths]
    answers.say_coming(amina.who, gathering_id=one.id, coming=True)
    after = [reader.browser().get(path).content.decode() for reader in (bo, eli) for path in paths]

    def without_tokens(pages: list[str]) -> list[list[str]]:
        return [[line for line in page.splitlines() if "csrf" not in line] for page in pages]

    assert without_tokens(before) == without_tokens(after)
    assert "no coordinator, and no other member" in after[0]


def test_that_one_was_there_by_the_pages(amina, past) -> None:
    one, browser = past(), amina.browser()
    here = f"/gatherings/{one.id}/"
    assert "I was there" in browser.get(here).content.decode()
    for say, words in (("yes", "You said that you were there."), ("no", "I was there")):
        assert browser.post(f"{here}was-there/", {"say": say}).status_code == 302
        assert words in browser.get(here).content.decode()
    assert not Guest.objects.exists()
    with travelled(timedelta(days=14)):
        page = amina.browser().get(here).content.decode()
        assert "I was there" not in page
        assert amina.browser().post(f"{here}was-there/").status_code == 409


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""},
        {"title": "x" * 81},
        {"title": "a\x00b"},
        {"place": " "},
        {"place": "x" * 201},
        {"words": "Kept words " + "x" * 10_000},
        {"minutes": "5"},
        {"minutes": "100000"},
        {"minutes": "soon"},
        {"day": ""},
        {"day": "2020-01-01"},
        {"day": "9999-12-31"},
        {"day": "0001-01-01"},
        {"day": "31.2."},
        {"time": "25:00"},
        {"time": ""},
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(eli, programme, bad) -> None:
    one = published(eli, programme)
    for path in (f"/p/{programme.slug}/gatherings/new/", f"/gatherings/{one.id}/change/"):
        page = eli.browser().post(path, typed(**bad))
        assert page.status_code in {409, 422} and 'class="err' in page.content.decode()
        for name, words in (("title", "Kept title"), ("place", "Kept place"), ("words", "Kept words")):
            if name not in bad or bad[name].startswith("Kept"):
                assert words in page.content.decode(), name
    assert Gathering.objects.get().sequence == 0


def test_a_time_over_which_the_clock_jumps(eli, programme) -> None:
    """In Berlin the clocks go from two to three on the last Sunday of March."""
    with travelled(datetime(2027, 3, 1, tzinfo=UTC) - now()):
        path, host = f"/p/{programme.slug}/gatherings/new/", eli.browser()
        page = host.post(path, typed(day="2027-03-28", time="02:30"))
        assert page.status_code == 422 and "this time does not exist" in page.content.decode()
        assert "Kept words" in page.content.decode()
        assert host.post(path, typed(day="2027-03-28", time="15:00")).status_code == 302
        assert Gathering.objects.get().starts_at == datetime(2027, 3, 28, 13, tzinfo=UTC)
    with travelled(datetime(2027, 10, 1, tzinfo=UTC) - now()):
        # This one comes twice; the first is meant.
        assert eli.browser().post(path, typed(day="2027-10-31", time="02:30")).status_code == 302
        last = Gathering.objects.latest("starts_at")
        assert last.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_who_is_second_keeps_what_was_typed_and_sends_it_again(eli, programme) -> None:
    one = published(eli, programme)
    changed(eli, one, place="The school")
    host, path = eli.browser(), f"/gatherings/{one.id}/change/"
    page = host.post(path, typed())
    assert page.status_code == 409 and "in the meantime" in page.content.decode()
    assert "Kept words" in page.content.decode() and 'name="sequence" value="1"' in page.content.decode()
    assert host.post(path, typed(sequence="1")).status_code == 302
    assert Gathering.objects.get().place == "Kept place"


def test_what_has_begun_or_was_called_off_is_not_changed(eli, programme, past) -> None:
    one, off = past(), published(eli, programme)
    services.call_off(eli.who, gathering_id=off.id)
    for each in (one, off):
        page = eli.browser().post(f"/gatherings/{each.id}/change/", typed())
        assert page.status_code == 409 and "Kept words" in page.content.decode()
    assert eli.browser().post(f"/gatherings/{one.id}/call-off/").status_code == 409


def test_the_file_for_a_calendar_says_when_and_nothing_else(amina, eli, programme) -> None:
    one = published(eli, programme, words="Bring a cup")

    def event():
        answer = amina.browser().get(f"/gatherings/{one.id}/calendar.ics")
        assert answer["Content-Type"].startswith("text/calendar")
        for words in ("Soup", "mill", "cup", programme.name, "Amina"):
            assert words not in answer.content.decode()
        return Calendar.from_ical(answer.content).walk("VEVENT")[0]

    first = event()
    assert first.decoded("dtstart") == one.starts_at and first.decoded("dtend") == one.ends_at
    assert first["status"] == "CONFIRMED" and first["sequence"] == 0
    services.call_off(eli.who, gathering_id=one.id)
    assert event()["status"] == "CANCELLED" and event()["uid"] == first["uid"] and event()["sequence"] == 1


def test_on_the_home_page_are_a_few_and_only_of_my_programmes(amina, dara, eli, gul, programme) -> None:
    for number in range(5):
        published(eli, programme, number + 2, title=f"Afternoon {number}")
    page = amina.browser().get("/").content.decode()
    assert [f"Afternoon {number}" in page for number in range(5)] == [True] * 3 + [False] * 2
    for other in (dara, eli, gul):
        assert "Afternoon" not in other.browser().get("/").content.decode()


def test_many_ask_no_more_than_one(amina, eli, programme, past) -> None:
    def asked(person, path: str) -> int:
        browser = person.browser()
        browser.get(path)
        with CaptureQueriesContext(connection) as queries:
            browser.get(path)
        return len(queries)

    one = published(eli, programme)
    listed, here = f"/p/{programme.slug}/gatherings/", f"/gatherings/{one.id}/"
    looks = [(amina, listed), (eli, listed), (amina, here), (eli, here), (amina, "/")]
    past()
    for _twice in range(2):
        few = [asked(*look) for look in looks]
    for number in range(12):
        answers.say_coming(amina.who, gathering_id=published(eli, programme, number + 2).id, coming=True)
    assert [asked(*look) for look in looks] == few
    assert max(few[:4]) <= 14, few
