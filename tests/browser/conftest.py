"""A real Chromium against a real server with compressed static files and a real mail server."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Playwright's sync API runs an event loop in this thread; Django then fears async code, wrongly.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SHOTS = Path(os.environ.get("BOTHWAYS_SHOTS", "")) if os.environ.get("BOTHWAYS_SHOTS") else None
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


class Mailbox:
    """Keeps what a real SMTP server in this process received."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        from email import message_from_bytes, policy

        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        self.letters.append((envelope.rcpt_tos[0], body.get_content() if body else ""))
        return "250 OK"

    def code_for(self, address: str, seen: int = 0) -> str:
        """The newest code sent to an address (waits up to ten seconds for a letter beyond `seen`)."""
        for _ in range(100):
            texts = [text for to, text in self.letters if to == address]
            if len(texts) > seen:
                found = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", texts[-1], re.MULTILINE)
                if found:
                    return found.group(1)
            time.sleep(0.1)
        raise AssertionError(f"no code arrived, letters: {self.letters}")

    def count(self, address: str) -> int:
        return sum(1 for to, _ in self.letters if to == address)


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box
    finally:
        server.stop()


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files, collected and compressed once, as in production."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("static")
    storage = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=folder, STORAGES=storage):
        call_command("collectstatic", "--noinput", verbosity=0)
    return folder


@pytest.fixture
def site(transactional_db, settings, collected: Path) -> Iterator[str]:
    """The address of the product, served as in production (WhiteNoise, strict CSP)."""
    settings.STATIC_ROOT = collected
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
    thread = LiveServerThread("localhost", static_handler=lambda handler: handler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    address = f"http://localhost:{thread.port}"
    settings.SITE_URL = address
    try:
        yield address
    finally:
        thread.terminate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """`open_page(locale="ar", javascript=False, size=DESK)`: a fresh visitor, and a check that nothing
    on any of their pages asked another address or broke a rule of the browser."""
    contexts: list[BrowserContext] = []
    strays: list[str] = []
    complaints: list[str] = []

    def make(
        locale: str = "en",
        javascript: bool = True,
        size: dict[str, int] = PHONE,
        cookies=None,
        workers="block",
    ) -> Page:
        context = chromium.new_context(
            base_url=site,
            locale=locale,
            java_script_enabled=javascript,
            viewport=size,
            service_workers=workers,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if cookies:
            context.add_cookies(
                [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
            )
        page = context.new_page()
        page.on("request", lambda r: strays.append(r.url) if not r.url.startswith((site, "data:")) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text)
                if m.type == "error" and "status of 4" not in m.text and "status of 5" not in m.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not strays, f"requests that left the server's own address: {strays}"
    assert not complaints, f"the browser complained: {complaints}"


@pytest.fixture
def signed_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """`signed_in(amina, locale="ar")`: a page of somebody who is signed in already."""

    def make(someone, **kwargs) -> Page:
        cookie = someone.browser().cookies["sessionid"].value
        return open_page(cookies={"sessionid": cookie}, **kwargs)

    return make


def shot(page: Page, name: str, *, full: bool = True) -> None:
    """Keep a picture of the page for the documentation, when BOTHWAYS_SHOTS names a folder."""
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        # A page that is still loading is cut off, and a box that is just being ticked looks pale.
        page.wait_for_load_state()
        page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=full, animations="disabled")
