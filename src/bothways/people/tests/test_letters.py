from __future__ import annotations

import smtplib

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import RequestFactory
from tests.cast import someone

from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.people import delivery, demo_letters, services
from bothways.people.demo_letters.urls import letters
from bothways.people.models import Person
from bothways.people.tests.steps import join, visitor

SECRET = "Bo asked you to come on Tuesday"


class Postman:
    def __init__(self) -> None:
        self.letters: list = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 taken"


class Counter(Controller):
    """A mail server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postman(settings):
    """A mail server on this machine, reached over a real socket."""
    taken = Postman()
    server = Counter(taken, hostname="127.0.0.1", port=0)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield taken.letters
    server.stop()


@pytest.fixture
def kinds():
    outbox.declare("test.news", SECRET)
    yield
    outbox._words.pop("test.news")


def words_of(envelope) -> str:
    from email import message_from_bytes
    from email.policy import default

    message = message_from_bytes(envelope.content, policy=default)
    return f"{message['subject']}\n{message.get_body().get_content()}"


@pytest.mark.django_db
def test_a_notice_becomes_one_letter_that_tells_nothing(postman, kinds):
    amina = someone("Amina")
    for number in range(3):
        outbox.tell(amina.id, "test.news", path=f"/pairs/{number}/", key=str(number))
    assert outbox.deliver() == 1 and outbox.deliver() == 0
    assert [letter.rcpt_tos for letter in postman] == [["amina@example.org"]]
    words = words_of(postman[0])
    assert "Something new for you" in words and "http://127.0.0.1:8000/" in words
    for told in (SECRET, "/pairs/", "Amina", "Tuesday"):
        assert told not in words
    assert Notice.objects.filter(sent_at=None).count() == 0


@pytest.mark.django_db
def test_whoever_wants_no_letters_gets_none(postman, kinds):
    amina = someone("Amina")
    Person.objects.filter(id=amina.id).update(notices_by_mail=False)
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert outbox.deliver() == 0 and postman == []
    assert [notice.kind for notice in outbox.news(amina.who)] == ["test.news"]


@pytest.mark.django_db
def test_nobody_is_written_to_after_leaving(postman, kinds):
    amina = someone("Amina")
    Person.objects.filter(id=amina.id).update(is_active=False)
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert outbox.deliver() == 0
    registry.mark_leaving(amina.id)
    registry.erase(amina.id)
    assert delivery.send_letter(amina.id) is False and postman == []


@pytest.mark.django_db
def test_a_mail_server_that_is_away_loses_nothing_and_is_not_asked_every_minute(settings, kinds, monkeypatch):
    amina = someone("Amina")
    outbox.tell(amina.id, "test.news", path="/", key="1")
    tries = []

    def away(*args, **kwargs):
        tries.append(1)
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        assert outbox.deliver() == 0 and outbox.deliver() == 0
    assert len(tries) == 1
    from django.core.cache import cache

    cache.clear()
    assert outbox.deliver() == 1


@pytest.mark.django_db
def test_the_letter_is_in_the_language_of_its_reader(mailoutbox, monkeypatch):
    amina = someone("Amina")
    services.set_language(amina.who, "ar")
    seen = []
    monkeypatch.setattr(
        delivery, "_", lambda words: seen.append(delivery.translation.get_language()) or words
    )
    assert delivery.send_letter(amina.id)
    assert seen == ["ar"] and delivery.translation.get_language() == "en"


@pytest.mark.django_db
def test_sign_in_letters_go_over_the_wire_too(postman):
    browser = visitor()
    browser.post("/account/signup/", {"email": "Amina@Example.org", "adult": "on"})
    assert postman[0].rcpt_tos == ["Amina@Example.org"] and "address.invalid" not in str(postman[0].content)


def test_the_letter_box_is_refused_outside_a_demo(settings, tmp_path):
    settings.EMAIL_BACKEND = "bothways.people.demo_letters.LetterBackend"
    settings.VAR, settings.DEMO = tmp_path, False
    with pytest.raises(ImproperlyConfigured):
        send_mail("s", "b", None, ["a@example.org"])
    with pytest.raises(Http404):
        letters(RequestFactory().get("/demo/letters/"))
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
