"""Letters that come back, the door for the mail gateway, and the command that a mail server's pipe runs."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.mailbox import api as mailbox
from bothways.core.outbox import api as outbox
from bothways.core.walls import api as walls
from bothways.people import leaving
from bothways.people.models import Person
from bothways.people.tests.letters_back import DOMAIN, SECRET, brings, report, sends
from bothways.people.tests.reach import REACH, deliver
from bothways.run.receiving import LATER, TAKEN, WRONG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.MAIL_DOMAIN, settings.MAIL_SECRET = DOMAIN, SECRET


@pytest.fixture
def kinds():
    outbox.declare("test.news", "Something")
    yield
    outbox._words.pop("test.news")


@pytest.fixture
def sent(postman, kinds, noon):
    """Amina got a letter; whom it is from on the envelope."""
    amina = someone("Amina")
    outbox.tell(amina.id, "test.news", path="/", key="1")
    assert deliver() == 1
    return amina, postman.letters[0].mail_from


def rests(amina) -> bool:
    return Person.objects.get(id=amina.id).letters_refused_at is not None


def test_a_letter_that_came_back_lets_letters_rest_and_she_reads_why(sent, postman):
    amina, back = sent
    assert "no-reply@localhost" in postman.message()["From"]
    assert brings(back, report(back), sender="").status_code == 204
    assert rests(amina)
    assert outbox.news(amina.who)[0].kind == "letters.refused"
    browser = amina.browser()
    assert "Our letters to your mail address come back" in browser.get("/").content.decode()
    assert "takes no letters from us any more" in browser.get(reverse("reach")).content.decode()
    assert "letters.refused" not in {notice.kind for notice in outbox.news(amina.who)}
    outbox.tell(amina.id, "test.news", path="/", key="2")
    with travelled(timedelta(days=2)):
        assert deliver() == 0 and len(postman.letters) == 1
    assert brings(back, report(back), sender="").status_code == 204
    assert Event.objects.filter(kind="letters.refused", person_id=amina.id).count() == 1, "once"
    browser.post(reverse("reach"), REACH)
    assert not rests(amina)


@pytest.mark.parametrize(
    "about",
    [
        {"status": "5.2.2", "said": "552 5.2.2 mailbox full"},
        {"status": "5.0.0", "said": "552 too much"},
        {"status": "4.4.1", "action": "delayed"},
        {"status": "4.4.7"},
        {"action": "relayed"},
        {"status": "nonsense"},
    ],
)
def test_what_passes_does_not_count(sent, about):
    amina, back = sent
    brings(back, report(back, **about), sender="")
    assert not rests(amina)


def test_a_late_report_and_one_of_somebody_who_left(sent):
    amina, back = sent
    with travelled(timedelta(days=8)):
        brings(back, report(back), sender="")
    assert not rests(amina)
    leaving.leave(amina.who)
    assert brings(back, report(back), sender="").status_code == 204


def test_nobody_makes_such_an_address(sent):
    amina, back = sent
    letter = mailbox.letter_behind(back)
    assert letter is not None and mailbox.letter_behind(back.upper()) == letter
    made_up = [
        mailbox.bounce_address(uuid.uuid4()),
        back.replace("bounce+", "bounce+a"),
        back.replace(DOMAIN, "example.org"),
        back[:8] + ("b" if back[8] == "a" else "a") + back[9:],
        f"bounce+{letter}@{DOMAIN}",
        f"bounce+{letter.hex}@{DOMAIN}",
        f"bounce+@{DOMAIN}",
        f"bounce@{DOMAIN}",
        "",
        "\x00",
    ]
    for address in made_up:
        assert brings(address, report(back), sender="").status_code == 204
    assert not rests(amina)
    assert str(amina.id) not in back and amina.id.hex not in back


def test_words_that_are_no_report_do_nothing(sent):
    amina, back = sent
    for raw in (
        b"",
        b"From: x@example.org\r\n\r\n550 no such user",
        report(back).replace(b"report", b"mixed"),
    ):
        brings(back, raw, sender="")
    assert not rests(amina)


def test_a_refusal_at_once_is_told_too(postman, kinds, noon):
    amina = someone("Amina")
    outbox.tell(amina.id, "test.news", path="/", key="1")
    postman.answer = "550 no such user"
    assert deliver() == 0
    assert "letters.refused" in {notice.kind for notice in outbox.news(amina.who)}


def test_the_door_marks_and_does_not_take_the_mark_away(sent):
    amina, back = sent
    brings(back, report(back), sender="")
    with walls.at_the_door():
        for change in (
            {"letters_refused_at": None},
            {"letters_refused_at": now()},
            {"calendar_letters": True},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Person.objects.filter(id=amina.id).update(**change)


# The gateway


def test_only_what_is_signed_now_is_looked_at(settings):
    body = json.dumps({"to": "x", "from": "", "message": ""}).encode()
    assert sends(body).status_code == 204
    assert sends(body, signature="0" * 64).status_code == 403
    assert sends(body, signature="é").status_code == 403
    assert sends(body, time=str(int(now().timestamp()) - 400)).status_code == 403
    assert sends(body, time="x").status_code == 403
    settings.MAIL_DOMAIN = ""
    assert sends(body).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 5000,
        b'{"to": "x", "from": "y", "message": 1}',
        b'{"to": 1, "from": "y", "message": ""}',
        b'{"to": "x", "from": null, "message": ""}',
        b'{"to": "x", "from": "y", "message": "not base64!"}',
    ],
)
def test_what_is_no_letter(body):
    assert sends(body).status_code == 400


def test_half_characters_and_long_addresses_are_let_go():
    for to in ("\ud800@" + DOMAIN, "a" * 50_000, "reply+" + "a" * 5000 + "@" + DOMAIN):
        body = json.dumps({"to": to, "from": to, "message": ""}).encode()
        assert sends(body).status_code == 204


# The command


class _Pages:
    """The pages, on a real socket: what was brought, and the status that they answer with."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                pages.got.append((dict(self.headers), body))
                self.send_response(pages.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def pages():
    one = _Pages()
    yield one
    one.server.shutdown()
    one.server.server_close()


def run(pages: _Pages, raw: bytes, *more: str, secret: str = SECRET) -> int:
    """As a mail server runs it: with an environment that has no database and no key."""
    environment = {"PATH": os.environ["PATH"], "BOTHWAYS_MAIL_SECRET": secret}
    command = [sys.executable, "-m", "bothways.cli", "receive-mail", "--to", "reply+a@x", "--from", "me@x"]
    done = subprocess.run(
        [*command, "--url", pages.url, *more], input=raw, env=environment, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr and done.stdout == b""
    return done.returncode


def test_the_command_brings_a_letter_that_the_door_takes(pages, tmp_path):
    raw = b"From: me@x\r\n\r\n\xff\x00 words"
    assert run(pages, raw) == TAKEN
    headers, body = pages.got[0]
    told = json.loads(body)
    assert (told["to"], told["from"], base64.b64decode(told["message"])) == ("reply+a@x", "me@x", raw)
    answer = sends(body, time=headers["X-Bothways-Time"], signature=headers["X-Bothways-Signature"])
    assert answer.status_code == 204
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    assert run(pages, raw, "--secret-file", str(file), secret="") == TAKEN


def test_the_command_says_when_to_come_again(pages, tmp_path):
    for status, code in ((503, LATER), (403, LATER), (400, TAKEN), (413, TAKEN)):
        pages.status = status
        assert run(pages, b"x") == code, status
    assert run(pages, b"x" * 200_000) == TAKEN and len(pages.got) == 4, "too long: let go"
    assert run(pages, b"x", secret="short") == WRONG
    assert run(pages, b"x", "--secret-file", str(tmp_path / "none")) == WRONG
    assert run(pages, b"x", "--url", "http://127.0.0.1:9") == LATER
