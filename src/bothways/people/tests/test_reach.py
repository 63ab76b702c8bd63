"""The page "How Bothways reaches me", and stopping letters with one tap in a mail program."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_all_entries
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.walls import api as walls
from bothways.people import leaving, reach_services, stopping
from bothways.people.models import Person
from bothways.people.tests.reach import REACH, deliver

pytestmark = pytest.mark.django_db


def account(one) -> Person:
    return Person.objects.get(id=one.id)


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setitem(outbox._words, "test.news", "News")
    return lambda one, key="1": outbox.tell(one.id, "test.news", path="/", key=key)


def test_somebody_new_sees_at_a_glance_what_reaches_them():
    page = someone("Amina").browser().get(reverse("reach")).content.decode()
    for said in (
        "You get a short letter",
        "It never says what it is about.",
        "At most 3 messages in seven days.",
        "Nothing between 9\N{NO-BREAK SPACE}p.m. and 8\N{NO-BREAK SPACE}a.m.",
        "Stop everything",
    ):
        assert said in page


def test_what_is_chosen_counts_at_once_also_for_what_waits(told, noon, mailoutbox):
    amina = someone("Amina")
    browser = amina.browser()
    weekly = {**REACH, "told": "weekly", "told_day": f"{(noon.weekday() + 1) % 7}", "told_at": "9"}
    assert browser.post(reverse("reach"), weekly).url == reverse("reach")
    told(amina)
    assert deliver() == 0
    with travelled(timedelta(hours=21, minutes=1)):
        assert deliver() == 1
        told(amina, "2")
        assert deliver() == 0
        browser.post(reverse("reach"), REACH)
        assert deliver() == 1
    assert len(mailoutbox) == 2


def test_somebody_may_choose_fewer_and_never_more_than_the_installation_sends(told, noon, mailoutbox):
    amina = someone("Amina")
    assert amina.browser().post(reverse("reach"), {**REACH, "notices_per_week": "1"}).status_code == 302
    assert amina.browser().post(reverse("reach"), {**REACH, "notices_per_week": "4"}).status_code == 422
    assert account(amina).notices_per_week == 1
    told(amina)
    assert deliver() == 1
    told(amina, "2")
    assert deliver() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"notices_by": "pigeon"},
        {"told": ""},
        {"told_day": "7"},
        {"told_at": "24"},
        {"quiet_from": "x"},
        {"told": "daily", "told_at": "22"},
        {"notices_per_week": "0"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(wrong):
    amina = someone("Amina")
    page = amina.browser().post(reverse("reach"), {**REACH, "quiet_until": "7", **wrong})
    assert page.status_code == 422 and 'value="7" selected' in page.content.decode()
    assert account(amina).quiet_until == time(8)


def test_the_services_and_the_database_refuse_it_too():
    amina = someone("Amina")
    good = reach_services.Wanted("letter", "soon", 0, time(18), None, time(21), time(8))
    for wrong in (
        {"notices_by": "pigeon"},
        {"told": "hourly"},
        {"notices_per_week": 7},
        {"told": "daily", "told_at": time(23)},
    ):
        with pytest.raises(Refused):
            reach_services.save(amina.who, replace(good, **wrong))
    for row in ({"told": "hourly"}, {"notices_by": "pigeon"}, {"notices_per_week": 0}, {"told_day": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(id=amina.id).update(**row)


def test_one_tap_stops_everything_and_what_is_new_waits_on_the_home_page(told, noon, mailoutbox):
    amina = someone("Amina")
    browser = amina.browser()
    assert browser.post(reverse("reach_stop")).url == reverse("reach")
    assert browser.post(reverse("reach_stop")).status_code == 302
    told(amina)
    assert deliver() == 0 and mailoutbox == []
    page = browser.get(reverse("reach")).content.decode()
    assert "Nothing reaches you" in page and "Stop everything" not in page
    assert "News" in browser.get("/").content.decode()
    assert Event.objects.filter(kind="person.settings", person_id=amina.id).count() == 1


def test_nobody_changes_anything_after_signing_out():
    amina = someone("Amina")
    end_all_entries(amina.id)
    with pytest.raises(NotSignedIn):
        reach_services.stop_everything(amina.who)
    assert account(amina).notices_by == "letter"
    assert Client().post(reverse("reach_stop")).status_code == 302


# One tap in the mail program (RFC 8058).


def link_in(message) -> str:
    return urlsplit(re.fullmatch(r"<(.+)>", message["List-Unsubscribe"].strip()).group(1)).path


def test_the_mail_program_stops_the_letters_by_itself(told, noon, postman):
    amina = someone("Amina")
    told(amina)
    assert deliver() == 1
    message = postman.message()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = link_in(message)
    assert link in message.get_body().get_content()
    # No cookie, no token of a form, checks on.
    program = Client(enforce_csrf_checks=True)
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert program.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    told(amina, "2")
    assert deliver() == 0 and len(postman.letters) == 1
    assert Event.objects.filter(kind="letters.stopped", person_id=amina.id).count() == 1
    page = amina.browser().get(reverse("reach")).content.decode()
    assert "stopped with the link" in page


def test_a_mail_program_may_send_it_as_a_form_with_parts():
    amina = someone("Amina")
    link = urlsplit(stopping.stop_url(amina.id)).path
    sent = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    answer = Client(enforce_csrf_checks=True).post(link, sent, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 200 and account(amina).letters_stopped_at


def test_opening_the_link_stops_nothing_and_shows_a_button():
    amina = someone("Amina")
    link = urlsplit(stopping.stop_url(amina.id)).path
    for method in ("get", "head"):
        answer = getattr(Client(), method)(link)
        assert answer.status_code in {200, 405} and account(amina).letters_stopped_at is None
    page = Client().get(link).content.decode()
    assert 'name="List-Unsubscribe" value="One-Click"' in page and "Amina" not in page
    assert Client().post(link).status_code == 422 and account(amina).letters_stopped_at is None


def test_the_link_can_do_nothing_but_stop(told, noon, mailoutbox):
    amina = someone("Amina")
    link = urlsplit(stopping.stop_url(amina.id)).path
    program = Client()
    program.post(link, {"List-Unsubscribe": "One-Click"})
    stopped = account(amina)
    for more in ({"List-Unsubscribe": "Off"}, {"notices_by": "letter"}, {"List-Unsubscribe": ""}):
        assert program.post(link, more).status_code == 422
    assert program.get(reverse("me")).url.startswith(reverse("account_login"))
    assert account(amina).letters_stopped_at == stopped.letters_stopped_at
    # The database itself lets nobody at the door begin them again, or change anything else.
    for change in (
        {"letters_stopped_at": None},
        {"notices_by": "text"},
        {"calendar_letters": True},
    ):
        with walls.at_the_door(), pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(id=amina.id).update(**change)
    # Signed in, one's own choice counts.
    amina.browser().post(reverse("reach"), REACH)
    told(amina)
    assert deliver() == 1


def test_links_cannot_be_guessed_changed_or_read():
    amina, bo = someone("Amina"), someone("Bo")
    token = stopping.stop_url(amina.id).split("/")[-2]
    assert amina.id.hex not in token and token != stopping.stop_url(amina.id).split("/")[-2]
    assert stopping.person_behind(token) == amina.id
    middle = len(token) // 2
    other = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for wrong in (other, token[:-4], token + "AAAA", "x", "ä", amina.id.hex, "A" * 5000):
        assert stopping.person_behind(wrong) is None
        assert (
            Client().post(reverse("letters_stop", args=[wrong]), dict([stopping.ONE_CLICK])).status_code
            == 404
        )
    assert account(bo).letters_stopped_at is None and account(amina).letters_stopped_at is None


def test_the_link_of_somebody_who_left_answers_the_same():
    amina, bo = someone("Amina"), someone("Bo")
    hers, his = (urlsplit(stopping.stop_url(one.id)).path for one in (amina, bo))
    leaving.leave(amina.who)
    gone, here = (Client().post(path, dict([stopping.ONE_CLICK])) for path in (hers, his))
    assert gone.status_code == here.status_code == 200
    masked = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert masked.sub(b"", gone.content.replace(hers.encode(), b"")) == masked.sub(
        b"", here.content.replace(his.encode(), b"")
    )


def test_stopping_and_saving_at_the_same_moment_leave_one_of_the_two(told):
    amina = someone("Amina")
    stopping.stop_letters(amina.id)
    stopping.stop_letters(amina.id)
    reach_services.stop_everything(amina.who)
    told(amina)
    assert deliver() == 0
    assert Notice.objects.get(person_id=amina.id).sent_at is None
