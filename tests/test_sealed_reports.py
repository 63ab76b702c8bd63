"""A sealed report changes no page, opens with no key that the server has, and leads to nobody."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from nacl.bindings import crypto_scalarmult_base
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from bothways.core.clock import api as clock
from bothways.core.keys.models import PersonKey
from bothways.people.models import Person
from bothways.report import keylines, sealing, services
from bothways.report.models import Attempt, LeadKey, Sealed
from bothways.report.tests.factory import a_lead
from bothways.report.views import OCTETS
from tests.pages import walk
from tests.world import World

pytestmark = pytest.mark.django_db

EVERYBODY = ("visitor", "amina", "bo", "chen", "fatima", "gul", "dara", "eli")
WORDS = "canary 5b1f: he waits for me at the stairs"
DOWNLOADS = ("/me/download/json/", "/me/download/html/")
# What is another on every page view: the token of a form, and the id that what it sends would get.
ONE_TIME = re.compile(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"')


def report(world: World, public: bytes, browser: Client | None = None) -> bytes:
    """Somebody writes a report from a browser, signed in or not."""
    sealed = sealing.seal(WORDS, public)
    path = f"/p/{world.programme.slug}/report/"
    answer = (browser or Client()).post(path, public + sealed, content_type=OCTETS)
    assert answer.json() == {"outcome": "sent"}
    return sealed


def lead_of(world: World) -> PrivateKey:
    """The world's lead is somebody else; this one's key is in the test's hands."""
    key = PrivateKey.generate()
    a_lead(world.eli, world.programme, key)
    return key


def everything(browsers: dict[str, Client], world: World) -> dict[tuple[str, str], str]:
    """Every page of everybody, by name and path, without one-time tokens."""
    seen: dict[tuple[str, str], str] = {}
    for name, browser in browsers.items():
        for path, html in walk(browser, world.places_for(name)).values():
            seen[name, path] = ONE_TIME.sub("", html)
        for path in DOWNLOADS if name != "visitor" else ():
            seen[name, path] = ONE_TIME.sub("", browser.get(path).content.decode())
    return seen


@pytest.fixture
def a_still_clock(monkeypatch) -> None:
    """Pages that say "4 minutes ago" are compared within the same moment."""
    moment = datetime.now(UTC)

    class Still(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return moment

    monkeypatch.setattr(clock, "datetime", Still)


def test_no_page_of_anybody_changes_when_a_report_is_filed(world: World, a_still_clock) -> None:
    public = bytes(lead_of(world).public_key)
    browsers = {name: world.browser(name) for name in EVERYBODY}
    # The first walk opens what is new and so changes pages; the second one finds them at rest.
    everything(browsers, world)
    before = everything(browsers, world)
    assert len(before) > 100
    # By the person itself, signed in, and by a visitor.
    report(world, public, browsers["amina"])
    report(world, public)
    after = everything(browsers, world)
    assert before.keys() == after.keys()
    changed = [place for place in before if before[place] != after[place]]
    assert not changed, changed


def test_the_server_with_all_its_keys_cannot_open_a_report(world: World) -> None:
    key = lead_of(world)
    sealed = report(world, bytes(key.public_key), world.amina.browser())
    master = SecretBox(settings.MASTER_KEY)
    held = [settings.MASTER_KEY, settings.SECRET_KEY.encode()[:32].ljust(32, b"\x00"), bytes(32)]
    held += [master.decrypt(bytes(row.wrapped)) for row in PersonKey.objects.all()]
    held += [crypto_scalarmult_base(secret) for secret in held]
    for row in LeadKey.objects.all():
        held += [bytes(row.public_key), bytes(row.code_hash) * 2]
    assert PersonKey.objects.count() >= 7
    for secret in held:
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey(secret)).decrypt(sealed)
        with pytest.raises(CryptoError):
            SecretBox(secret).decrypt(sealed)
    assert sealing.open_report(sealed, [key]) == WORDS


def test_no_row_leads_from_a_report_to_anybody(world: World) -> None:
    public = bytes(lead_of(world).public_key)
    counts = counted()
    amina = world.amina.browser()
    ids = [str(one) for one in Person.objects.values_list("id", flat=True)]
    sessions = list(Session.objects.values_list("session_key", flat=True))
    report(world, public, amina)
    rose = {table for table, count in counted().items() if count != counts[table]}
    # Nothing else got a row: no event, no notice, no text, no job, no session. Amina's own sign-in is hers.
    assert rose == {"report_sealed", "report_attempt"} | SIGNING_IN
    for row in [*Sealed.objects.values_list(), *Attempt.objects.values_list()]:
        held = " ".join(bytes(v).hex() if isinstance(v, bytes | memoryview) else str(v) for v in row)
        for trace in [*ids, *(one.replace("-", "") for one in ids), *sessions, "127.0.0.1"]:
            assert trace not in held
    assert Sealed.objects.get().programme_id == world.programme.id


# What world.browser("amina") itself writes.
SIGNING_IN = {"django_session", "core_entry", "people_device", "people_signedinbrowser", "core_notice"}


def counted() -> dict[str, int]:
    """The number of rows of every table of both databases."""
    counts: dict[str, int] = {}
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[f"{table}" if alias == "default" else f"keys {table}"] = cursor.fetchone()[0]
    return counts


def test_the_words_of_a_report_are_nowhere_in_the_database(world: World) -> None:
    report(world, bytes(lead_of(world).public_key), world.amina.browser())
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed:
            for row in model._default_manager.using(alias_of(model)).values_list():
                held = b" ".join(
                    bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
                )
                assert b"canary 5b1f" not in held, model


def alias_of(model) -> str:
    return "keys" if model._meta.app_label == "keys" else "default"


def test_a_coordinator_cannot_tell_whether_there_is_a_report(world: World) -> None:
    """Not even with the key line that the lead sent them: it holds no code that fetches."""
    key = lead_of(world)
    eli, path = world.eli.browser(), f"/p/{world.programme.slug}/report/lead/"
    line = keylines.line_of(key)

    def answers() -> list[tuple[int, str]]:
        tries = (line.line(), line.code_hash.hex(), line.fingerprint(), str(uuid.uuid4()))
        pages = [eli.post(path, {"code": code[:60]}) for code in tries]
        return [(page.status_code, re.sub(r'value="[^"]*"', "", page.content.decode())) for page in pages]

    before = answers()
    report(world, line.public_key)
    Attempt.objects.all().delete()
    after = answers()
    assert before[:3] == after[:3]
    assert {status for status, _ in after} == {422}


def test_the_leads_own_file_tells_nobody_else_anything(world: World) -> None:
    key = lead_of(world)
    code = keylines.fetch_code(key)
    empty = services.bundle_for(programme_id=world.programme.id, code=code)
    report(world, bytes(key.public_key))
    full = services.bundle_for(programme_id=world.programme.id, code=code)
    assert len(empty) == len(full)
    sealed = bytes(Sealed.objects.get().sealed)
    # What lies in the database is not to be recognised in the file.
    assert sealed[:64] not in full
    assert sealed[-64:] not in full
