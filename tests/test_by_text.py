"""Answers by text message: a proposal with YES and NO, a meeting with 1. What they must not be able to do.

Charter 1 and 2: an answer is its person's own. Each is asked for in that person's session, and stands for it.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.urls import reverse

from bothways.core.asks import api as asks
from bothways.core.asks.models import Ask
from bothways.core.clock.api import now, travelled
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.match.api import Answer, Proposal
from bothways.match.tests.factory import proposed
from bothways.meet import api as meet
from bothways.meet.models import TookPlace
from bothways.pair.api import Pair
from bothways.pair.tests.factory import a_pair
from bothways.people import leaving, sessions
from bothways.people.sms import phones
from bothways.people.tests.reach import NUMBER, reply, with_phone
from bothways.programme.tests.factory import a_programme
from tests.cast import someone

pytestmark = pytest.mark.django_db
HIS = "+49309999999"


class Stage:
    """Amina and Bo have an open proposal; both have a phone, and Amina's browser is open."""

    def __init__(self, carrier) -> None:
        self.carrier = carrier
        self.amina, self.bo, self.eli = someone("Amina"), someone("Bo"), someone("Eli")
        self.programme = a_programme(self.eli)
        self.proposal = proposed(self.amina, self.bo, self.programme)
        self.hers, self.his = with_phone(self.amina, carrier), with_phone(self.bo, carrier, HIS)
        carrier.got.clear()

    def ask(self, browser=None, proposal=None) -> str:
        """She presses the button on the page of the proposal; the code that comes."""
        path = reverse("proposal_by_text", args=[(proposal or self.proposal).id])
        assert (browser or self.hers).post(path).status_code == 302
        return self.carrier.code

    def state(self) -> str:
        return Proposal.objects.get(id=self.proposal.id).state

    def yeses(self) -> set:
        return set(Answer.objects.filter(proposal=self.proposal).values_list("person_id", flat=True))


@pytest.fixture
def stage(carrier) -> Stage:
    return Stage(carrier)


def test_two_yeses_by_text_message_make_a_pair(stage):
    hers = stage.ask()
    assert stage.carrier.words == f"Bothways: when you are ready, answer with YES {hers} or NO {hers}"
    his = stage.ask(stage.his)
    assert "that is done" in reply(NUMBER, f"YES {hers}")
    assert stage.yeses() == {stage.amina.id} and stage.state() == "open"
    assert "that is done" in reply(HIS, f"yes {his}")
    assert stage.state() == "made" and Pair.objects.count() == 1
    # Each yes is written as said in the session in which it was asked for: the database requires it.
    said = Answer.objects.get(person_id=stage.amina.id)
    with walls.working():
        assert said.entry_id
    assert not Ask.objects.exists(), "which word was said stands nowhere"


@pytest.mark.parametrize(
    "words",
    [
        "YES {}",
        "yes,{}.",
        "{} Yes",
        "Yes! code {}",
        "ＹＥＳ {}",
        "نعم {}",
        "نَعَم {}",
        "愿意 {}",
        "愿意{}",
        "是的，{}",
    ],
)
def test_a_yes_is_understood_in_the_languages_of_the_pages(stage, words):
    code = stage.ask()
    assert "that is done" in reply(NUMBER, words.format(code))
    assert stage.yeses() == {stage.amina.id}


@pytest.mark.parametrize("words", ["NO {}", "no {}", "لا {}", "不愿意 {}", "不{}", "否 {}"])
def test_a_no_closes_it_and_nothing_says_whose_it_was(stage, words):
    code = stage.ask()
    answer = reply(NUMBER, words.format(code))
    assert "that is done" in answer and "no" not in answer.lower().split()
    assert stage.state() == "closed" and not Ask.objects.exists() and stage.yeses() == set()


def test_digits_of_other_scripts_are_digits(stage):
    code = stage.ask().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert "that is done" in reply(NUMBER, f"نعم {code}")
    code = stage.ask(stage.his).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert "that is done" in reply(HIS, f"愿意{code}")
    assert stage.state() == "made"


@pytest.mark.parametrize("words", ["{}", "maybe {}", "yes no {}", "YES", "yes {}0", "yes 1{}"])
def test_what_is_not_one_word_and_the_code_does_nothing(stage, words):
    code = stage.ask()
    assert "did not understand" in reply(NUMBER, words.format(code))
    assert stage.yeses() == set() and stage.state() == "open"


def test_a_code_works_once(stage):
    code = stage.ask()
    reply(NUMBER, f"YES {code}")
    assert "did not understand" in reply(NUMBER, f"NO {code}")
    assert stage.yeses() == {stage.amina.id} and stage.state() == "open"


def test_a_code_works_from_its_own_phone_alone(stage):
    code = stage.ask()
    assert "did not understand" in reply(HIS, f"YES {code}")
    assert reply("+4940111222333", f"YES {code}") == ""
    assert stage.yeses() == set()
    assert "that is done" in reply(NUMBER, f"YES {code}")


def test_guessed_codes_are_few(stage):
    code = stage.ask()
    wrong = [f"{(int(code) + number) % 1_000_000:06}" for number in range(1, 7)]
    for one in wrong[:5]:
        assert "did not understand" in reply(NUMBER, f"YES {one}")
    assert "did not understand" in reply(NUMBER, f"YES {code}"), "after five wrong ones the right one is dead"
    assert stage.yeses() == set()
    # She asks anew, in her session.
    assert "that is done" in reply(NUMBER, f"YES {stage.ask()}")


def test_tries_of_a_day_are_few_also_over_many_codes(stage):
    for _ in range(4):
        code = stage.ask()
        for number in range(1, 6):
            reply(NUMBER, f"YES {(int(code) + number) % 1_000_000:06}")
    reply(NUMBER, f"YES {stage.ask()}")
    assert stage.yeses() == set()


def test_signing_out_everywhere_ends_the_codes_and_so_does_the_end_of_that_session(stage):
    code = stage.ask()
    sessions.sign_out_everywhere(stage.amina.who)
    assert "did not understand" in reply(NUMBER, f"YES {code}")
    code = stage.ask(stage.his)
    stage.his.post(reverse("account_logout"))
    assert "did not understand" in reply(HIS, f"YES {code}")
    assert stage.yeses() == set()


def test_stop_a_number_that_goes_and_leaving_end_them(stage):
    code = stage.ask()
    reply(NUMBER, "STOP")
    assert reply(NUMBER, f"YES {code}") == ""
    reply(NUMBER, "START")
    stage.hers.post(reverse("phone_remove"))
    assert not Ask.objects.filter(person_id=stage.amina.id).exists()
    code = stage.ask(stage.his)
    leaving.leave(stage.bo.who)
    assert reply(HIS, f"YES {code}") == "" and not Ask.objects.exists()
    assert stage.yeses() == set()


def test_a_number_that_moved_answers_nothing_of_its_earlier_person(stage):
    code = stage.ask()
    chen = someone("Chen")
    with_phone(chen, stage.carrier)
    assert "did not understand" in reply(NUMBER, f"YES {code}")
    assert stage.yeses() == set()


def test_a_message_that_is_late_or_comes_twice(stage):
    code = stage.ask()
    assert reply(NUMBER, f"YES {code}", name="one")
    assert reply(NUMBER, f"YES {code}", name="one") == ""
    later = stage.ask(stage.his)
    with travelled(timedelta(days=60)):
        assert "did not understand" in reply(HIS, f"YES {later}")
        assert asks.clear() == 1
    assert stage.yeses() == {stage.amina.id}


@pytest.mark.django_db(transaction=True)
def test_yes_and_no_at_the_same_moment_are_one_answer(carrier):
    stage = Stage(carrier)
    code = stage.ask()
    ready = threading.Barrier(2, timeout=10)
    answers: list[str] = []

    def say(word):
        try:
            ready.wait()
            answers.append(reply(NUMBER, f"{word} {code}"))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=say, args=[word]) for word in ("YES", "NO")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sum("that is done" in answer for answer in answers) == 1
    assert (stage.yeses(), stage.state()) in (({stage.amina.id}, "open"), (set(), "closed"))


def test_what_cannot_be_done_now_is_said_without_a_word_about_it_and_the_code_stays(stage):
    from bothways.enrol.models import Enrolment
    from bothways.enrol.services import pause, resume

    code = stage.ask()
    mine = Enrolment.objects.get(person_id=stage.amina.id)
    pause(stage.amina.who, enrolment_id=mine.pk)
    answer = reply(NUMBER, f"YES {code}")
    assert "did not work" in answer and "pause" not in answer
    resume(stage.amina.who, enrolment_id=mine.pk)
    assert "that is done" in reply(NUMBER, f"YES {code}")


def test_an_answer_on_the_page_ends_the_code(stage):
    code = stage.ask()
    stage.hers.post(reverse("proposal", args=[stage.proposal.id]), {"answer": "yes"})
    assert not Ask.objects.filter(person_id=stage.amina.id).exists()
    assert "did not understand" in reply(NUMBER, f"NO {code}")


def test_only_its_two_people_ask_and_only_with_a_phone(stage):
    path = reverse("proposal_by_text", args=[stage.proposal.id])
    dara = someone("Dara")
    with_phone(dara, stage.carrier, "+49305555555")
    assert dara.browser().post(path).status_code == 404
    assert stage.eli.browser().post(path).status_code == 404
    stage.hers.post(reverse("phone_remove"))
    answer = stage.hers.post(path)
    assert answer.status_code == 409 and "add your phone number" in answer.content.decode()
    page = stage.hers.get(reverse("proposal", args=[stage.proposal.id])).content.decode()
    assert path not in page
    assert path in stage.his.get(reverse("proposal", args=[stage.proposal.id])).content.decode()


def test_a_message_that_cannot_go_leaves_no_code(stage):
    stage.carrier.status = 500
    answer = stage.hers.post(reverse("proposal_by_text", args=[stage.proposal.id]))
    assert answer.status_code == 409 and not Ask.objects.exists()


def test_asking_is_limited(stage):
    for _ in range(10):
        stage.ask()
    assert stage.hers.post(reverse("proposal_by_text", args=[stage.proposal.id])).status_code == 409


def test_the_message_says_nothing_and_the_number_and_the_code_stand_nowhere(stage):
    code = stage.ask()
    for secret in ("proposal", "Amina", "Bo ", str(stage.proposal.id)[:8]):
        assert secret not in stage.carrier.words
    row = Ask.objects.get()
    assert code.encode() not in bytes(row.code_hash) and NUMBER.encode() not in bytes(row.sender_hash)
    box = stage.hers.get(reverse("glass_box")).content.decode()
    assert "Codes to answer with by text message" in box


# The walls in the database


def _inside(stage, code):
    phone = phones.mine(stage.amina.who)
    return walls.answering(bytes(phone.number_hash), asks._hash(code))


def test_inside_such_a_message_one_answers_that_proposal_and_no_other(stage):
    code = stage.ask()
    moment = now()
    entry = Ask.objects.get().entry_id
    with transaction.atomic(), _inside(stage, code) as stay:
        assert stay.found == (stage.amina.id, entry)
        for wrong in (
            {"person_id": stage.bo.id, "entry_id": entry},
            {"person_id": stage.amina.id, "entry_id": stage.bo.who.entry_id},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Answer.objects.create(proposal=stage.proposal, yes=True, at=moment, **wrong)
    Ask.objects.update(object_id=stage.programme.id)
    with transaction.atomic(), _inside(stage, code), pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.create(
            proposal=stage.proposal, person_id=stage.amina.id, entry_id=entry, yes=True, at=moment
        )


def test_inside_such_a_message_no_words_are_read_and_no_other_code_is_made(stage):
    code = stage.ask()
    row = Ask.objects.get()
    with transaction.atomic(), _inside(stage, code):
        assert set(Text.objects.values_list("kind", flat=True)) == {"name"}
        row.id = row.pk = None
        with pytest.raises(DatabaseError), transaction.atomic():
            Ask.objects.bulk_create([Ask(**{**vars_of(row), "object_id": stage.programme.id})])


def vars_of(row: Ask) -> dict:
    return {field.name: getattr(row, field.name) for field in Ask._meta.fields if field.name != "id"}


def test_nobody_makes_a_code_for_somebody_else_or_resets_its_tries(stage):
    code = stage.ask()
    row = Ask.objects.get()
    with walls.acting_with(stage.bo.who.token):
        assert not Ask.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            Ask.objects.create(**{**vars_of(row), "object_id": stage.bo.id})
        with pytest.raises(DatabaseError), transaction.atomic():
            Ask.objects.create(**{**vars_of(row), "person_id": stage.bo.id})
    with walls.acting_with(stage.amina.who.token), pytest.raises(DatabaseError), transaction.atomic():
        Ask.objects.update(tries=0)
    with walls.visiting():
        assert not Ask.objects.exists()
    with walls.working(), pytest.raises(DatabaseError), transaction.atomic():
        Ask.objects.create(**{**vars_of(row), "object_id": stage.bo.id})
    assert "that is done" in reply(NUMBER, f"YES {code}")


def test_without_the_key_of_the_door_a_code_opens_nothing(stage, monkeypatch):
    code = stage.ask()
    monkeypatch.setattr("bothways.core.walls.api.door_key", lambda: bytes(32))
    with pytest.raises(DatabaseError), transaction.atomic(), _inside(stage, code):
        pass


# A meeting


@pytest.fixture
def meeting(carrier):
    amina, bo = someone("Amina"), someone("Bo")
    pair = a_pair(amina, bo, a_programme(someone("Eli")))
    one = meet.plan(amina.who, pair_id=pair.id, starts_at=now() + timedelta(days=2), minutes=60, mode=0)
    browsers = with_phone(amina, carrier), with_phone(bo, carrier, HIS)
    carrier.got.clear()
    return amina, bo, one, browsers


def asked(browser, one, carrier) -> str:
    assert browser.post(reverse("meeting_by_text", args=[one.id])).status_code == 302
    return carrier.code


@pytest.mark.parametrize("words", ["1 {}", "1{}", "{} 1", "١ {}", "１　{}"])
def test_a_meeting_took_place_when_both_say_1(meeting, carrier, words):
    amina, _bo, one, (hers, his) = meeting
    codes = asked(hers, one, carrier), asked(his, one, carrier)
    assert carrier.words == f"Bothways: when it is time, answer with 1 {codes[1]}"
    assert "too early" in reply(NUMBER, words.format(codes[0]))
    assert not TookPlace.objects.exists()
    with travelled(timedelta(days=2, hours=2)):
        assert "that is done" in reply(NUMBER, words.format(codes[0]))
        assert set(TookPlace.objects.values_list("person_id", flat=True)) == {amina.id}
        assert "that is done" in reply(HIS, words.format(codes[1]))
    one.refresh_from_db()
    assert one.took_place_at and not Ask.objects.exists()


def test_a_code_for_a_meeting_gets_old_and_says_nothing_of_one_that_was_cancelled(meeting, carrier):
    _amina, bo, one, (hers, _his) = meeting
    code = asked(hers, one, carrier)
    meet.cancel(bo.who, meeting_id=one.id)
    with travelled(timedelta(days=2, hours=2)):
        assert "did not work" in reply(NUMBER, f"1 {code}")
    with travelled(timedelta(days=9)):
        assert "did not understand" in reply(NUMBER, f"1 {code}")
    assert hers.post(reverse("meeting_by_text", args=[one.id])).status_code == 409
    assert not TookPlace.objects.exists()


def test_a_yes_is_no_word_about_a_meeting(meeting, carrier):
    _amina, _bo, one, (hers, _his) = meeting
    code = asked(hers, one, carrier)
    with travelled(timedelta(days=2, hours=2)):
        assert "did not understand" in reply(NUMBER, f"YES {code}")
    assert not TookPlace.objects.exists()


def test_a_1_is_no_word_about_a_proposal(stage):
    code = stage.ask()
    assert "did not understand" in reply(NUMBER, f"1 {code}")
    assert stage.yeses() == set()


def test_only_the_two_of_a_pair_ask_about_their_meeting(meeting, carrier):
    _amina, _bo, one, _browsers = meeting
    dara = someone("Dara")
    theirs = with_phone(dara, carrier, "+49305555555")
    assert theirs.post(reverse("meeting_by_text", args=[one.id])).status_code == 404
    assert not Ask.objects.exists()
