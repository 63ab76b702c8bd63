"""Text messages out and in, over a real gateway on a real socket, and all that can go wrong with them."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from tests.cast import someone

from bothways.core.asks.api import read
from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.walls import api as walls
from bothways.people import demo_texts, leaving, services
from bothways.people.demo_texts.urls import texts as texts_page
from bothways.people.models import Phone, ReceivedText
from bothways.people.sms import gateway, incoming, phones
from bothways.people.sms.words import is_stop
from bothways.people.tests.reach import NUMBER, REACH, SECRET_WORDS, brings, deliver, reply, sends, with_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(carrier, noon):
    one = someone("Amina")
    with_phone(one, carrier)
    carrier.got.clear()
    return one


def phone_of(one) -> Phone:
    return Phone.objects.get(person_id=one.id)


def test_a_notice_becomes_one_message_that_tells_nothing(amina, carrier, told, mailoutbox):
    told(amina)
    told(amina, "2")
    assert deliver() == 1 and deliver() == 0
    assert [message["to"] for message in carrier.got] == [NUMBER] and mailoutbox == []
    assert "something new" in carrier.words and "STOP" in carrier.words
    for secret in (SECRET_WORDS, "/pairs/", "Amina", str(amina.id)):
        assert secret not in json.dumps(carrier.got)
    assert Delivery.objects.get().way == "text"


def test_letters_and_messages_share_one_budget(amina, carrier, told, mailoutbox, settings):
    settings.NOTICES_PER_WEEK = 2
    browser = amina.browser()
    told(amina)
    assert deliver() == 1
    browser.post(reverse("reach"), {**REACH, "notices_per_week": "2"})
    told(amina, "2")
    assert deliver() == 1 and len(mailoutbox) == 1
    browser.post(reverse("reach"), {**REACH, "notices_per_week": "2", "notices_by": "text"})
    told(amina, "3")
    assert deliver() == 0 and len(carrier.got) == 1


def test_a_gateway_that_is_down_or_slow_is_tried_later_and_counts_once(amina, carrier, told, settings):
    settings.NOTICES_PER_WEEK = 1
    settings.SMS_TIMEOUT = 0.2
    told(amina)
    carrier.wait = 0.6
    assert deliver() == 0 and deliver() == 0
    carrier.wait, carrier.status = 0.0, 503
    with travelled(timedelta(hours=1, minutes=1)):
        assert deliver() == 0
    carrier.status = 202
    with travelled(timedelta(hours=2, minutes=2)):
        assert deliver() == 1
    names = {message["id"] for message in carrier.got}
    assert len(names) == 1 and Delivery.objects.count() == 1, "the gateway sees that it is the same message"


def test_no_gateway_there_at_all_is_a_fault_that_passes(settings, carrier):
    settings.SMS_URL = "http://127.0.0.1:9/"
    assert gateway.send(NUMBER, "words", key="1") is gateway.Sent.LATER


def test_a_number_goes_to_no_other_address_than_that_of_the_settings(carrier):
    carrier.status = 302
    assert gateway.send(NUMBER, "words", key="1") is gateway.Sent.LATER


def test_a_number_that_is_refused_rests_and_its_person_reads_why(amina, carrier, told):
    carrier.status = 410
    told(amina)
    assert deliver() == 0 and phone_of(amina).refused_at
    carrier.status = 202
    with travelled(timedelta(days=2)):
        assert deliver() == 0
        browser = amina.browser()
        assert "takes no messages from us" in browser.get(reverse("reach")).content.decode()
        browser.post(reverse("reach"), {**REACH, "notices_by": "text"})
        assert deliver() == 1


# STOP and START


@pytest.mark.parametrize(
    "words",
    [
        "STOP", "stop", " Stop! ", "ＳＴＯＰ", "stop please", "STOP 123456", "unsubscribe", "Ｓｔｏｐ。",
        "توقف", "أوقِف", "إيقاف", "إلغاء", "‏توقّف.", "停止", "退订", "请停止发送", "退訂", "TD",
    ],
)  # fmt: skip
def test_stop_works_at_once_in_every_language(amina, carrier, told, words):
    told(amina)
    assert "no more messages" in reply(NUMBER, words)
    assert deliver() == 0 and carrier.got == []
    assert Event.objects.filter(kind="texts.stopped", person_id=amina.id).count() == 1


@pytest.mark.parametrize("words", ["hello", "yes 123456", "1", "", "نعم 123456", "愿意 123456", "nonstop"])
def test_other_words_are_no_stop(words):
    assert not is_stop(read(words))


def test_stop_works_from_somebody_whose_messages_rest_and_twice(amina, carrier, told):
    amina.browser().post(reverse("reach_stop"))
    for _ in range(2):
        assert "no more messages" in reply(NUMBER, "STOP")
    assert phone_of(amina).stopped_at
    assert reply(NUMBER, "hello") == "", "after STOP there is no other answer"


@pytest.mark.parametrize("words", ["START", "start", "ابدأ", "开始"])
def test_start_takes_stop_away_and_nothing_else(amina, carrier, told, words):
    reply(NUMBER, "STOP")
    assert "here again" in reply(NUMBER, words)
    told(amina)
    assert deliver() == 1
    amina.browser().post(reverse("reach_stop"))
    reply(NUMBER, words)
    told(amina, "2")
    assert deliver() == 0, "what its person chose on the page stays"


def test_after_stop_the_page_says_so_and_ones_own_choice_counts(amina, told):
    reply(NUMBER, "STOP")
    browser = amina.browser()
    assert "Your phone sent STOP" in browser.get(reverse("reach")).content.decode()
    browser.post(reverse("reach"), {**REACH, "notices_by": "text"})
    told(amina)
    assert deliver() == 1


def test_a_phone_that_sent_stop_gets_no_code_that_somebody_else_asks_for(amina, carrier):
    reply(NUMBER, "STOP")
    bo = someone("Bo")
    phones.add(bo.who, number=NUMBER, network="n")
    assert carrier.got == []


def test_stop_works_from_a_phone_that_was_only_sent_a_code(carrier):
    bo = someone("Bo")
    phones.add(bo.who, number=NUMBER, network="n")
    assert reply(NUMBER, "STOP") == ""
    assert phone_of(bo).stopped_at
    # Somebody else asks: nothing goes, and they cannot tell.
    phones.add(someone("Chen").who, number=NUMBER, network="n")
    assert len(carrier.got) == 1


def test_answers_are_in_the_language_of_the_person(amina):
    services.set_language(amina.who, "ar")
    assert "START" in reply(NUMBER, "توقف")


# What can go wrong on the way in


def test_a_message_that_comes_twice_is_taken_once(amina, told):
    assert reply(NUMBER, "STOP", name="m1")
    assert reply(NUMBER, "START", name="m2")
    # The gateway tries STOP again, much later.
    with travelled(timedelta(hours=5)):
        assert reply(NUMBER, "STOP", name="m1") == ""
    assert phone_of(amina).stopped_at is None


@pytest.mark.django_db(transaction=True)
def test_the_same_message_twice_at_the_same_moment_is_taken_once(carrier):
    amina = someone("Amina")
    with_phone(amina, carrier)
    answers: list[str] = []
    ready = threading.Barrier(2, timeout=10)

    def bring():
        try:
            ready.wait()
            answers.append(reply(NUMBER, "STOP", name="same"))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=bring) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(map(bool, answers)) == [False, True]
    assert Event.objects.filter(kind="texts.stopped").count() == 1


def test_an_unknown_number_gets_no_answer_and_is_not_written_down(amina, carrier, caplog):
    with caplog.at_level(logging.DEBUG):
        for words in ("STOP", "hello", "YES 123456"):
            assert reply("+4940999888777", words) == ""
    assert "nobody has here" in caplog.text and "999888777" not in caplog.text
    assert phone_of(amina).stopped_at is None and carrier.got == []


def test_the_number_of_somebody_who_left_is_unknown(amina):
    leaving.leave(amina.who)
    assert reply(NUMBER, "STOP") == "" and not Phone.objects.exists()


def test_two_machines_that_answer_each_other_come_to_an_end(amina):
    answers = [reply(NUMBER, "I am on holiday") for _ in range(20)]
    assert sum(map(bool, answers)) == 12
    assert phone_of(amina).stopped_at is None
    reply(NUMBER, "STOP")
    assert phone_of(amina).stopped_at, "STOP counts also when nothing is answered any more"


def test_only_the_gateway_may_bring_messages_and_only_now(amina):
    body = json.dumps({"id": "1", "from": NUMBER, "text": "STOP"}).encode()
    moment = int(now().timestamp())
    good = gateway.signature_of(str(moment), body)
    wrong = [
        {"time": str(moment), "signature": "0" * 64},
        {"time": str(moment), "signature": good[:-1]},
        {"time": str(moment), "signature": "ü" * 10},
        {"time": str(moment + 1), "signature": good},
        {"time": str(moment - 301)},
        {"time": str(moment + 301)},
        {"time": "now"},
        {"time": "٣"},
        {"time": "9" * 30},
    ]
    for one in wrong:
        assert sends(body, **one).status_code == 403, one
    assert phone_of(amina).stopped_at is None and not ReceivedText.objects.exists()
    assert sends(body, time=str(moment - 280)).status_code == 200
    # The very same request again: it was taken.
    assert sends(body, time=str(moment - 280)).json() == {"reply": ""}


def test_without_a_secret_nobody_may(amina, settings):
    settings.SMS_SECRET = ""
    assert brings(NUMBER, "STOP").status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[" * 9000, b"{}", b'{"id":1,"from":"x","text":"y"}', b"\xff",
     b'{"id":"","from":"x","text":"y"}', b'{"id":"1","from":"x","text":"\\ud800"}',
     b'{"id":"1","from":null,"text":""}'],
)  # fmt: skip
def test_what_is_no_message_is_refused(body, carrier):
    assert sends(body).status_code == 400


@pytest.mark.parametrize("words", ["\x00", "🙂" * 500, "9" * 5000, "\u202e", "x" * 15000])
def test_rubbish_from_a_known_phone_breaks_nothing(amina, words):
    assert brings(NUMBER, words).status_code == 200
    assert brings(words, "STOP").status_code == 200


def test_a_body_that_is_too_long_is_not_looked_at(carrier):
    body = json.dumps({"id": "1", "from": NUMBER, "text": "x" * 30_000}).encode()
    assert sends(body).status_code == 403


def test_old_messages_are_forgotten(amina):
    reply(NUMBER, "hello", name="old")
    with travelled(timedelta(days=8)):
        assert incoming.clear() == 1


# The demo's phones


def test_in_a_demo_messages_are_kept_and_shown_and_can_be_answered(settings, tmp_path, rf, monkeypatch):
    settings.VAR, settings.DEMO = tmp_path, True
    monkeypatch.setattr("bothways.web.context.settings", type("Quiet", (), {"DEMO": False, "LANGUAGES": []}))
    amina = someone("Amina")
    phones.add(amina.who, number=NUMBER, network="n")
    code = demo_texts.newest()[0].words[-6:]
    with walls.acting_with(amina.who.token):
        phones.confirm(amina.who, code=code)
    assert reply_in_demo(NUMBER, "STOP") == "+49301234567"
    assert phone_of(amina).stopped_at
    kept = demo_texts.newest()
    assert [one.answer for one in kept] == [False, True, False]


def reply_in_demo(number: str, words: str) -> str:
    demo_texts.keep(number, words, answer=True)
    answer = incoming.take(number=number, words=words, name=str(uuid.uuid4()))
    demo_texts.keep(number, answer)
    return demo_texts.newest()[0].number


def test_outside_a_demo_there_are_no_such_phones(settings, tmp_path, rf):
    settings.VAR, settings.DEMO = tmp_path, False
    from django.core.exceptions import ImproperlyConfigured
    from django.http import Http404

    with pytest.raises(ImproperlyConfigured):
        demo_texts.keep(NUMBER, "words")
    with pytest.raises(Http404):
        texts_page(rf.get("/demo/texts/"))
    assert not (tmp_path / "texts").exists()
    assert Notice.objects.count() == 0
