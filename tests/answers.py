"""What every answer of the product must have and must not have, whatever was asked."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.http import HttpResponse

from tests.pages import is_page

# Sent with every answer: pages, files, redirects, refusals and faults alike.
HEADERS = {
    # The order of its parts differs from process to process.
    "Content-Security-Policy": re.compile(
        r"(?=.*default-src 'none')(?=.*script-src 'self'(;|$))(?=.*style-src 'self'(;|$))"
        r"(?=.*frame-ancestors 'none')(?=.*base-uri 'none')(?=.*form-action 'self')"
    ),
    "Cross-Origin-Opener-Policy": re.compile(r"^same-origin$"),
    "Permissions-Policy": re.compile(r"camera=\(\).*geolocation=\(\).*microphone=\(\)"),
    "Referrer-Policy": re.compile(r"^same-origin$"),
    "X-Content-Type-Options": re.compile(r"^nosniff$"),
    "X-Frame-Options": re.compile(r"^DENY$"),
    "X-Robots-Tag": re.compile(r"^noindex$"),
}
# The program that a browser keeps for notices may do less than any page.
PROGRAM = {
    "Content-Security-Policy": re.compile(
        r"^default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'$"
    )
}
# Never in a body: what a program says of itself when it breaks.
TRACES = re.compile(
    r"Traceback \(most recent|File \"/|\.py\", line \d|DETAIL:  |psycopg|OperationalError|DoesNotExist|"
    r"<class '|object at 0x[0-9a-f]|django\.(core|db|http|template)|site-packages"
)


class _Inline(HTMLParser):
    """What is never on a page: a script or a style that is not a file of ours. Data is no script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: (value or "").strip().lower() for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in got and got.get("type") != "application/json"):
            self.found.append(f"inline: <{tag}>")
        # All of them: of an attribute that comes twice a browser takes the first.
        for name, given in attrs:
            is_script = (given or "").strip().lower().startswith("javascript:")
            if name.startswith("on") or name in {"style", "nonce"} or is_script:
                self.found.append(f"inline: <{tag} {name}={(given or '')[:80]!r}>")


def _inline(page: str) -> list[str]:
    reader = _Inline()
    reader.feed(page)
    return reader.found


def faults_of(answer: HttpResponse) -> list[str]:
    """What is wrong with an answer; empty when nothing is."""
    is_program = answer.headers.get("Content-Type", "").startswith("text/javascript")
    found = [
        f"header {name} is {answer.headers.get(name)!r}"
        for name, wanted in (HEADERS | PROGRAM if is_program else HEADERS).items()
        if not wanted.search(answer.headers.get(name, ""))
    ]
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    if "nonce-" in answer.headers.get("Content-Security-Policy", ""):
        found.append("a nonce")
    if answer.headers.get("Content-Type", "").startswith("application/pdf"):
        return found
    body = b"".join(answer) if answer.streaming else answer.content
    page = body.decode(errors="replace")
    found += [f"a trace: {hit[0]}" for hit in [TRACES.search(page)] if hit]
    if answer.headers.get("Content-Type") and is_page(answer):
        found += _inline(page)
    return found
