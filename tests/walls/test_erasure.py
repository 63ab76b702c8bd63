"""Proof: after somebody left, none of their words can be read anywhere: not in the files of the database with
its write-ahead log, not in a dump, the caches, the sessions, the queue or the logs, nor from an older copy.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections
from django.test import Client

from bothways.core.clock.api import now, today
from bothways.core.keys import api as keys
from bothways.core.texts.models import Text
from bothways.days import api as days
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.help import opening
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people.models import Person
from bothways.programme.tests.factory import a_programme
from bothways.run import embedded
from bothways.talk import api as talk
from tests.cast import Someone, someone

pytestmark = pytest.mark.django_db(transaction=True)

# A made-up word that no other file of the machine holds; it is in all that the leaver writes.
CANARY = "Vexitronzumblewickfeathermoor"
NAME = CANARY
KINDS = "place journal message occasion goal request reply customs never contact".split()
WORDS = {kind: f"{CANARY} {kind}" for kind in KINDS}
# Written in the clear, so that the search is seen to find what is there.
CONTROL = "Plainspoklegrumblequillshouted"


def forms(word: str) -> Iterator[bytes]:
    """How a word could stand in a file."""
    plain = word.encode()
    yield plain
    yield word.encode("utf-16-le")
    yield plain.hex().encode()
    # Base64 of a longer text: the middle of the word in each of its three alignments.
    for shift in range(3):
        yield base64.b64encode(plain[shift : shift + 24])[4:-4]


def files() -> Iterator[Path]:
    """Every file of the database server, and of the installation: logs, letters, static files."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    for folder in {data, Path(settings.VAR), Path(settings.STATIC_ROOT)}:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def found_in_files(words: list[str]) -> set[str]:
    wanted = {word: list(forms(word)) for word in words}
    found: set[str] = set()
    for path in set(files()):
        for content in parts_of(path):
            for word, shapes in wanted.items():
                if any(shape in content for shape in shapes):
                    found.add(word)
    return found


def parts_of(path: Path, size: int = 1 << 24) -> Iterator[bytes]:
    """A file piece by piece, each with the end of the one before. Another test may cut it meanwhile."""
    before = b""
    with suppress(OSError), path.open("rb") as file:
        while content := file.read(size):
            yield before + content
            before = content[-200:]


def dump(alias: str) -> bytes:
    place = connections[alias].get_connection_params()
    program = embedded.programs() / "bin" / "pg_dump"
    where = ["-h", str(place["host"]), "-p", str(place.get("port", 5432)), "-U", str(place["user"])]
    done = subprocess.run([program, *where, str(place["dbname"])], capture_output=True, check=True)
    return done.stdout


def a_life(leaver: Someone, bo: Someone, eli: Someone) -> None:
    """The leaver writes in every place where there are words to write."""
    programme = a_programme(eli)
    pair = a_pair(leaver, bo, programme)
    wanted = pairs.Wanted(
        rhythm="weekly", times=1, modes=1, customs=WORDS["customs"], rather_not=WORDS["never"]
    )
    card = pairs.save_card(leaver.who, pair_id=pair.id, seen_version=0, wanted=wanted)
    pairs.sign_card(bo.who, pair_id=pair.id, version=card.version)
    browser = leaver.browser()
    browser.post(f"/pairs/{pair.id}/contact/", {"words": WORDS["contact"], "contact": WORDS["contact"]})
    meet.plan(
        leaver.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=2),
        minutes=60,
        mode=0,
        place=WORDS["place"],
    )
    regular = meet.WantedSeries(
        meet.Rhythm("weekly", today() + timedelta(days=9), time(9), "UTC"),
        60,
        2,
        meet.Where(WORDS["place"], f"https://call.example/{CANARY}"),
    )
    meet.choose_series(leaver.who, pair_id=pair.id, seen="", wanted=regular)
    meet.write_journal(leaver.who, pair_id=pair.id, words=WORDS["journal"])
    days.add(
        leaver.who,
        pair_id=pair.id,
        days=[now().date() + timedelta(days=5)],
        each_year=False,
        before=1,
        words=f"Exam\n{WORDS['occasion']}",
    )
    assert browser.get(f"/pairs/{pair.id}/occasions/").status_code == 200
    talk.send(leaver.who, pair_id=pair.id, words=WORDS["message"])
    assert browser.get(f"/pairs/{pair.id}/messages/").status_code == 200
    goals.add(leaver.who, words=WORDS["goal"], pair_id=pair.id)
    for path in ("/me/goals/", f"/pairs/{pair.id}/goals/"):
        assert browser.get(path).status_code == 200
    request = help_.ask(leaver.who, programme_id=programme.id, kind="work", words=WORDS["request"])
    opening.open_with_receipt(eli.who, request_id=request.id)
    help_.reply(leaver.who, request_id=request.id, words=WORDS["reply"])
    for path in ("/", "/me/", f"/pairs/{pair.id}/", f"/pairs/{pair.id}/card/", f"/requests/{request.id}/"):
        assert browser.get(path).status_code == 200
        bo.browser().get(path)


def test_nothing_of_somebody_who_left_can_be_read(client: Client) -> None:
    leaver, bo, eli = someone(NAME), someone("Bo"), someone("Eli")
    a_life(leaver, bo, eli)
    kept = [(text.id, bytes(text.sealed)) for text in Text.objects.filter(owner_id=leaver.id)]
    box = keys.boxes_for([leaver.id])[leaver.id]
    opened = " ".join(box.decrypt(sealed)[16:].decode() for _, sealed in kept)
    written = [word for word in WORDS.values() if word in opened]
    assert len(written) >= 6 and NAME in opened, "the canaries are there before"
    Client().post("/account/login/", {"email": f"{NAME.lower()}@example.org"})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE control AS SELECT %s AS words", [CONTROL])
    browser = leaver.browser()
    assert browser.post("/me/leave/").url == "/goodbye/"
    mail.outbox.clear()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    searched = [CANARY, CANARY.lower()]
    assert found_in_files([*searched, CONTROL]) == {CONTROL}
    for alias in ("default", "keys"):
        content = dump(alias)
        assert not [word for word in searched if any(form in content for form in forms(word))]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE control")
    # A copy of the rows from before: the key that would open them is nowhere.
    assert keys.boxes_for([leaver.id]) == {}
    assert not Person.objects.filter(id=leaver.id).exists()
