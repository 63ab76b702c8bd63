"""The pages: who gets what, and every kind of bad input."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from bothways.core.registry import api as registry
from bothways.help import opening, services
from bothways.help.models import Reply, Request
from bothways.help.tests.conftest import SECRET, asked
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def typed(**changes: str) -> dict[str, str]:
    return {"to": "coordinators", "kind": "housing", "words": SECRET, "once": str(uuid.uuid4()), **changes}


def test_who_gets_a_request_to_the_partner(amina, bo, chen, dara, eli, fatima, programme, pair) -> None:
    path = f"/requests/{asked(amina, programme, pair).id}/"
    for person in (amina, bo):
        page = person.browser().get(path)
        assert page.status_code == 200
        assert SECRET in page.content.decode()
        assert "no-store" in page["Cache-Control"]
    for person in (chen, dara, eli, fatima):
        for part in ("", "open/", "reply/", "resolve/", "take-back/"):
            send = person.browser().post if part else person.browser().get
            assert send(path + part).status_code == 404, part
    assert Client().get(path).status_code == 302
    assert bo.browser().post(f"{path}resolve/").status_code == 403
    assert bo.browser().post(f"{path}take-back/").status_code == 403
    assert bo.browser().post(f"{path}open/").status_code == 403
    assert amina.browser().post(f"{path}open/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_request_to_the_coordinators_step_by_step(amina, bo, eli, fatima, programme, pair) -> None:
    request = asked(amina, programme)
    path, browser = f"/requests/{request.id}/", eli.browser()
    for stranger in (bo, fatima):
        assert stranger.browser().get(path).status_code == 404
        assert stranger.browser().post(f"{path}open/").status_code == 404
    listed = browser.get(f"/p/{programme.slug}/requests/").content.decode()
    assert "A place to live" in listed
    assert path in listed
    sealed = browser.get(path).content.decode()
    for page in (listed, sealed):
        assert SECRET not in page
        assert "Amina" not in page
    assert browser.get(f"{path}open/").status_code == 405
    opened = browser.post(f"{path}open/", follow=True).content.decode()
    assert SECRET in opened
    assert "Amina" not in opened
    assert browser.post(f"{path}reply/", {"words": "Come by"}).status_code == 302
    answered = amina.browser().get(path).content.decode()
    assert "Eli from the office, coordinator" in answered
    assert "Come by" in answered
    (receipts,) = [s for s in registry.everything(amina.who) if s.key == "receipts"]
    assert len(receipts.rows) == 1
    assert browser.post(f"{path}resolve/").status_code == 403
    assert amina.browser().post(f"{path}resolve/").status_code == 302
    assert path not in browser.get(f"/p/{programme.slug}/requests/").content.decode()
    closed = browser.post(f"{path}open/")
    assert closed.status_code == 409
    assert SECRET not in closed.content.decode()


def test_who_gets_the_lists(amina, chen, dara, eli, fatima, programme, pair) -> None:
    slug = programme.slug
    expected = {
        f"/p/{slug}/requests/": [(amina, 403), (chen, 403), (dara, 403), (eli, 200), (fatima, 403)],
        f"/p/{slug}/requests/new/": [(amina, 200), (chen, 200), (dara, 404), (eli, 403), (fatima, 404)],
        f"/p/{slug}/my-requests/": [(amina, 200), (chen, 200), (dara, 404), (eli, 403), (fatima, 404)],
    }
    for path, answers in expected.items():
        assert Client().get(path).status_code == 302
        for person, status in answers:
            assert person.browser().get(path).status_code == status, (path, person.name)
        assert eli.browser().delete(path).status_code == 405
        assert eli.browser().get(path.replace(slug, "no-such-programme")).status_code == 404
    assert amina.browser().get(f"/p/{slug}/my-requests/?page=%00").status_code == 200
    assert eli.browser().get(f"/p/{slug}/requests/?page=-7").status_code == 200


def test_amina_asks_by_the_page(amina, bo, programme, pair) -> None:
    browser, path = amina.browser(), f"/p/{programme.slug}/requests/new/"
    assert "My partner: Bo" in browser.get(path).content.decode()
    form = typed(to=str(pair.id))
    answers = [browser.post(path, form) for _twice in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    request = Request.objects.get()
    assert (request.to, request.pair_id) == ("partner", pair.id)
    assert SECRET in bo.browser().get(answers[0].url).content.decode()
    assert "A place to live" in browser.get(f"/p/{programme.slug}/my-requests/").content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"to": "", "kind": "", "words": ""},
        {"to": "everybody"},
        {"to": "00000000-0000-0000-0000-000000000000"},
        {"to": "\x00"},
        {"kind": "religion"},
        {"kind": "x" * 5000},
        {"words": "kept " + "x" * 4000},
        {"words": "a\x00b"},
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(amina, programme, pair, bad) -> None:
    page = amina.browser().post(f"/p/{programme.slug}/requests/new/", {**typed(words="kept words"), **bad})
    assert page.status_code == 422
    assert 'class="err' in page.content.decode()
    if bad.get("words", "kept").startswith("kept"):
        assert bad.get("words", "kept words")[:10].strip() in page.content.decode()
    assert not Request.objects.exists()


def test_one_too_many_keeps_the_words(amina, programme, pair, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_OPEN", 0)
    page = amina.browser().post(f"/p/{programme.slug}/requests/new/", typed())
    assert page.status_code == 409
    assert SECRET in page.content.decode()


def test_answering_by_the_page(amina, bo, programme, pair) -> None:
    path = f"/requests/{asked(amina, programme, pair).id}/"
    browser = bo.browser()
    for bad in ("", "a\x00b", "x" * 4001):
        assert browser.post(f"{path}reply/", {"words": bad}).status_code == 422
    form = {"words": "Friday?", "once": str(uuid.uuid4())}
    for _twice in range(2):
        assert browser.post(f"{path}reply/", form).status_code == 302
    reply = Reply.objects.get()
    delete = f"/replies/{reply.id}/delete/"
    assert amina.browser().post(delete).status_code == 404
    assert browser.get(delete).status_code == 405
    assert browser.post(delete).status_code == 302
    assert browser.post(delete).status_code == 404
    amina.browser().post(f"{path}take-back/")
    late = browser.post(f"{path}reply/", {"words": "kept words"})
    assert late.status_code == 409
    assert "kept words" in late.content.decode()
    assert SECRET not in late.content.decode()
    assert "taken back" in browser.get(path).content.decode()


def test_a_coordinator_who_typed_too_long_loses_nothing(amina, eli, programme, pair) -> None:
    request = asked(amina, programme)
    unopened = eli.browser().post(f"/requests/{request.id}/reply/", {"words": "kept words"})
    assert unopened.status_code == 409
    assert "kept words" in unopened.content.decode()
    assert SECRET not in unopened.content.decode()


def test_resolving_and_taking_back_twice(amina, programme, pair) -> None:
    path, browser = f"/requests/{asked(amina, programme).id}/", amina.browser()
    for part in ("resolve/", "resolve/", "take-back/", "take-back/"):
        assert browser.post(path + part).status_code == 302
    assert browser.post(f"{path}resolve/").status_code == 409


def test_after_the_end_the_partner_finds_no_page(amina, bo, programme, pair) -> None:
    path = f"/requests/{asked(amina, programme, pair).id}/"
    pairs.end(bo.who, pair_id=pair.id)
    assert bo.browser().get(path).status_code == 404
    mine = amina.browser()
    assert "This pair has ended" in mine.get(path).content.decode()
    late = mine.post(f"{path}reply/", {"words": "kept words"})
    assert late.status_code == 409
    assert "kept words" in late.content.decode()


def test_the_glass_box_has_what_i_asked_and_answered(amina, bo, eli, programme, pair) -> None:
    request = asked(amina, programme)
    opening.open_with_receipt(eli.who, request_id=request.id)
    services.reply(eli.who, request_id=request.id, words="Come by")
    mine = {s.key: s.rows for s in registry.everything(amina.who)}
    theirs = {s.key: s.rows for s in registry.everything(eli.who)}
    assert len(mine["requests"]) == 1
    assert SECRET in [row["words"] for row in mine["texts"]]
    assert (len(theirs["replies"]), len(theirs["openings"])) == (1, 1)
    people.leave(eli.who)
    assert not Reply.objects.exists()
    after = {s.key: s.rows for s in registry.everything(amina.who)}
    assert after["receipts"][0]["name"] == "Eli from the office"


def test_pages_ask_little(amina, eli, programme, pair, django_assert_max_num_queries) -> None:
    for _number in range(9):
        request = asked(amina, programme)
    opening.open_with_receipt(eli.who, request_id=request.id)
    for number in range(20):
        person = (amina, eli)[number % 2]
        services.reply(person.who, request_id=request.id, words=f"Words {number}")
    for person, path, most in (
        (amina, f"/requests/{request.id}/", 12),
        (eli, f"/requests/{request.id}/", 17),
        (amina, f"/p/{programme.slug}/my-requests/", 8),
        (eli, f"/p/{programme.slug}/requests/", 9),
        (amina, f"/p/{programme.slug}/requests/new/", 13),
    ):
        browser = person.browser()
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200
