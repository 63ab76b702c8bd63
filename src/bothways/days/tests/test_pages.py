"""The pages: who gets what, and every kind of bad input."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from bothways.core.clock.api import today, travelled
from bothways.days import services
from bothways.days.models import Occasion
from bothways.days.tests.conftest import noted
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def typed(**changes: str) -> dict[str, str]:
    day = f"{today() + timedelta(days=9)}"
    return {
        "kind": "birthday",
        "day": day,
        "words": "kept words",
        "before": "3",
        "once": str(uuid.uuid4()),
        **changes,
    }


def paths(pair, occasion) -> dict[str, str]:
    start = f"/pairs/{pair.id}/occasions/"
    return {
        start: "GET",
        f"{start}new/": "GET POST",
        f"{start}festival/": "GET POST",
        f"/occasions/{occasion.id}/change/": "GET POST",
        f"/occasions/{occasion.id}/delete/": "POST",
    }


def test_who_gets_in(amina, bo, chen, dara, eli, pair) -> None:
    occasion = noted(amina, pair)
    for path, methods in paths(pair, occasion).items():
        for method in ("GET", "POST"):
            send = str.lower(method)
            allowed = method in methods
            assert getattr(Client(), send)(path).status_code == (302 if allowed else 405), path
            for person in (chen, dara, eli):
                assert getattr(person.browser(), send)(path).status_code == (404 if allowed else 405), path
        if "GET" in methods:
            page = amina.browser().get(path)
            assert page.status_code == 200 and "no-store" in page["Cache-Control"]
            assert bo.browser().get(path).status_code == (404 if "change" in path else 200)
    assert bo.browser().post(f"/occasions/{occasion.id}/delete/").status_code == 404
    assert amina.browser().get(f"/occasions/{uuid.uuid4()}/change/").status_code == 404


def test_a_day_by_the_page_also_twice(amina, bo, pair) -> None:
    form = typed(words="<b>Leila</b>\r\n٦")
    for _twice in range(2):
        assert amina.browser().post(f"/pairs/{pair.id}/occasions/new/", form).status_code == 302
    page = bo.browser().get(f"/pairs/{pair.id}/occasions/").content.decode()
    assert page.count("&lt;b&gt;Leila&lt;/b&gt;\n٦") == 1
    assert "Birthday" in page and "Written down by" in page and "Amina" in page
    assert "Delete this day" not in page
    people.set_language(bo.who, "zh-hans")
    assert "生日" in bo.browser().get(f"/pairs/{pair.id}/occasions/").content.decode()


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        ({"day": "", "kind": "", "before": ""}, 422),
        ({"day": "31.31.2031"}, 422),
        ({"kind": "faith"}, 422),
        ({"before": "1e9"}, 422),
        ({"before": "4"}, 422),
        ({"words": "kept words " + "x" * 500}, 422),
        ({"words": "a\x00b"}, 422),
        ({"day": "2020-01-01"}, 409),
        ({"day": "9999-12-31"}, 409),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(amina, pair, bad, status) -> None:
    page = amina.browser().post(f"/pairs/{pair.id}/occasions/new/", typed(**bad))
    assert page.status_code == status
    assert 'class="err' in page.content.decode()
    if bad.get("words", "kept").startswith("kept"):
        assert "kept words" in page.content.decode()
    assert not Occasion.objects.exists()


def test_a_festival_is_picked_from_the_list_and_named_in_each_ones_language(amina, bo, pair) -> None:
    path = f"/pairs/{pair.id}/occasions/festival/"
    form = {"festival": "nowruz", "words": "Haft Sin at ours", "before": "7", "once": str(uuid.uuid4())}
    assert amina.browser().post(path, form).status_code == 302
    occasion = Occasion.objects.get()
    assert len(occasion.dates) == 2 and all(day[5:] in {"03-20", "03-21"} for day in occasion.dates)
    people.set_language(bo.who, "ar")
    page = bo.browser().get(f"/pairs/{pair.id}/occasions/").content.decode()
    assert "نوروز" in page and "Haft Sin at ours" in page
    changed = amina.browser().get(f"/occasions/{occasion.id}/change/").content.decode()
    assert '<option value="nowruz" selected>' in changed
    for odd in ("", "xmas", "\x00", "9" * 5000):
        assert amina.browser().post(path, {**form, "festival": odd, "once": ""}).status_code == 422
    assert "the moon decides" in amina.browser().get(path).content.decode()


def test_the_list_is_the_same_for_everybody(amina, bo, pair) -> None:
    people.Person.objects.filter(id=bo.id).update(time_zone="Asia/Kabul", language="en")
    lists = []
    for person in (amina, bo):
        page = person.browser().get(f"/pairs/{pair.id}/occasions/festival/").content.decode()
        lists.append(page[page.index('name="festival"') : page.index("</select>")])
    if services.local_today(amina.id) == services.local_today(bo.id):
        assert lists[0] == lists[1]
    assert lists[0].count("<option") == lists[1].count("<option") == 48


def test_amina_changes_it_and_deletes_it(amina, bo, pair) -> None:
    occasion = noted(amina, pair)
    path = f"/occasions/{occasion.id}/change/"
    page = amina.browser().get(path).content.decode()
    assert "Leila turns six" in page and '<option value="birthday" selected>' in page
    assert (
        amina.browser().post(path, typed(kind="exam", each_year="on", words="Chemistry")).status_code == 302
    )
    page = bo.browser().get(f"/pairs/{pair.id}/occasions/").content.decode()
    assert "Exam" in page and "Chemistry" in page and "each year" in page
    refused = amina.browser().post(path, typed(day="2020-01-01"))
    assert refused.status_code == 409 and "kept words" in refused.content.decode()
    delete = f"/occasions/{occasion.id}/delete/"
    assert amina.browser().post(delete).status_code == 302
    assert amina.browser().post(delete).status_code == 404


def test_an_ended_pair_has_none_and_nothing_typed_is_lost(amina, bo, pair) -> None:
    noted(amina, pair)
    pairs.end(bo.who, pair_id=pair.id)
    start = f"/pairs/{pair.id}/occasions/"
    page = amina.browser().get(start)
    assert page.status_code == 200 and "Leila" not in page.content.decode()
    assert amina.browser().get(f"{start}new/").status_code == 409
    refused = amina.browser().post(f"{start}new/", typed())
    assert refused.status_code == 409 and "kept words" in refused.content.decode()


def test_a_day_that_is_over_is_said_to_be(amina, bo, pair) -> None:
    noted(amina, pair, 2)
    with travelled(timedelta(days=5)):
        page = bo.browser().get(f"/pairs/{pair.id}/occasions/").content.decode()
        assert "This day is over." in page and "Leila turns six" in page
        assert amina.browser().get(f"/occasions/{Occasion.objects.get().id}/change/").status_code == 200


def test_opening_the_page_takes_the_news_away_and_asks_little(
    amina, bo, pair, django_assert_max_num_queries
) -> None:
    for _number in range(30):
        noted(amina, pair)
    browser = bo.browser()
    assert browser.get("/").content.decode().count("Your partner wrote down a day that matters") == 1
    with django_assert_max_num_queries(12):
        browser.get(f"/pairs/{pair.id}/occasions/")
    assert "Your partner wrote down" not in browser.get("/").content.decode()
