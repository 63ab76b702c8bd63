"""The pages: who sees which, what every kind of input gets, and that nobody learns anything about anybody."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.core.outbox import api as outbox
from bothways.enrol import services as enrolments
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import rounds, selectors
from bothways.match.models import Answer, Proposal, Round
from bothways.match.running import run_round
from bothways.match.services import answer
from bothways.match.tests.factory import a_round, accepted, proposed

pytestmark = pytest.mark.django_db
CLOSED_WORDS = "This proposal is closed. It says nothing about you."


@pytest.fixture
def visitor() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def page(proposal: Proposal) -> str:
    return f"/proposals/{proposal.id}/"


def text(response) -> str:
    return response.content.decode()


def test_a_proposal_is_its_two_peoples_and_nobody_elses(
    amina, bo, chen, dara, eli, visitor, proposal, programme
) -> None:
    enrolled(chen, programme)
    for person in (amina, bo):
        assert person.browser().get(page(proposal)).status_code == 200
    for other in (chen, dara, eli):
        browser = other.browser()
        assert browser.get(page(proposal)).status_code == 404
        assert browser.post(page(proposal), {"answer": "yes"}).status_code == 404
    assert visitor.get(page(proposal)).status_code == 302
    assert visitor.post(page(proposal), {"answer": "yes"}).status_code == 302
    assert amina.browser().get(f"/proposals/{uuid.uuid4()}/").status_code == 404
    assert amina.browser().get("/proposals/1/").status_code == 404
    assert not Answer.objects.exists()


def test_both_read_the_same_and_no_name_and_no_place(amina, bo, proposal) -> None:
    pages = [text(person.browser().get(page(proposal))) for person in (amina, bo)]
    for words in pages:
        for reason in (
            "You both speak English.",
            "Tuesday evening suits you both.",
            "You are less than 2 km apart.",
            "You both like to meet in person.",
        ):
            assert reason in words
        for secret in ("Amina", "Bo<", "Potsdam", "Teltow", "River Valley<", str(amina.id), str(bo.id)):
            assert secret not in words
    mine, theirs = ([line for line in words.splitlines() if "csrf" not in line] for words in pages)
    assert mine == theirs


def test_yes_then_waiting_then_a_pair(amina, bo, proposal) -> None:
    browser = amina.browser()
    response = browser.post(page(proposal), {"answer": "yes"}, follow=True)
    assert response.redirect_chain == [(page(proposal), 302)]
    assert "Now the other person has time to answer" in text(response)
    assert "I changed my mind" in text(response)
    # Bo sees nothing of it.
    assert "Yes, I would like to meet this person" in text(bo.browser().get(page(proposal)))
    response = bo.browser().post(page(proposal), {"answer": "yes"}, follow=True)
    assert "You are a pair now" in text(response)
    assert "You both said yes" in text(browser.get(page(proposal)))


def test_the_same_button_twice_is_answered_kindly(amina, bo, proposal) -> None:
    browser = amina.browser()
    for choice in ("yes", "yes", "no", "no"):
        assert browser.post(page(proposal), {"answer": choice}).status_code == 302
    assert browser.post(page(proposal), {"answer": "yes"}).status_code == 409


@pytest.mark.parametrize("how", ["no", "expired", "withdrawn"])
def test_every_end_reads_the_same_for_both(amina, bo, proposal, how) -> None:
    answer(bo.who, proposal_id=proposal.id, yes=True)
    if how == "no":
        answer(amina.who, proposal_id=proposal.id, yes=False)
    elif how == "withdrawn":
        enrolments.withdraw(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id).id)
    with travelled(timedelta(days=8 if how == "expired" else 0)):
        for person in (amina, bo):
            words = text(person.browser().get(page(proposal)))
            assert CLOSED_WORDS in words
            assert "You said yes" not in words
            assert "<button" not in words.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    "typed",
    [{}, {"answer": ""}, {"answer": "maybe"}, {"answer": "x" * 100_000}, {"answer": "\x00"}, {"a": "yes"}],
)
def test_anything_else_than_yes_or_no_is_asked_again(amina, proposal, typed) -> None:
    response = amina.browser().post(page(proposal), typed)
    assert response.status_code == 422
    assert "Please choose yes or no." in text(response)
    assert not Answer.objects.exists()


def test_a_refusal_is_said_on_the_same_page(amina, proposal) -> None:
    enrolments.pause(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id).id)
    response = amina.browser().post(page(proposal), {"answer": "yes"})
    assert response.status_code == 409
    assert "End the pause first" in text(response)


def test_other_ways_of_asking_are_refused(amina, eli, proposal, programme) -> None:
    browser = amina.browser()
    assert browser.put(page(proposal)).status_code == 405
    assert browser.post(f"/p/{programme.slug}/waiting/").status_code == 405
    assert eli.browser().post(f"/rounds/{proposal.round_id}/").status_code == 405
    assert eli.browser().delete(f"/p/{programme.slug}/rounds/").status_code == 405


def test_opening_a_proposal_clears_its_notice(amina, proposal) -> None:
    assert [notice.kind for notice in outbox.news(amina.who)] == ["proposal.new"]
    amina.browser().get(page(proposal))
    assert outbox.news(amina.who) == []


def test_rounds_are_the_coordinators(amina, dara, eli, visitor, proposal, programme) -> None:
    url, one = f"/p/{programme.slug}/rounds/", f"/rounds/{proposal.round_id}/"
    assert eli.browser().get(url).status_code == 200
    assert eli.browser().get(one).status_code == 200
    for address in (url, one):
        assert amina.browser().get(address).status_code == 403
        assert visitor.get(address).status_code == 302
    assert dara.browser().get(one).status_code == 404
    assert amina.browser().post(url).status_code == 403
    assert eli.browser().get("/p/no-such/rounds/").status_code == 404
    assert eli.browser().get(f"/rounds/{uuid.uuid4()}/").status_code == 404
    assert Round.objects.count() == 1


def test_the_button_starts_one_round_however_often(eli, programme) -> None:
    browser = eli.browser()
    first, again = (browser.post(f"/p/{programme.slug}/rounds/") for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first.url == again.url == f"/rounds/{Round.objects.get().id}/"
    words = text(browser.get(first.url))
    assert "Waiting for its turn." in words
    assert 'http-equiv="refresh"' in words
    assert 'hx-trigger="every 2s"' in words


def test_the_progress_stops_asking_when_it_is_done(eli, amina, bo, programme) -> None:
    mine = rounds.ask(programme.id)
    browser, asked = eli.browser(), {"HX-Request": "true"}
    url = f"/rounds/{mine.id}/"
    assert browser.get(url, headers=asked).status_code == 200
    run_round(mine.id)
    response = browser.get(url, headers=asked)
    assert response.status_code == 286
    assert "hx-trigger" not in text(response)
    assert "Checked: no better set of pairs exists for these wishes." in text(response)
    assert "http-equiv" not in text(browser.get(url))


def test_a_failed_round_says_what_to_do(eli, programme) -> None:
    mine = rounds.ask(programme.id)
    Round.objects.update(state="failed", stage="failed", fault="stopped")
    assert "The work on this round stopped three times." in text(eli.browser().get(f"/rounds/{mine.id}/"))
    words = text(eli.browser().get(f"/p/{programme.slug}/rounds/"))
    assert "It could not be finished. Nothing was proposed." in words
    assert "Checked" not in words


def test_coordinators_see_no_count_of_people(eli, programme) -> None:
    for number in range(6):
        enrolled(someone(f"Guest{number}"), programme, side=number % 2)
    done = a_round(programme)
    assert Proposal.objects.count() == 3
    for url in (f"/p/{programme.slug}/rounds/", f"/rounds/{done.id}/"):
        main = text(eli.browser().get(url)).split("<main")[1].split(">", 1)[1].split("</main")[0]
        said = re.sub(r"<[^>]*>|\S+ \d+, \d{4}, (\S+\s[ap]\.m\.|noon|midnight)|Round 1|round 1", "", main)
        assert not re.search(r"\d", said)
        assert "Guest" not in main


def test_why_i_wait_is_for_me_only(amina, dara, eli, visitor, programme) -> None:
    url = f"/p/{programme.slug}/waiting/"
    people = [someone(f"Guest{number}") for number in range(4)]
    for person in people:
        enrolled(person, programme, side=1, times=1 << 8)
    enrolled(amina, programme)
    assert "There is no open proposal for you at the moment." in text(amina.browser().get(url))
    a_round(programme)
    words = text(amina.browser().get(url))
    assert "There are too few people yet who have time when you have time." in words
    assert "At least 3 people have time on Wednesday evening." in words
    for other in (dara, eli):
        assert other.browser().get(url).status_code == 404
    assert visitor.get(url).status_code == 302
    assert amina.browser().get("/p/no-such/waiting/").status_code == 404


def test_a_paused_member_reads_why_nobody_comes(amina, programme) -> None:
    mine = enrolled(amina, programme)
    enrolments.pause(amina.who, enrolment_id=mine.id)
    assert "not active" in text(amina.browser().get(f"/p/{programme.slug}/waiting/"))


def test_tiles_follow_the_proposal(amina, bo, eli, programme) -> None:
    enrolled(amina, programme)
    a_round(programme)
    (left_over,) = selectors.tiles(amina.who)
    assert (left_over.url, left_over.urgent) == (f"/p/{programme.slug}/waiting/", False)
    proposal = proposed(amina, bo, programme)
    (asked,) = selectors.tiles(amina.who)
    assert (asked.url, asked.urgent) == (page(proposal), True)
    answer(amina.who, proposal_id=proposal.id, yes=True)
    (waits,) = selectors.tiles(amina.who)
    assert (waits.url, waits.urgent) == (page(proposal), False)
    answer(bo.who, proposal_id=proposal.id, yes=True)
    assert selectors.tiles(amina.who) == []
    assert [tile.url for tile in selectors.tiles(eli.who)] == [f"/p/{programme.slug}/rounds/"]


@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_the_pages_come_in_every_language(amina, bo, programme, language) -> None:
    proposal = accepted(amina, bo, programme)
    type(amina.person).objects.filter(id=amina.id).update(language=language)
    assert amina.browser().get(page(proposal)).status_code == 200


def test_pages_ask_the_database_little(
    amina, eli, proposal, programme, django_assert_max_num_queries
) -> None:
    member, coordinator = amina.browser(), eli.browser()
    for number in range(12):
        Round.objects.create(
            programme=programme,
            number=number + 2,
            state="done",
            asked_at=proposal.made_at,
            heard_at=proposal.made_at,
        )
    member.get(page(proposal))
    for browser, url in (
        (member, page(proposal)),
        (member, f"/p/{programme.slug}/waiting/"),
        (coordinator, f"/p/{programme.slug}/rounds/"),
        (coordinator, f"/rounds/{proposal.round_id}/"),
    ):
        with django_assert_max_num_queries(10):
            assert browser.get(url).status_code == 200
    with django_assert_max_num_queries(4):
        selectors.tiles(amina.who)
