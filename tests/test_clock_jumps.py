"""The clock is put forward by a day, the jobs of a minute run, and it is put back: what was over stays over.

And the other way about: what was young is still there, with everything that was in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, acting, confirm, open_entry
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.identity.models import Entry
from bothways.core.outbox import api as outbox
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.enrol import services as enrol
from bothways.enrol import tasks as enrol_tasks
from bothways.enrol.models import Consent, Enrolment
from bothways.enrol.tests.factory import enrolled, sent
from bothways.help import api as help_
from bothways.help import opening
from bothways.help import tasks as help_tasks
from bothways.match import services as match
from bothways.match import tasks as match_tasks
from bothways.match.models import Answer, Proposal
from bothways.match.tests.factory import proposed
from bothways.meet import calendar
from bothways.people import tasks as people_tasks
from bothways.people import tidying
from bothways.people.models import Person, SentCode
from bothways.programme import services as programmes
from bothways.programme import tasks as programme_tasks
from bothways.programme.tests.factory import a_programme
from tests.cast import someone

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def the_jobs_of_a_minute() -> None:
    people_tasks.finish_leaving(0)
    people_tasks.end_what_is_over(0)
    programme_tasks.forget_old_codes(0)
    enrol_tasks.tell_who_can_confirm(0)
    match_tasks.every_minute(0)
    help_tasks.end_old_openings(0)


@pytest.fixture(params=["forward and back", "back and forward"])
def jump(request: pytest.FixtureRequest):
    """A day's jump with its jobs, forward first or back first; the clock is right again afterwards."""

    def jump() -> None:
        for step in (DAY, -DAY) if request.param == "forward and back" else (-DAY, DAY):
            with travelled(step):
                the_jobs_of_a_minute()

    return jump


@contextmanager
def later_put_back(span: timedelta) -> Iterator[None]:
    """`span` passes, with the jobs of its last minute; in the block the clock is a day behind that."""
    with travelled(span):
        the_jobs_of_a_minute()
        with travelled(-DAY):
            the_jobs_of_a_minute()
            yield


def letter_code(client: Client, address: str) -> str:
    client.post(reverse("account_login"), {"email": address})
    found = re.search(r"^[A-Z]{4}-[A-Z]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found.group()


def tried(client: Client, code: str) -> bool:
    client.post(reverse("account_confirm_login_code"), {"code": code})
    return client.get(reverse("me")).status_code == 200


def test_aminas_session_that_ran_out_stays_ended() -> None:
    amina = someone("Amina")
    token = open_entry(amina.id)
    who = acting(token)
    assert who is not None
    with later_put_back(timedelta(days=30, minutes=1)):
        assert acting(token) is None
        with pytest.raises(NotSignedIn):
            confirm(who)
    assert acting(token) is None, "even when the clock is right again"


def test_a_session_is_ended_where_it_is_found_without_any_job() -> None:
    amina = someone("Amina")
    token = open_entry(amina.id)
    with travelled(timedelta(days=30, minutes=1)):
        assert acting(token) is None
    assert acting(token) is None
    assert Entry.objects.filter(person_id=amina.id, ended_at=None).count() == 1


def test_the_database_ends_a_session_where_it_finds_it_over() -> None:
    amina = someone("Amina")
    browser = amina.browser()
    token = browser.session[SESSION_KEY]
    with travelled(timedelta(days=30, minutes=1)), walls.inside(token) as stay:
        assert stay.found == (None, None)
    with walls.inside(token) as stay:
        assert stay.found == (None, None)
    assert browser.get(reverse("me")).status_code == 302


def test_bos_young_session_lives_through_a_jump(jump) -> None:
    bo = someone("Bo")
    browser = bo.browser()
    token = browser.session[SESSION_KEY]
    jump()
    assert acting(token) is not None
    assert browser.get(reverse("me")).status_code == 200


def test_a_sign_in_that_was_a_while_ago_does_not_become_fresh() -> None:
    browser = someone("Amina").browser()
    with travelled(timedelta(minutes=31)):
        assert browser.get(reverse("glass_box")).status_code == 403
        with travelled(-DAY):
            assert browser.get(reverse("glass_box")).status_code == 403
    assert browser.get(reverse("glass_box")).status_code == 403


def test_chens_code_that_ran_out_stays_dead() -> None:
    chen, browser = someone("Chen"), Client(HTTP_ACCEPT_LANGUAGE="en")
    code = letter_code(browser, "chen@example.org")
    with later_put_back(timedelta(minutes=11)):
        assert not SentCode.objects.exists()
        assert not tried(browser, code)
    assert not tried(browser, code)
    assert chen.browser().get(reverse("me")).status_code == 200


def test_a_code_from_before_the_clock_was_put_back_lives_no_longer_than_ten_minutes() -> None:
    someone("Chen")
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    code = letter_code(browser, "chen@example.org")
    with travelled(-DAY):
        assert not tried(browser, code)
    assert not SentCode.objects.exists()


def test_a_letter_under_way_is_not_lost_with_its_account(jump) -> None:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.post(reverse("account_signup"), {"email": "dara@example.org", "adult": "on"})
    with travelled(DAY):
        tidying.remove_unconfirmed()
    jump()
    dara = Person.objects.get()
    assert texts.read_for_delivery(dara.id, "address") == "dara@example.org"


def test_no_jump_confirms_guls_enrolment_and_nothing_in_it_is_lost(jump) -> None:
    eli, gul = someone("Eli"), someone("Gul")
    enrolment = sent(gul, a_programme(eli))
    before = Enrolment.objects.values().get(pk=enrolment.pk)
    jump()
    assert Enrolment.objects.values().get(pk=enrolment.pk) == before
    with pytest.raises(Refused, match="too early"):
        enrol.confirm(gul.who, enrolment_id=enrolment.pk)
    with travelled(DAY + timedelta(minutes=1)):
        assert enrol.confirm(gul.who, enrolment_id=enrolment.pk).state == Enrolment.State.ACTIVE
        with travelled(-DAY):
            the_jobs_of_a_minute()
    assert Enrolment.objects.get(pk=enrolment.pk).state == Enrolment.State.ACTIVE


def test_a_consent_that_amina_took_back_stays_back_and_what_she_withdrew_stays_gone(jump) -> None:
    eli, amina, bo = someone("Eli"), someone("Amina"), someone("Bo")
    programme = a_programme(eli)
    mine, gone = enrolled(amina, programme), enrolled(bo, programme, side=1)
    with travelled(timedelta(minutes=5)):
        enrol.consent(amina.who, enrolment_id=mine.pk, answers={"match": False})
        enrol.withdraw(bo.who, enrolment_id=gone.pk)
    jump()
    standing = Consent.objects.filter(enrolment=mine, purpose="match", replaced_at=None)
    assert [row.given for row in standing] == [False]
    assert not Enrolment.objects.filter(pk=gone.pk).exists()
    assert not Consent.objects.filter(person_id=bo.id).exists()


@pytest.fixture
def proposal():
    amina, bo = someone("Amina"), someone("Bo")
    return amina, bo, proposed(amina, bo, a_programme(someone("Eli")))


def test_a_proposal_that_ran_out_stays_closed(proposal) -> None:
    amina, bo, one = proposal
    match.answer(amina.who, proposal_id=one.id, yes=True)
    over = one.expires_at - now() + timedelta(minutes=1)
    with later_put_back(over):
        with pytest.raises(Refused, match="closed"):
            match.answer(bo.who, proposal_id=one.id, yes=True)
        assert bo.browser().get(reverse("home")).status_code == 200
    with pytest.raises(Refused, match="closed"):
        match.answer(bo.who, proposal_id=one.id, yes=True)
    assert not Answer.objects.exists() and not Proposal.objects.exclude(state="closed").exists()


def test_a_proposal_is_closed_where_it_is_found_without_any_job(proposal) -> None:
    amina, _bo, one = proposal
    with travelled(one.expires_at - now() + timedelta(minutes=1)), pytest.raises(Refused, match="closed"):
        match.answer(amina.who, proposal_id=one.id, yes=True)
    with pytest.raises(Refused, match="closed"):
        match.answer(amina.who, proposal_id=one.id, yes=True)


def test_a_young_proposal_and_its_yes_live_through_a_jump(proposal, jump) -> None:
    amina, bo, one = proposal
    match.answer(amina.who, proposal_id=one.id, yes=True)
    jump()
    assert match.answer(bo.who, proposal_id=one.id, yes=True).state == "made"


@pytest.mark.django_db(transaction=True)
def test_an_opened_request_closes_after_half_an_hour_and_stays_closed() -> None:
    eli, amina = someone("Eli"), someone("Amina")
    programme = a_programme(eli)
    enrolled(amina, programme)
    request = help_.ask(amina.who, programme_id=programme.id, kind="work", words="Where is a course?")
    page = reverse("request", args=[request.id])
    opening.open_with_receipt(eli.who, request_id=request.id)
    browser = eli.browser()
    assert "Where is a course?" in browser.get(page).content.decode()
    with travelled(-DAY):
        assert "Where is a course?" not in browser.get(page).content.decode(), "not for a day longer"
    assert "Where is a course?" not in browser.get(page).content.decode()
    opening.open_with_receipt(eli.who, request_id=request.id)
    with later_put_back(timedelta(minutes=31)):
        assert "Where is a course?" not in browser.get(page).content.decode()
    assert "Where is a course?" not in browser.get(page).content.decode()
    assert "Where is a course?" in amina.browser().get(page).content.decode()


def test_a_request_that_amina_took_back_stays_taken_back(jump) -> None:
    eli, amina = someone("Eli"), someone("Amina")
    programme = a_programme(eli)
    enrolled(amina, programme)
    taken = help_.ask(amina.who, programme_id=programme.id, kind="work", words="Never mind")
    kept = help_.ask(amina.who, programme_id=programme.id, kind="school", words="A form")
    with travelled(timedelta(minutes=5)):
        amina.browser().post(reverse("request_take_back", args=[taken.id]))
    jump()
    taken.refresh_from_db()
    kept.refresh_from_db()
    assert (taken.state, kept.state) == ("taken_back", "open")
    with pytest.raises(Refused):
        opening.open_with_receipt(eli.who, request_id=taken.id)
    assert set(texts.read(amina.who, [kept.text_id]).values()) == {"A form"}


def test_fatimas_feed_that_she_switched_off_stays_off_and_the_new_one_lives(jump) -> None:
    fatima = someone("Fatima")
    dead = calendar.make_feed(fatima.who, instead_of="")
    calendar.end_feed(fatima.who)
    living = calendar.make_feed(fatima.who, instead_of="")
    jump()
    assert Client().get(reverse("feed", args=[dead])).status_code == 404
    assert Client().get(reverse("feed", args=[living])).status_code == 200


def test_an_invitation_that_ran_out_stays_dead_and_a_young_one_lives(jump) -> None:
    eli, hana, ivo = someone("Eli"), someone("Hana"), someone("Ivo")
    programme = a_programme(eli)
    code = programmes.invite(eli.who, programme_id=programme.id)
    with later_put_back(timedelta(days=7, minutes=1)), pytest.raises(Refused):
        programmes.take_up(hana.who, code=code, public_name="Hana")
    with pytest.raises(Refused):
        programmes.take_up(hana.who, code=code, public_name="Hana")
    young = programmes.invite(eli.who, programme_id=programme.id)
    jump()
    assert programmes.take_up(ivo.who, code=young, public_name="Ivo").person_id == ivo.id


def test_somebody_who_left_stays_gone(jump) -> None:
    amina = someone("Amina")
    outbox.tell(amina.id, "sign_in.new", path="/me/sign-ins/", key="a")
    amina.browser().post(reverse("leave"))
    jump()
    assert not Person.objects.exists() and not Text.objects.exists()
    assert outbox.news(amina.who) == []
