"""What every answer tells the browser, and what the settings make of an https address."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.contrib.staticfiles.finders import find
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.cast import someone

pytestmark = pytest.mark.django_db
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


@pytest.mark.parametrize("path", ["/", "/charter/", "/account/login/", "/nothing/here/", "/health/", "/me/"])
def test_every_answer_has_the_headers(path):
    answer = Client().get(path)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_files_have_them_too():
    answer = Client().get("/static/web/bothways.css")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "goodbye", "me", "glass_box", "sign_ins", "mfa_list_webauthn"]
)
def test_personal_pages_are_not_stored(name):
    for client in (Client(), someone("Amina").browser()):
        assert "no-store" in client.get(reverse(name)).headers["Cache-Control"]


@pytest.mark.parametrize("name", ["account_logout", "sign_out_everywhere", "leave"])
def test_signing_out_clears_what_the_browser_kept(name):
    browser = someone("Amina").browser()
    assert "Clear-Site-Data" not in browser.get(reverse("me")).headers
    answer = browser.post(reverse(name))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_browser_that_was_signed_out_from_afar_clears_it_as_well():
    amina = someone("Amina")
    here, there = amina.browser(), amina.browser()
    here.post(reverse("sign_ins_end_others"))
    assert "Clear-Site-Data" in there.get(reverse("me")).headers
    assert "Clear-Site-Data" not in here.get(reverse("me")).headers


def test_the_token_of_forms_outlives_the_clearing():
    browser = someone("Amina").browser()
    browser.handler.enforce_csrf_checks = True
    token = browser.get(reverse("me")).context["csrf_token"]
    out = browser.post(reverse("account_logout"), {"csrfmiddlewaretoken": str(token)})
    assert out.status_code == 302 and "Clear-Site-Data" in out.headers
    again = browser.get(reverse("account_login"))
    sent = {"csrfmiddlewaretoken": str(again.context["csrf_token"]), "email": "amina@example.org"}
    assert browser.post(reverse("account_login"), sent).status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example"])
def test_a_made_up_host_is_refused(host):
    assert Client().get("/charter/", headers={"host": host}).status_code == 400


def under_https(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The product's command line with the settings of a server at an https address."""
    given = {
        "BOTHWAYS_SITE_URL": "https://friends.example",
        "BOTHWAYS_SECRET_KEY": "long enough and made for this test, 0123456789 abcdefghij",
        "BOTHWAYS_DEMO": "0",
    }
    # What the tests of the browser set for themselves is no setting of a server.
    ours = {"BOTHWAYS_HOSTS", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "bothways.cli", *arguments],
        env={**kept, **given, **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_framework_finds_nothing_to_say_about_a_server_at_an_https_address():
    checked = under_https("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


SHOW = """
from django.conf import settings as s
from django.test import Client
s.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
answer = Client().get("/charter/", secure=True, headers={"host": "friends.example"})
cookie = answer.cookies[s.CSRF_COOKIE_NAME]
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, sep=",")
print(cookie["secure"], cookie["httponly"], cookie["path"], repr(cookie["domain"]), sep=",")
print(answer.headers["Strict-Transport-Security"])
plain = Client().get("/charter/", headers={"host": "friends.example"})
print(plain.status_code, plain.headers["Location"])
print(Client().get("/charter/", secure=True, headers={"host": "evil.example"}).status_code)
"""


def test_an_https_address_makes_cookies_that_no_other_host_can_plant():
    shown = under_https("shell", "--no-imports", "-v", "0", "-c", SHOW)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.split("\n")[:5] == [
        "__Host-sessionid,__Host-csrftoken,__Host-language",
        "True,True,/,''",
        "max-age=31536000; includeSubDomains; preload",
        "301 https://friends.example/charter/",
        "400",
    ]


def test_a_home_screen_gets_the_same_for_everybody_and_icons_that_are_there():
    page = Client().get("/").content.decode()
    assert f'<link rel="manifest" href="{reverse("manifest")}">' in page
    answers = [client.get(reverse("manifest")) for client in (Client(), someone("Amina").browser())]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["Content-Type"] == "application/manifest+json"
    assert "manifest-src 'self'" in answers[0].headers["Content-Security-Policy"]
    about = answers[0].json()
    assert (about["start_url"], about["scope"], about["display"]) == ("/", "/", "standalone")
    for icon in about["icons"]:
        with Image.open(str(find(icon["src"].removeprefix("/static/")))) as picture:
            assert icon["type"] == "image/png" and icon["sizes"] == "x".join(map(str, picture.size))
    assert {icon["sizes"] for icon in about["icons"]} == {"192x192", "512x512"}
