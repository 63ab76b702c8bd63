"""The pages: who sees them, and that whatever is sent to them ends in a plain answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import travelled
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.enrol import api as enrol
from bothways.enrol.models import Consent, Enrolment
from bothways.enrol.tasks import tell_those_who_can_confirm
from bothways.enrol.tests.factory import drafted, enrolled, sent
from bothways.people.models import Person
from bothways.programme import api as programmes
from bothways.programme.services.consent import save_text
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
SLUG = "river-valley"
JOIN = f"/p/{SLUG}/join/"
MINE = f"/p/{SLUG}/mine/"
STEPS = ["side", "place", "languages", "times", "ways", "interests", "needs", "consent", "check"]
GET_PAGES = [JOIN, MINE, f"{MINE}withdraw/", *(f"{JOIN}{step}/" for step in STEPS)]
POST_PAGES = [
    JOIN,
    f"{MINE}withdraw/",
    f"{MINE}confirm/",
    f"{MINE}pause/",
    f"{MINE}resume/",
    *(f"{JOIN}{step}/" for step in STEPS),
]


def consents_of(programme, answer: str = "yes") -> dict[str, str]:
    texts = programmes.standing_texts(programme.pk)
    return dict.fromkeys(texts, answer) | {f"{purpose}_text": str(text.pk) for purpose, text in texts.items()}


def posts_of(programme) -> dict[str, dict]:
    """What a person sends at each step."""
    leaf = programmes.leaves(programme.pk)[0]
    return {
        "side": {"side": "1"},
        "place": {"area": str(leaf.pk), "radius_km": "15"},
        "languages": {"speak_0_language": "1", "speak_0_level": "3"},
        "times": {"times": ["5", "8"]},
        "ways": {"modes": ["0", "2"]},
        "interests": {"interests": ["0", "9"]},
        "needs": {"needs": ["0"], "facts": ["2"]},
        "consent": consents_of(programme),
        "check": {},
    }


def test_the_whole_way_in_the_browser(amina, programme) -> None:
    browser = amina.browser()
    page = browser.get(JOIN)
    assert page.status_code == 200
    assert "What may your partner call you" not in page.content.decode()
    response = browser.post(JOIN)
    for number, (step, data) in enumerate(posts_of(programme).items(), start=1):
        assert response.status_code == 302
        assert response.url == f"{JOIN}{step}/"
        page = browser.get(response.url)
        assert page.status_code == 200
        assert f"Step {number} of {len(STEPS)}" in page.content.decode()
        response = browser.post(response.url, {**data, "go": "next"})
    assert response.url == MINE
    assert "you can confirm" in browser.get(MINE).content.decode()
    enrolment = Enrolment.objects.get()
    assert (enrolment.side.number, enrolment.radius_km, enrolment.speak) == (1, 15, [1 * 4 + 3])
    assert (enrolment.times, enrolment.modes) == (1 << 5 | 1 << 8, 0b101)
    assert (enrolment.interests, enrolment.needs, enrolment.facts) == (1 | 1 << 9, 1, 4)
    with travelled(timedelta(days=2)):
        assert "Yes, I confirm" in browser.get(MINE).content.decode()
        assert browser.post(f"{MINE}confirm/").url == MINE
        assert "You are a member" in browser.get(MINE).content.decode()


def test_someone_without_a_name_is_asked_for_it_first(amina, programme) -> None:
    Person.objects.filter(id=amina.id).update(name_text=None)
    browser = amina.browser()
    assert "What may your partner call you" in browser.get(JOIN).content.decode()
    for wrong in ("", " ", "x" * 500, "a\x00b"):
        page = browser.post(JOIN, {"name": wrong})
        assert page.status_code in {409, 422}, wrong
    assert not Enrolment.objects.exists()
    assert browser.post(JOIN, {"name": "Amina"}).status_code == 302
    assert Enrolment.objects.exists()


def test_going_back_keeps_what_was_filled_in_and_what_was_not_does_not_hinder(amina, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    response = browser.post(f"{JOIN}place/", {"area": "", "radius_km": "50", "go": "back"})
    assert response.url == f"{JOIN}side/"
    assert Enrolment.objects.get().radius_km == 50
    assert Enrolment.objects.get().area is not None


def test_coming_back_goes_on_where_one_stopped(amina, programme) -> None:
    enrolment = enrol.start(amina.who, programme=programme)
    browser = amina.browser()
    assert browser.get(JOIN).url == f"{JOIN}side/"
    enrol.save(amina.who, enrolment_id=enrolment.pk, side=0)
    assert browser.get(JOIN).url == f"{JOIN}place/"
    assert browser.get(MINE).url == JOIN


def test_a_change_from_the_last_step_returns_there(amina, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    url = f"{JOIN}times/?then=check"
    assert url in browser.get(f"{JOIN}check/").content.decode()
    assert browser.post(url, {"times": ["0"], "quick": "weekends"}).url == url
    assert browser.post(url, {"times": ["0"], "go": "next"}).url == f"{JOIN}check/"


def test_a_member_changes_an_answer_and_returns_to_them(amina, programme) -> None:
    enrolled(amina, programme)
    browser = amina.browser()
    assert browser.get(JOIN).url == MINE
    assert browser.get(f"{JOIN}check/").url == MINE
    page = browser.get(f"{JOIN}times/").content.decode()
    assert "Step" not in page
    assert browser.post(f"{JOIN}times/", {"times": ["0"]}).url == MINE
    assert Enrolment.objects.get().times == 1
    page = browser.post(f"{JOIN}times/", {"times": []})
    assert page.status_code == 409
    assert Enrolment.objects.get().times == 1


def test_one_more_language_and_one_less(amina, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    url = f"{JOIN}languages/"
    assert "speak_1_language" in browser.get(url).content.decode()
    data = {"speak_0_language": "0", "speak_0_level": "2", "speak_1_language": "2", "speak_1_level": "1"}
    response = browser.post(url, {**data, "add": "speak"})
    assert response.url == f"{url}#speak"
    assert "speak_2_language" in browser.get(url).content.decode()
    browser.post(url, {**data, "speak_0_language": "", "go": "next"})
    assert Enrolment.objects.get().speak == [9]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"speak_0_language": "0"},
        {"speak_0_language": "0", "speak_0_level": "9"},
        {"speak_0_language": "x", "speak_0_level": "1"},
        {"speak_0_language": "99999999999999999999", "speak_0_level": "1"},
        {"speak_0_language": "0", "speak_0_level": "1", "speak_1_language": "0", "speak_1_level": "2"},
    ],
)
def test_languages_that_make_no_sense_are_shown_again(amina, programme, data) -> None:
    drafted(amina, programme)
    assert amina.browser().post(f"{JOIN}languages/", {**data, "go": "next"}).status_code == 422


def test_quick_choices_add_to_what_is_ticked_and_clear(amina, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    url = f"{JOIN}times/"
    assert browser.post(url, {"times": ["0"], "quick": "evenings"}).url == url
    assert Enrolment.objects.get().times == 1 | sum(1 << (day * 3 + 2) for day in range(5))
    browser.post(url, {"times": ["0"], "quick": "none"})
    assert Enrolment.objects.get().times == 0
    browser.post(url, {"quick": "any"})
    assert Enrolment.objects.get().times == (1 << 21) - 1


def test_partners_are_asked_only_where_there_can_be_more_than_one(amina, eli, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    assert browser.get(f"{JOIN}partners/").status_code == 404
    sides = [
        programmes.SideWords(number=number, name=f"Side {number}", about="", max_capacity=3)
        for number in range(2)
    ]
    programmes.set_sides(eli.who, programme_id=programme.pk, sides=sides)
    assert browser.get(f"{JOIN}partners/").status_code == 200
    assert browser.post(f"{JOIN}partners/", {"capacity": "3"}).status_code == 302
    assert Enrolment.objects.get().capacity == 3


def test_the_side_of_an_exchange_is_not_asked(amina, eli) -> None:
    exchange = a_programme(eli, kind="exchange", slug="tandem")
    enrol.start(amina.who, programme=exchange)
    assert amina.browser().get("/p/tandem/join/side/").status_code == 404


def test_no_consent_is_chosen_beforehand_and_each_can_be_refused(amina, programme) -> None:
    enrol.start(amina.who, programme=programme)
    browser = amina.browser()
    page = browser.get(f"{JOIN}consent/").content.decode()
    assert "checked" not in page
    assert browser.post(f"{JOIN}consent/", {"match": "yes"}).status_code == 422
    assert browser.post(f"{JOIN}consent/", consents_of(programme, "perhaps")).status_code == 422
    assert browser.post(f"{JOIN}consent/", consents_of(programme, "no")).status_code == 302
    assert set(Consent.objects.values_list("given", flat=True)) == {False}
    page = browser.get(f"{JOIN}check/").content.decode()
    assert "nobody will be proposed to you" in page


def test_a_text_that_changed_while_the_page_was_open_is_read_again(amina, eli, programme) -> None:
    enrol.start(amina.who, programme=programme)
    data = consents_of(programme)
    save_text(eli.who, programme_id=programme.pk, purpose="match", words={"en": "Something new."})
    browser = amina.browser()
    page = browser.post(f"{JOIN}consent/", data)
    assert page.status_code == 409
    words = page.content.decode()
    assert "Something new." in words
    # The others stay answered; the new text is not.
    assert words.count("checked") == 3
    assert not Consent.objects.exists()
    for wrong in ("", "x", "-1", "\x00", "9" * 50):
        assert browser.post(f"{JOIN}consent/", data | {"match_text": wrong}).status_code == 409
    assert browser.post(f"{JOIN}consent/", consents_of(programme)).status_code == 302


def test_sending_too_early_says_what_is_missing(amina, programme) -> None:
    enrol.start(amina.who, programme=programme)
    page = amina.browser().post(f"{JOIN}check/", {"go": "next"})
    assert page.status_code == 409
    assert "what you would like to do" in page.content.decode()


def test_confirming_too_early_says_when(amina, programme) -> None:
    sent(amina, programme)
    page = amina.browser().post(f"{MINE}confirm/")
    assert page.status_code == 409
    assert "you can confirm" in page.content.decode()


def test_pause_resume_and_withdraw_each_pressed_twice(amina, programme) -> None:
    enrolled(amina, programme)
    browser = amina.browser()
    for button, state in (("pause", "paused"), ("resume", "active")):
        for _time in range(2):
            assert browser.post(f"{MINE}{button}/").url == MINE
            assert Enrolment.objects.get().state == state
    assert browser.get(f"{MINE}withdraw/").status_code == 200
    for _time in range(2):
        assert browser.post(f"{MINE}withdraw/").url == "/"
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("url", GET_PAGES)
def test_who_sees_a_page(amina, bo, eli, programme, url) -> None:
    drafted(amina, programme)
    assert "/account/" in Client().get(url).url
    for other in (bo, eli):
        # Who is not enrolled can begin, and that is all.
        assert other.browser().get(url).status_code == (200 if url == JOIN else 404)
    assert amina.browser().get(url).status_code in {200, 302}


@pytest.mark.parametrize("url", POST_PAGES)
def test_nobody_writes_the_enrolment_of_another(amina, bo, eli, programme, url) -> None:
    enrolment = enrolled(amina, programme)
    before = Enrolment.objects.filter(pk=enrolment.pk).values().get()
    assert "/account/" in Client().post(url).url
    for other in (bo, eli):
        data = posts_of(programme).get(url.split("/")[-2], {})
        assert other.browser().post(url, data).status_code in {302, 404}
    assert Enrolment.objects.filter(pk=enrolment.pk).values().get() == before


@pytest.mark.parametrize("step", STEPS)
def test_nonsense_never_breaks_a_step(amina, programme, step) -> None:
    enrolment = drafted(amina, programme)
    before = Enrolment.objects.filter(pk=enrolment.pk).values().get()
    browser = amina.browser()
    names = posts_of(programme)[step]
    for value in ("", "x" * 5000, "-1", "9" * 25, "\x00", "١", "1.5", "None"):
        data = {name: [value, value] for name in names}
        for go in ("next", "back", value):
            page = browser.post(f"{JOIN}{step}/", {**data, "go": go})
            assert page.status_code in {302, 409, 422}, (value, go)
    after = Enrolment.objects.filter(pk=enrolment.pk).values().get()
    # Nonsense is at most an empty answer, and never another one.
    for name in ("side_id", "area_id", "radius_km", "capacity", "partners"):
        assert after[name] == before[name]


@pytest.mark.parametrize("url", [MINE, f"{MINE}confirm/", f"{JOIN}place/"])
def test_other_methods_are_not_answered(amina, programme, url) -> None:
    drafted(amina, programme)
    assert amina.browser().put(url).status_code == 405
    wrong = amina.browser().get(url) if url.endswith("confirm/") else amina.browser().delete(url)
    assert wrong.status_code == 405


def test_what_is_not_there_is_not_found(amina, programme) -> None:
    drafted(amina, programme)
    browser = amina.browser()
    for url in ("/p/nowhere/join/", "/p/nowhere/mine/", f"{JOIN}nothing/", f"{JOIN}{'x' * 300}/"):
        assert browser.get(url).status_code == 404
    # Withdrawing from what one is not in does nothing, and says so as if it had been done.
    assert browser.post("/p/nowhere/mine/withdraw/").status_code == 302


def test_a_closed_programme_cannot_be_joined(amina, eli) -> None:
    a_programme(eli, open=False)
    assert amina.browser().get(JOIN).status_code == 404
    assert amina.browser().post(JOIN).status_code == 404


def test_pages_need_few_queries(amina, programme, django_assert_max_num_queries) -> None:
    enrolled(amina, programme)
    browser = amina.browser()
    browser.get(MINE)
    for url in (MINE, f"{JOIN}place/", f"{JOIN}languages/", f"{JOIN}consent/"):
        with django_assert_max_num_queries(16):
            assert browser.get(url).status_code == 200


def test_the_home_page_says_the_one_next_step(amina, programme) -> None:
    assert enrol.tiles(amina.who) == []
    enrolment = drafted(amina, programme)
    assert enrol.tiles(amina.who)[0].url == JOIN
    enrol.send(amina.who, enrolment_id=enrolment.pk)
    assert not enrol.tiles(amina.who)[0].urgent
    with travelled(timedelta(days=2)):
        assert enrol.tiles(amina.who)[0].urgent
        enrol.confirm(amina.who, enrolment_id=enrolment.pk)
    assert enrol.tiles(amina.who)[0].url == reverse("enrolment", args=[SLUG])
    enrol.pause(amina.who, enrolment_id=enrolment.pk)
    assert "paused" in enrol.tiles(amina.who)[0].words


def test_a_notice_comes_once_when_the_pause_is_over_to_who_wants_notices(amina, bo, programme) -> None:
    sent(amina, programme)
    quiet = sent(bo, programme)
    enrol.consent(bo.who, enrolment_id=quiet.pk, answers={"notices": False})
    assert tell_those_who_can_confirm() == 0
    with travelled(timedelta(days=1, minutes=1)):
        for _time in range(2):
            assert tell_those_who_can_confirm() == 1
        assert [notice.path for notice in outbox.news(amina.who)] == [MINE]
        assert outbox.news(bo.who) == []
        amina.browser().get(MINE)
        assert outbox.news(amina.who) == []
    assert Notice.objects.filter(kind="enrolment.opens").count() == 1
