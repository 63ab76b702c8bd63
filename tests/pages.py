"""Reads pages as a visitor would: which links and forms are on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def filled(self) -> dict[str, list[str]]:
        """What a browser would send if nothing were touched."""
        sent: dict[str, list[str]] = {}
        for one in self.fields:
            if one.kind in {"submit", "button"}:
                continue
            if one.kind in {"checkbox", "radio"} and not one.value.startswith("*"):
                continue
            sent.setdefault(one.name, []).append(one.value.removeprefix("*"))
        return sent


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in got:
            self.links.append(urldefrag(urljoin(self.base, got["href"]))[0])
        elif tag == "form":
            action = urljoin(self.base, got.get("action", "")) if got.get("action") else self.base
            self._form = Form(action, got.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, got)

    def _control(self, tag: str, got: dict[str, str]) -> None:
        assert self._form is not None
        if tag == "option" and self._select is not None:
            self._select.choices.append(got.get("value", ""))
            if "selected" in got or len(self._select.choices) == 1:
                self._select.value = got.get("value", "")
            return
        if not got.get("name") or tag not in {"input", "button", "select", "textarea"}:
            return
        kind = got.get("type", "submit" if tag == "button" else tag)
        one = Field(got["name"], kind, got.get("value", ""))
        if kind in {"checkbox", "radio"} and "checked" in got:
            one.value = "*" + (one.value or "on")
        self._form.fields.append(one)
        if tag == "select":
            self._select = one
        elif tag == "textarea":
            self._area = one

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data


def read(html: str, base: str) -> _Reader:
    reader = _Reader(base)
    reader.feed(html)
    return reader


def view_of(path: str) -> str | None:
    """The URL name a path leads to, None when it leads nowhere."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


def shape_of(path: str) -> str | None:
    """The URL pattern of a path; steps of one form count apart, ids do not."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    named = {
        key: value for key, value in match.kwargs.items() if key in {"step", "purpose", "form", "format"}
    }
    return f"{match.view_name} {sorted(named.items())}" if named else match.view_name


def walk(client: Client, start: list[str], limit: int = 300) -> dict[str, tuple[str, str]]:
    """Follow every link from `start` as this client: {shape: (path, html)} of the pages that opened."""
    waiting, pages = list(start), {}
    seen: set[str] = set()
    while waiting and len(seen) < limit:
        path = waiting.pop(0)
        shape = shape_of(path)
        if shape is None or path in seen or shape in pages:
            continue
        seen.add(path)
        answer = client.get(path, follow=True)
        assert answer.status_code < 500, path
        if answer.redirect_chain:
            waiting.append(urlsplit(answer.redirect_chain[-1][0]).path)
            continue
        if answer.status_code != 200 or not is_page(answer):
            continue
        html = answer.content.decode()
        pages[shape] = (path, html)
        waiting += [link for link in read(html, path).links if link.startswith("/")]
    return pages


def is_page(answer: HttpResponseBase) -> bool:
    """Whether an answer is shown in the browser, and is not a file to keep."""
    kind = answer.headers["Content-Type"]
    return kind.startswith("text/html") and "attachment" not in answer.headers.get("Content-Disposition", "")
