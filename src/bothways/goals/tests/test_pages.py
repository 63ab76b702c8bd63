"""The pages: who gets what, every kind of bad input, and how much they ask of the database."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bothways.goals import services
from bothways.goals.models import Goal
from bothways.goals.tests.conftest import noted
from bothways.pair import services as pairs
from bothways.pair.tests.factory import a_pair
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def typed(words: str = "kept words", **more: str) -> dict[str, str]:
    return {"words": words, "pair": "", "once": str(uuid.uuid4()), **more}


def test_who_gets_in(amina, bo, chen, dara, eli, pair) -> None:
    goal = noted(amina, pair=pair)
    own, shared = f"/goals/{goal.id}/", f"/pairs/{pair.id}/goals/"
    for path in (f"{own}change/", shared, "/me/goals/"):
        assert Client().get(path).status_code == 302
        page = amina.browser().get(path)
        assert page.status_code == 200 and "no-store" in page["Cache-Control"]
        assert "Learn to drive" in page.content.decode()
    assert "Learn to drive" in bo.browser().get(shared).content.decode()
    for other in (bo, chen, dara, eli):
        client = other.browser()
        assert "Learn to drive" not in client.get("/me/goals/").content.decode()
        for path in (f"{own}change/", f"{own}done/", f"{own}delete/"):
            assert client.post(path, typed()).status_code == 404
        assert client.get(f"{own}change/").status_code == 404
        assert client.get(shared).status_code == (200 if other is bo else 404)
    assert amina.browser().get(f"/goals/{uuid.uuid4()}/change/").status_code == 404
    for path in (f"{own}done/", f"{own}delete/"):
        assert amina.browser().get(path).status_code == 405
    assert not Goal.objects.get().done


def test_written_shown_ticked_and_deleted_by_the_pages_also_twice(amina, bo, pair) -> None:
    hers, his = amina.browser(), bo.browser()
    form = typed("<b>drive</b>\r\n٦", pair=str(pair.id))
    for _twice in range(2):
        assert hers.post("/me/goals/", form).status_code == 302
    goal = Goal.objects.get()
    page = his.get("/").content.decode()
    assert "Your partner shares a next step with you" in page
    page = his.get(f"/pairs/{pair.id}/goals/").content.decode()
    assert page.count("&lt;b&gt;drive&lt;/b&gt;\n٦") == 1 and str(goal.id) not in page
    assert "Your partner shares a next step" not in his.get("/").content.decode()
    for done in ("yes", "yes", "\x00", "yes"):
        assert hers.post(f"/goals/{goal.id}/done/", {"done": done}).status_code == 302
    for page in (hers.get("/me/goals/"), his.get(f"/pairs/{pair.id}/goals/")):
        assert "<s>&lt;b&gt;drive" in page.content.decode()
    assert hers.post(f"/goals/{goal.id}/done/").status_code == 302
    assert "<s>" not in his.get(f"/pairs/{pair.id}/goals/").content.decode()
    assert hers.post(f"/goals/{goal.id}/delete/").status_code == 302
    assert hers.post(f"/goals/{goal.id}/delete/").status_code == 404
    assert "drive" not in his.get(f"/pairs/{pair.id}/goals/").content.decode()


def test_changed_shared_and_closed_by_its_page(amina, bo, pair) -> None:
    goal = noted(amina)
    path, hers, his = f"/goals/{goal.id}/change/", amina.browser(), bo.browser()
    assert "Only you read it." in hers.get("/me/goals/").content.decode()
    assert hers.post(path, typed("Learn to swim", pair=str(pair.id))).status_code == 302
    assert "Bo" in hers.get("/me/goals/").content.decode()
    assert f'<option value="{pair.id}" selected>' in hers.get(path).content.decode()
    assert "Learn to swim" in his.get(f"/pairs/{pair.id}/goals/").content.decode()
    assert hers.post(path, typed("Learn to swim")).status_code == 302
    assert "Learn to swim" not in his.get(f"/pairs/{pair.id}/goals/").content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"words": ""},
        {"words": " \n\t"},
        {"words": "kept words " + "x" * 300},
        {"words": "a\x00b"},
        {"pair": "me"},
        {"pair": "\x00"},
        {"pair": "9" * 5000},
        {"pair": "00000000-0000-0000-0000-000000000000"},
        {"pair": "other"},
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(amina, chen, dara, eli, pair, bad) -> None:
    goal = noted(amina)
    if bad.get("pair") == "other":
        bad = {"pair": str(a_pair(chen, dara, a_programme(eli, slug="another")).id)}
    for path in ("/me/goals/", f"/goals/{goal.id}/change/"):
        page = amina.browser().post(path, typed(**bad))
        assert page.status_code == 422 and 'class="err' in page.content.decode()
        if "words" not in bad or bad["words"].startswith("kept"):
            assert "kept words" in page.content.decode()
    assert Goal.objects.count() == 1


def test_odd_words_and_marks_are_kept_as_they_are(amina) -> None:
    for words in ("😀" * 50, "\u202eabc\u2066", "{{ 7|add:7 }}", "%(name)s", "'; DROP TABLE goals_goal; --"):
        assert amina.browser().post("/me/goals/", typed(words, once="no mark")).status_code == 302
    page = amina.browser().get("/me/goals/").content.decode()
    assert "{{ 7|add:7 }}" in page and "😀😀" in page and "DROP TABLE" in page


def test_too_many_are_refused_and_nothing_typed_is_lost(amina, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    noted(amina)
    page = amina.browser().post("/me/goals/", typed())
    assert page.status_code == 409
    assert "kept words" in page.content.decode() and "very many" in page.content.decode()


def test_a_pair_that_ends_while_she_types(amina, bo, pair, monkeypatch) -> None:
    """Her page still had the partner to choose; the services refuse, and her words stay in the form."""
    goal = noted(amina, pair=pair)
    partners = [(pair.id, "Bo")]
    pairs.end(bo.who, pair_id=pair.id)
    monkeypatch.setattr("bothways.goals.selectors.partners", lambda _who: partners)
    for path in ("/me/goals/", f"/goals/{goal.id}/change/"):
        page = amina.browser().post(path, typed(pair=str(pair.id)))
        assert page.status_code == 409
        assert "kept words" in page.content.decode() and "This pair has ended." in page.content.decode()
    monkeypatch.undo()
    page = amina.browser().get("/me/goals/").content.decode()
    assert "Only you read it." in page and "Who else may read it" not in page
    page = amina.browser().get(f"/pairs/{pair.id}/goals/")
    assert page.status_code == 200 and "Learn to drive" not in page.content.decode()


def test_who_is_alone_is_not_asked_who_reads_it(dara) -> None:
    browser = dara.browser()
    assert "Who else may read it" not in browser.get("/me/goals/").content.decode()
    assert browser.post("/me/goals/", typed()).status_code == 302
    assert "kept words" in browser.get("/me/goals/").content.decode()


def test_many_ask_no_more_than_one(amina, bo, pair) -> None:
    def asked(person, path: str) -> int:
        browser = person.browser()
        browser.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(path)
        return len(asked)

    looks = [(amina, "/me/goals/"), (amina, f"/pairs/{pair.id}/goals/"), (bo, f"/pairs/{pair.id}/goals/")]
    noted(amina, pair=pair)
    few = [asked(*look) for look in looks]
    for number in range(30):
        noted(amina, f"Step {number}", pair)
    assert [asked(*look) for look in looks] == few
    assert max(few) <= 14
