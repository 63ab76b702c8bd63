from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client, RequestFactory
from tests.answers import faults_of
from tests.cast import someone

from bothways.web.middleware import FaultMiddleware

pytestmark = pytest.mark.django_db


def test_the_first_page_says_what_this_is(client, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(2):
        page = client.get("/")
    assert page.status_code == 200
    assert "both say yes" in page.content.decode()


def test_home_is_mine_and_is_never_stored(django_assert_max_num_queries) -> None:
    amina = someone("Amina")
    browser = amina.browser()
    with django_assert_max_num_queries(20):
        page = browser.get("/")
    assert "Amina" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("language, direction", [("en", "ltr"), ("ar", "rtl"), ("zh-hans", "ltr")])
def test_the_page_follows_the_browsers_language(client, language: str, direction: str) -> None:
    page = client.get("/", HTTP_ACCEPT_LANGUAGE=language)
    assert f'lang="{language}" dir="{direction}"' in page.content.decode()
    assert page.headers["Content-Language"].lower() == language


def test_a_chosen_language_stays_for_the_browser_and_the_account() -> None:
    amina = someone("Amina")
    browser = amina.browser()
    answer = browser.post("/language/", {"language": "ar", "next": "/charter/"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/charter/"
    assert 'dir="rtl"' in browser.get("/").content.decode()
    amina.person.refresh_from_db()
    assert amina.person.language == "ar"


@pytest.mark.parametrize("language", ["", "xx", "en\x00", "e" * 5000])
def test_an_unknown_language_changes_nothing(client, language: str) -> None:
    answer = client.post("/language/", {"language": language, "next": "https://example.org/"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_every_page_carries_the_headers(client) -> None:
    for path in ("/", "/charter/", "/no-such-page/", "/account/login/"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_what_is_not_there_is_a_page_with_a_way_on(client) -> None:
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "This page is not here" in page.content.decode()


def test_a_form_without_its_token_is_told_what_to_do() -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.post("/language/", {"language": "ar"})
    assert page.status_code == 403
    assert "Please send that once more" in page.content.decode()


def test_a_database_that_does_not_answer_is_a_sentence() -> None:
    request = RequestFactory().get("/")
    request.user = None
    page = FaultMiddleware(lambda r: None).process_exception(request, OperationalError("gone"))
    assert page is not None
    assert page.status_code == 503
    assert "gone" not in page.content.decode()
    assert "try again" in page.content.decode()


def test_no_template_has_inline_script_or_style() -> None:
    import re
    from pathlib import Path

    source = Path(settings.PACKAGE)
    for template in source.rglob("templates/**/*.html"):
        text = template.read_text()
        if "_pdf" in template.name or "download" in template.name:
            continue
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|javascript:", text), template
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), template
        assert not re.search(r"(?:src|href|action)=\"https?:", text), template


def test_a_host_that_is_not_ours_gets_every_header(client) -> None:
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400 and faults_of(answer) == []


@pytest.mark.parametrize(("length", "status"), [("200001", 413), ("9" * 40, 413), ("abc", 400), ("-1", 400)])
def test_a_body_is_refused_before_it_is_read(length: str, status: int, client) -> None:
    answer = client.post("/language/", {"language": "ar"}, CONTENT_LENGTH=length)
    assert answer.status_code == status and faults_of(answer) == []


def test_a_file_that_no_page_asks_for_is_refused(client) -> None:
    answer = client.post("/language/", {"language": "ar", "file": SimpleUploadedFile("a", b"x" * 300_000)})
    assert answer.status_code == 413
