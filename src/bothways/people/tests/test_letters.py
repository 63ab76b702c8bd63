from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.outbox import api as outbox
from bothways.core.outbox.api import Outcome
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.core.walls import api as walls
from bothways.people import demo_letters, letters, reach_services, services
from bothways.people.demo_letters.urls import letters as letters_page
from bothways.people.models import Person
from bothways.people.reaching import Reaching
from bothways.people.tests.reach import REACH, deliver
from bothways.people.tests.steps import join, visitor

SECRET = "Bo asked you to come on Tuesday"


@pytest.fixture
def kinds():
    outbox.declare("test.news", SECRET)
    yield
    outbox._words.pop("test.news")


@pytest.mark.django_db
def test_a_notice_becomes_one_letter_that_tells_nothing(postman, kinds, noon):
    amina = someone("Amina")
    for number in range(3):
        outbox.tell(amina.id, "test.news", path=f"/pairs/{number}/", key=str(number))
    assert deliver() == 1 and deliver() == 0
    assert [letter.rcpt_tos for letter in postman.letters] == [["amina@example.org"]]
    message = postman.message()
    words = f"{message['subject']}\n{message.get_body().get_content()}"
    assert "Something new for you" in words and "http://127.0.0.1:8000/" in words
    for told in (SECRET, "/pairs/", "Amina", "Tuesday", str(amina.id)):
        assert told not in words
    assert Notice.objects.filter(sent_at=None).count() == 0


@pytest.mark.django_db
def test_a_letter_says_that_no_machine_shall_answer_it(postman, noon):
    amina = someone("Amina")
    assert letters.send(amina.person, uuid.UUID(int=7)) is Outcome.BY_LETTER
    assert letters.send(amina.person, uuid.UUID(int=7)) is Outcome.BY_LETTER
    first, again = postman.message(0), postman.message(1)
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == again["Message-ID"], "sent twice, it is the same letter"


@pytest.mark.django_db
def test_whoever_wants_no_letters_gets_none(postman, kinds, noon):
    amina = someone("Amina")
    reach_services.stop_everything(amina.who)
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert deliver() == 0 and postman.letters == []
    assert [notice.kind for notice in outbox.news(amina.who)] == ["test.news"]


@pytest.mark.django_db
def test_nobody_is_written_to_after_leaving(postman, kinds, noon):
    amina = someone("Amina")
    Person.objects.filter(id=amina.id).update(is_active=False)
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert deliver() == 0
    registry.mark_leaving(amina.id)
    registry.erase(amina.id)
    assert Reaching().send(amina.id, uuid.uuid4()) is Outcome.NO_WAY and postman.letters == []


@pytest.mark.django_db
def test_a_mail_server_that_is_away_loses_nothing_and_is_not_asked_every_minute(postman, kinds, noon):
    amina = someone("Amina")
    outbox.tell(amina.id, "test.news", path="/", key="1")
    postman.answer = "451 come back later"
    assert deliver() == 0 and deliver() == 0
    assert postman.asked == 1
    postman.answer = ""
    with travelled(timedelta(hours=1, minutes=1)):
        assert deliver() == 1
    assert Person.objects.get(id=amina.id).letters_refused_at is None


@pytest.mark.django_db
def test_no_server_at_all_is_a_fault_that_passes(settings, kinds, noon):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    amina = someone("Amina")
    assert letters.send(amina.person, uuid.uuid4()) is Outcome.LATER


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["550 no such user", "553 bad mailbox", "521 takes no mail"])
def test_an_address_that_is_refused_for_good_gets_no_more_letters_and_its_person_reads_why(
    postman, kinds, noon, answer
):
    amina = someone("Amina")
    outbox.tell(amina.id, "test.news", path="/", key="1")
    postman.answer = answer
    assert deliver() == 0
    with travelled(timedelta(days=2)):
        assert deliver() == 0
    assert postman.asked == 1
    page = amina.browser().get(reverse("reach")).content.decode()
    assert "takes no letters from us any more" in page and "Nothing reaches you" in page
    # A job cannot begin the letters again, only the person.
    with walls.working(), pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(id=amina.id).update(letters_refused_at=None)
    postman.answer = ""
    with travelled(timedelta(days=3)):
        amina.browser().post(reverse("reach"), REACH)
        assert deliver() == 1
    assert Event.objects.filter(kind="letters.refused", person_id=amina.id).count() == 1


@pytest.mark.django_db
def test_a_full_mailbox_is_no_refusal_for_good(postman, kinds, noon):
    amina = someone("Amina")
    postman.answer = "552 mailbox full"
    assert letters.send(amina.person, uuid.uuid4()) is Outcome.LATER
    assert Person.objects.get(id=amina.id).letters_refused_at is None


@pytest.mark.django_db
def test_the_letter_is_in_the_language_of_its_reader(mailoutbox):
    amina = someone("Amina")
    services.set_language(amina.who, "ar")
    assert letters.send(Person.objects.get(id=amina.id), uuid.uuid4()) is Outcome.BY_LETTER
    assert "مرحبًا" in mailoutbox[0].body and translation.get_language() == "en"


@pytest.mark.django_db
def test_sign_in_letters_go_over_the_wire_too(postman):
    browser = visitor()
    browser.post("/account/signup/", {"email": "Amina@Example.org", "adult": "on"})
    assert postman.letters[0].rcpt_tos == ["Amina@Example.org"] and "address.invalid" not in str(
        postman.letters[0].content
    )


def test_the_letter_box_is_refused_outside_a_demo(settings, tmp_path):
    settings.EMAIL_BACKEND = "bothways.people.demo_letters.LetterBackend"
    settings.VAR, settings.DEMO = tmp_path, False
    with pytest.raises(ImproperlyConfigured):
        send_mail("s", "b", None, ["a@example.org"])
    with pytest.raises(Http404):
        letters_page(RequestFactory().get("/demo/letters/"))
    assert not (tmp_path / "letters").exists()


def test_outside_a_demo_the_page_of_letters_is_not_there(client, db):
    assert client.get("/demo/letters/").status_code == 404


@pytest.mark.django_db
def test_in_a_demo_letters_are_kept_and_shown_with_their_codes(settings, tmp_path, rf, monkeypatch):
    settings.EMAIL_BACKEND = "bothways.people.demo_letters.LetterBackend"
    settings.VAR, settings.DEMO = tmp_path, True
    assert demo_letters.newest.__name__ and list(demo_letters.newest()) == []
    # The pages link to the letters in a demo, and this address is not mounted in the tests' address book.
    monkeypatch.setattr("bothways.web.context.settings", type("Quiet", (), {"DEMO": False, "LANGUAGES": []}))
    visitor().post("/account/signup/", {"email": "amina@example.org", "adult": "on"})
    visitor().post("/account/login/", {"email": "<script>@example.org"})
    visitor().post("/account/login/", {"email": "nobody@example.org"})
    kept = demo_letters.newest()
    assert [letter.to for letter in kept] == ["nobody@example.org", "amina@example.org"]
    assert len(kept[1].code) == 9 and kept[0].code == ""
    (tmp_path / "letters" / "0-broken.json").write_text("{")
    assert len(demo_letters.newest()) == 2


def test_only_the_newest_letters_stay(settings, tmp_path, monkeypatch):
    settings.EMAIL_BACKEND = "bothways.people.demo_letters.LetterBackend"
    settings.VAR, settings.DEMO = tmp_path, True
    monkeypatch.setattr(demo_letters, "KEPT", 3)
    for number in range(5):
        send_mail(f"letter {number}", "words", None, ["a@example.org"])
    assert [letter.subject for letter in demo_letters.newest()] == ["letter 4", "letter 3", "letter 2"]


@pytest.mark.django_db
def test_invented_people_exist_only_in_a_demo():
    with pytest.raises(ValueError, match="demo"):
        services.open_account(address="a@example.org", adult=True, language="en", synthetic=True)
    real = services.open_account(address="a@example.org", adult=True, language="en")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="x@address.invalid", synthetic=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(id=real.id).update(synthetic=True)
    registry.settle_installation(demo=True)
    invented = services.open_account(
        address="b@example.org", adult=True, language="en", synthetic=True, name="Bo", time_zone="Asia/Tokyo"
    )
    assert invented.synthetic


@pytest.mark.django_db
def test_the_database_takes_no_address_that_is_one():
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="amina@example.org")


@pytest.mark.django_db
def test_nobody_joins_without_a_letter(mailoutbox):
    join(visitor(), "amina@example.org")
    assert len(mailoutbox) == 1
