"""The directory: written by coordinators, found by members in every script, in doubt after its day."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.utils.translation import override

from bothways.core.clock.api import today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.walls import api as walls
from bothways.help import directory
from bothways.help.directory import Entry
from bothways.help.models import Service
from bothways.help.searching import plain, terms
from bothways.help.tests.conftest import listed
from bothways.help.words import KINDS, SORTS
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def found(programme, words: str, kind: str = "") -> list[str]:
    return [one.name for one in directory.find(programme, words=words, kind=kind, number="")]


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("Tenants' Advice", "tenants advice"),
        ("Café für Mütter", "CAFE fur mutter"),
        ("Straße der Hilfe", "strasse"),
        ("مركز الإسكان", "الاسكان"),
        ("مركز إسكان", "الإسكان"),
        ("مَدْرَسَةُ اللُّغَة", "مدرسه"),
        ("المكتبة الكبرى", "مكتبه الكبري"),
        ("مساعدةـــ", "مساعدة"),
        ("کتابخانه", "كتابخانه"),
        ("دورة ٢٤ ساعة", "24"),
        ("租房咨询中心", "租房"),
        ("北京市租房法律咨询", "租房法律"),
        ("法律援助", "法律"),
        ("Ｆｕｌｌ width", "full"),
        ("100%_sure", "100 sure"),
    ],
)
def test_every_script_is_found(eli, programme, written, looked_for) -> None:
    listed(eli, programme, name=written, kind="else")
    listed(eli, programme, name="Zzz other", kind="work")
    assert found(programme, looked_for) == [written]


def test_a_mark_parts_words(eli, programme) -> None:
    listed(eli, programme, name="租房、咨询中心")
    assert found(programme, "租房咨询") == []
    assert found(programme, "租房 咨询") == ["租房、咨询中心"]


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_words_of_the_product_find_it_in_every_language(eli, programme, language) -> None:
    listed(eli, programme, name="Room 5", kind="housing", sort="advice")
    listed(eli, programme, name="Room 6", kind="work", sort="job")
    with override(language):
        housing, job = str(KINDS["housing"]), str(SORTS["job"])
    assert found(programme, housing) == ["Room 5"]
    assert found(programme, job) == ["Room 6"]


def test_languages_spoken_there_are_found(eli, programme) -> None:
    number = programme.languages[0]
    one = listed(eli, programme, languages=(number, 9999))
    assert one.languages == [number]
    from bothways.programme.api import language_label

    assert found(programme, language_label(number)) == [one.name]


@pytest.mark.parametrize(
    "words", ["", "   ", "\x00", "%", "_", "'; --", "()", "\ud800", "x" * 5000, "ـ", "\u202e"]
)
def test_anything_may_be_looked_for(eli, amina, programme, pair, words) -> None:
    listed(eli, programme)
    assert found(programme, words) in ([], ["Tenants' advice"])
    answer = amina.browser().get(
        f"/p/{programme.slug}/services/", {"q": words.encode(errors="replace"), "kind": "nothing of the kind"}
    )
    assert answer.status_code == 200


def test_plain_words() -> None:
    assert plain("  A—b\u200b c\u0301 ") == "a b c"
    assert terms("a b c d e f g h i j") == ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert terms("法律援助") == ["法律", "律援", "援助"]


def test_who_reads_and_who_writes(amina, bo, dara, eli, fatima, programme, pair) -> None:
    one = listed(eli, programme, valid_until=today() + timedelta(days=3))
    base = f"/p/{programme.slug}/services/"
    expected = {
        base: [(amina, 200), (eli, 200), (dara, 404), (fatima, 404)],
        f"{base}new/": [(amina, 403), (eli, 200), (dara, 403), (fatima, 403)],
        f"/services/{one.id}/": [(amina, 200), (eli, 200), (dara, 404), (fatima, 404)],
        f"/services/{one.id}/change/": [(amina, 403), (eli, 200), (dara, 404), (fatima, 404)],
    }
    for path, answers in expected.items():
        assert Client().get(path).status_code == 302
        for person, status in answers:
            assert person.browser().get(path).status_code == status, (path, person.name)
    for person, fault in ((amina, PermissionDenied), (dara, Http404), (fatima, Http404)):
        for act in (
            lambda who: directory.change(who, service_id=one.id, entry=Entry("x", place="y")),
            lambda who: directory.extend(who, service_id=one.id),
            lambda who: directory.take_away(who, service_id=one.id),
        ):
            with pytest.raises(fault):
                act(person.who)
        with pytest.raises(PermissionDenied):
            directory.write(person.who, programme_id=programme.id, entry=Entry("x", place="y"))
    for person in (dara, fatima):
        with walls.acting_with(person.who.token):
            assert not Service.objects.exists()
    for person in (amina, dara, fatima):
        with walls.acting_with(person.who.token):
            assert Service.objects.filter(id=one.id).update(name="mine") == 0


def test_by_force_nobody_else_writes_an_entry(amina, eli, programme, pair) -> None:
    one = listed(eli, programme)
    with pytest.raises(Error), transaction.atomic(), walls.acting_with(amina.who.token):
        Service.objects.create(
            programme=programme,
            name="x",
            place="y",
            found_by="x",
            valid_until=today(),
            sort="job",
            kind="work",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(id=one.id).update(phone="")


def test_after_its_day_members_do_not_find_it_and_one_tap_brings_it_back(amina, eli, programme, pair) -> None:
    one = listed(eli, programme, valid_until=today() + timedelta(days=3))
    page, path = f"/p/{programme.slug}/services/", f"/services/{one.id}/still-true/"
    with travelled(timedelta(days=3)):
        assert found(programme, "tenants") == [one.name]
        assert "Still true?" not in eli.browser().get(page).content.decode()
    with travelled(timedelta(days=4)):
        assert found(programme, "tenants") == []
        assert one.name not in amina.browser().get(page).content.decode()
        assert "Still true?" in eli.browser().get(page).content.decode()
        assert amina.browser().post(path).status_code == 403
        for _twice in range(2):
            assert eli.browser().post(path).status_code == 302
        assert found(programme, "tenants") == [one.name]
        assert Event.objects.filter(kind="service.extended").count() == 1


def test_by_the_page(amina, eli, programme, pair) -> None:
    browser, path = eli.browser(), f"/p/{programme.slug}/services/new/"
    typed = {
        "sort": "course",
        "kind": "school",
        "name": "Evening course",
        "about": "Twice a week",
        "area": "",
        "phone": "030 / 12-34",
        "web": "example.org/course",
        "mail": "course@example.org",
        "languages": [str(programme.languages[0])],
        "valid_until": f"{today() + timedelta(days=30)}",
        "once": str(uuid.uuid4()),
    }
    answers = [browser.post(path, typed) for _twice in range(2)]
    assert answers[0].status_code == 302 and answers[0].url == answers[1].url
    one = Service.objects.get()
    assert one.web == "https://example.org/course"
    page = amina.browser().get(f"/services/{one.id}/").content.decode()
    assert "Evening course" in page and "030 / 12-34" in page and "change" not in page
    changed = {**typed, "name": "Morning course"}
    assert browser.post(f"/services/{one.id}/change/", changed).status_code == 302
    assert found(programme, "morning") == ["Morning course"] and found(programme, "evening") == []
    assert 'value="Morning course"' in browser.get(f"/services/{one.id}/change/").content.decode()
    assert browser.post(f"/services/{one.id}/take-away/").status_code == 302
    assert amina.browser().get(f"/services/{one.id}/").status_code == 404
    assert found(programme, "") == []


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"kind": "religion"},
        {"sort": "person"},
        {"web": "javascript:alert(1)"},
        {"web": "ftp://example.org/"},
        {"mail": "nobody"},
        {"phone": "call <b>"},
        {"languages": ["9999"]},
        {"area": "999999999999999999999"},
        {"valid_until": "2019-01-01"},
        {"valid_until": "9999-12-31"},
        {"name": "a\x00b"},
        {"name": "kept " + "x" * 500},
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(eli, programme, bad) -> None:
    typed = {
        "sort": "job",
        "kind": "work",
        "name": "kept name",
        "place": "kept place",
        "valid_until": f"{today()}",
    }
    answer = eli.browser().post(f"/p/{programme.slug}/services/new/", {**typed, **bad})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page and "kept place" in page
    assert not Service.objects.exists()


def test_an_entry_that_nobody_can_reach_is_refused(eli, programme) -> None:
    with pytest.raises(Refused):
        listed(eli, programme, phone="")
    typed = {"sort": "job", "kind": "work", "name": "kept name", "valid_until": f"{today()}"}
    answer = eli.browser().post(f"/p/{programme.slug}/services/new/", typed)
    assert answer.status_code == 409 and "kept name" in answer.content.decode()


def test_pages_and_queries_stay_the_same_however_many(
    amina, eli, programme, pair, django_assert_max_num_queries
) -> None:
    for number in range(45):
        listed(eli, programme, name=f"Service {number:02}")
    browser, path = amina.browser(), f"/p/{programme.slug}/services/"
    with django_assert_max_num_queries(11):
        page = browser.get(path, {"q": "service", "kind": "else"}).content.decode()
    assert page.count('class="tile"') == 20 and "Page 1 of 3" in page
    last = browser.get(path, {"q": "service", "page": "3"}).content.decode()
    assert last.count('class="tile"') == 5
    assert "q=service&amp;kind=&amp;page=2" in last


def test_what_leaves_with_a_coordinator_is_not_the_directory(amina, eli, programme, pair) -> None:
    listed(eli, programme)
    people.leave(eli.who)
    assert found(programme, "tenants") == ["Tenants' advice"]
