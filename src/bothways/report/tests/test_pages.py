"""The pages of sealed reports, without a browser."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from nacl.public import PrivateKey
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.programme.tests.factory import a_programme
from bothways.report import keylines, sealing, services, views
from bothways.report.limits import MOST_TRIES
from bothways.report.models import LeadKey, Sealed
from bothways.report.tests.conftest import Stage

pytestmark = pytest.mark.django_db


def send(browser: Client, stage: Stage, *, body: bytes | None = None, **more):
    body = stage.public + sealing.seal("hello", stage.public) if body is None else body
    return browser.post(stage.path, body, content_type=views.OCTETS, **more)


def fetched(stage: Stage, code: str, browser: Client | None = None):
    return (browser or Client()).post(f"{stage.path}lead/", {"code": code})


def test_the_notice_on_every_page_leads_here(client, stage: Stage) -> None:
    for path in ("/", "/charter/", "/no-such-page/", "/account/login/", f"/p/{stage.programme.slug}/"):
        assert 'href="/report/"' in client.get(path).content.decode(), path
    assert f'href="{stage.path}"' in client.get("/report/").content.decode()


def test_a_programme_that_was_never_open_is_not_named(client, stage: Stage) -> None:
    a_programme(stage.eli, slug="not-yet", name="Not yet", open=False)
    assert "Not yet" not in client.get("/report/").content.decode()
    assert client.get("/p/not-yet/report/").status_code == 404
    assert client.post("/p/not-yet/report/", b"", content_type=views.OCTETS).status_code == 404
    assert client.get("/p/not-yet/report/lead/").status_code == 404


def test_the_page_shows_the_key_its_day_and_how_else_to_reach_the_lead(client, stage: Stage) -> None:
    page = client.get(stage.path).content.decode()
    assert base64.b64encode(stage.public).decode() in page
    assert keylines.line_of(stage.key).fingerprint() in page
    assert "0341 555 0100" in page
    assert "This key is new" not in page


def test_a_replaced_key_is_shown_for_ever_and_a_new_one_is_pointed_out(client, stage: Stage) -> None:
    with travelled(timedelta(days=3)):
        services.set_key(
            stage.eli.who,
            programme_id=stage.programme.id,
            line=keylines.line_of(PrivateKey.generate()).line(),
        )
        page = client.get(stage.path).content.decode()
        assert "This key is new" in page
        assert keylines.line_of(stage.key).fingerprint() in page
    with travelled(timedelta(days=400)):
        page = client.get(stage.path).content.decode()
        assert "This key is new" not in page
        assert keylines.line_of(stage.key).fingerprint() in page


def test_without_a_key_the_page_says_how_else_to_reach_the_lead(client, stage: Stage) -> None:
    services.remove_key(stage.eli.who, programme_id=stage.programme.id)
    page = client.get(stage.path).content.decode()
    assert "no sealed report can be written" in page
    assert "0341 555 0100" in page
    assert "<textarea" not in page
    bare = a_programme(stage.eli, slug="bare")
    assert "has not said how to reach a lead" in client.get(f"/p/{bare.slug}/report/").content.decode()


def test_no_form_could_ever_send_the_words(client, stage: Stage) -> None:
    page = client.get(stage.path).content.decode()
    area = re.search(r"<textarea[^>]*>", page).group()
    assert "name=" not in area
    assert 'autocomplete="off"' in area
    assert 'spellcheck="false"' in area
    form = re.search(r"<form data-on[^>]*>", page).group()
    assert " hidden" in form
    assert "action" not in form and "method" not in form


def test_the_page_is_the_same_for_everybody(stage: Stage) -> None:
    def main(browser: Client) -> str:
        return re.search(r"<main.*</main>", browser.get(stage.path).content.decode(), re.DOTALL).group()

    dara = someone("Dara")
    assert main(Client()) == main(dara.browser()) == main(stage.eli.browser())


def test_a_sealed_report_is_taken_without_a_cookie_and_leaves_none(stage: Stage) -> None:
    browser = Client(enforce_csrf_checks=True)
    sessions = Session.objects.count()
    answer = send(browser, stage)
    assert (answer.status_code, answer.json()) == (200, {"outcome": "sent"})
    assert not answer.cookies
    assert not browser.cookies
    assert "no-store" in answer.headers["Cache-Control"]
    assert Session.objects.count() == sessions
    assert Sealed.objects.count() == 1


@pytest.mark.parametrize("body", [b"x", b"x" * 32, b"x" * 5000, b"x" * 150_000])
def test_what_is_no_sealed_report_is_not_kept(client, stage: Stage, body: bytes) -> None:
    assert send(client, stage, body=body).status_code == 413
    assert not Sealed.objects.exists()


def test_more_than_any_report_needs_is_refused_before_it_is_read(client, stage: Stage) -> None:
    assert send(client, stage, body=b"x" * 300_000).status_code in {400, 413}


def test_a_form_of_another_site_sends_nothing(client, stage: Stage) -> None:
    assert client.post(stage.path, {"words": "hello"}).status_code == 415
    plain = stage.public + sealing.seal("hello", stage.public)
    assert client.post(stage.path, plain, content_type="text/plain").status_code == 415
    assert not Sealed.objects.exists()


def test_a_key_that_changed_meanwhile_is_told_with_the_new_one(client, stage: Stage) -> None:
    new = PrivateKey.generate()
    services.set_key(stage.eli.who, programme_id=stage.programme.id, line=keylines.line_of(new).line())
    answer = send(client, stage)
    assert answer.json()["outcome"] == "changed"
    assert answer.json()["key"] == base64.b64encode(bytes(new.public_key)).decode()
    assert answer.json()["fingerprint"] == keylines.line_of(new).fingerprint()
    services.remove_key(stage.eli.who, programme_id=stage.programme.id)
    assert send(client, stage).json() == {"outcome": "gone"}
    assert not Sealed.objects.exists()


def test_a_network_that_sends_too_much_waits(client, stage: Stage) -> None:
    outcomes = [send(client, stage).json()["outcome"] for _ in range(MOST_TRIES + 2)]
    assert outcomes == ["sent"] * MOST_TRIES + ["often"] * 2
    assert fetched(stage, "anything").status_code == 429
    assert send(client, stage, REMOTE_ADDR="198.51.100.7").json() == {"outcome": "sent"}


def test_no_log_has_a_line_about_a_report(client, stage: Stage, caplog, monkeypatch) -> None:
    with caplog.at_level("DEBUG"):
        for _ in range(MOST_TRIES + 1):
            send(client, stage)
        monkeypatch.setattr(services, "room_today", lambda programme_id: 0)
        send(client, stage, REMOTE_ADDR="198.51.100.7")
        services.remove_key(stage.eli.who, programme_id=stage.programme.id)
        send(client, stage, REMOTE_ADDR="198.51.100.7")
    assert not [line for line in caplog.messages if "report" in line]


def test_a_programme_without_room_says_so(client, stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(services, "room_today", lambda programme_id: 0)
    assert send(client, stage).json() == {"outcome": "full"}


def test_the_lead_fetches_one_file_of_one_size(client, stage: Stage) -> None:
    code = keylines.fetch_code(stage.key)
    before = fetched(stage, code)
    assert send(client, stage).json() == {"outcome": "sent"}
    after = fetched(stage, code.lower().replace("-", " "))
    for answer in (before, after):
        assert answer.status_code == 200
        assert len(answer.content) == sealing.BUNDLE_SIZE
        assert answer.headers["Content-Disposition"] == 'attachment; filename="river-valley.bundle"'
        assert "no-store" in answer.headers["Cache-Control"]
    assert sealing.unbundle(before.content, [stage.key]) == []
    [(_day, sealed)] = sealing.unbundle(after.content, [stage.key])
    assert sealing.open_report(sealed, [stage.key]) == "hello"


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA", "x" * 61, "a\x00b", "١٢٣"])
def test_a_wrong_code_is_told_and_what_was_typed_stays(stage: Stage, code: str) -> None:
    answer = fetched(stage, code)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert code.replace("\x00", "") in page.replace("\x00", "")


def test_eli_sets_the_lead_up_on_one_page(stage: Stage) -> None:
    browser, path = stage.eli.browser(), f"/p/{stage.programme.slug}/set-up/lead/"
    assert path in browser.get(f"/p/{stage.programme.slug}/set-up/").content.decode()
    new = keylines.line_of(PrivateKey.generate())
    answer = browser.post(path, {"contact": "Room 4, Tuesdays"}, follow=True)
    assert "Room 4, Tuesdays" in answer.content.decode()
    answer = browser.post(f"{path}key/", {"line": new.line()}, follow=True)
    assert new.fingerprint() in answer.content.decode()
    answer = browser.post(f"{path}key/off/", follow=True)
    assert "There is no key" in answer.content.decode()
    assert LeadKey.objects.count() == 3


def test_a_slip_in_the_key_line_is_told_and_nothing_is_lost(stage: Stage) -> None:
    browser, path = stage.eli.browser(), f"/p/{stage.programme.slug}/set-up/lead/"
    slipped = keylines.line_of(PrivateKey.generate()).line()[:-3] + "AAA"
    answer = browser.post(f"{path}key/", {"line": slipped})
    assert answer.status_code == 409
    assert slipped in answer.content.decode()
    assert "copy it again" in answer.content.decode()
    answer = browser.post(path, {"contact": "x" * 600})
    assert answer.status_code == 422
    assert "x" * 600 in answer.content.decode()
    assert LeadKey.objects.count() == 1


def test_nobody_else_sets_the_lead(stage: Stage) -> None:
    path = f"/p/{stage.programme.slug}/set-up/lead/"
    line = keylines.line_of(PrivateKey.generate()).line()
    for browser, status in ((Client(), 302), (someone("Dara").browser(), 403)):
        for target, data in (
            (path, {"contact": "me"}),
            (f"{path}key/", {"line": line}),
            (f"{path}key/off/", {}),
        ):
            assert browser.post(target, data).status_code == status
        assert browser.get(path).status_code == status
    assert LeadKey.objects.count() == 1
