"""A browser of one person: cookies, forms, and letters with codes. Nothing that a browser could not do."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.pages import Form, read

PATIENCE = 90.0


class Down(Exception):
    """No answer, or one that says that something is down. Whether the write was done is not known."""


class Broken(Exception):
    """An answer that must not come."""


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str


class Browser:
    def __init__(self, port: int, address: str, letters: Path) -> None:
        self.port, self.address, self.letters = port, address, letters
        self.cookies: dict[str, str] = {}

    def once(self, method: str, path: str, data: dict | None = None) -> Answer:
        """One request. Raises Down."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Accept-Language": "en", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = urlencode(data, doseq=True) if data is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException) as error:
            raise Down(type(error).__name__) from error
        finally:
            connection.close()
        if answer.status >= 500:
            raise Down(str(answer.status))
        for line in answer.headers.get_all("Set-Cookie", []):
            self._keep(SimpleCookie(line))
        return Answer(answer.status, urlsplit(answer.headers.get("Location", "")).path, text)

    def _keep(self, cookies: SimpleCookie) -> None:
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def get(self, path: str) -> Answer:
        """A page, asked for until it comes. Broken when it is not there, or when we are signed out."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.once("GET", path)
            except Down:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                continue
            if answer.status != 200:
                raise Broken(f"GET {path}: {answer.status} {answer.location}")
            return answer

    def sign_in(self) -> bool:
        """A code by letter, typed in. False when the server asks for patience, with a page or without a
        letter; then, as after Down, whoever was signed in still is."""
        before, done = self.cookies.pop("sessionid", ""), False
        try:
            done = self._sign_in()
        finally:
            if not done:
                # What the server gave meanwhile is a session of nobody, in which a code would be awaited.
                self.cookies.pop("sessionid", None)
                if before:
                    self.cookies["sessionid"] = before
        return done

    def _sign_in(self) -> bool:
        seen = set(self.letters.glob("*.json"))
        page = self.get("/account/login/")
        sent = self.once("POST", "/account/login/", {**hidden(page), "email": self.address})
        code = "" if sent.status == 429 else self._code(seen)
        if not code:
            return False
        page = self.get("/account/login/code/")
        answer = self.once("POST", "/account/login/code/", {**hidden(page), "code": code})
        if answer.status != 302:
            raise Down(f"code: {answer.status}")
        return True

    def _code(self, seen: set[Path]) -> str:
        for path in sorted(set(self.letters.glob("*.json")) - seen):
            content = json.loads(path.read_text())
            words = content["words"].split()
            codes = [word for word in words if len(word) == 9 and word[4] == "-" and word.isupper()]
            if content["to"] == self.address and codes:
                return codes[0]
        return ""


def form_with(page: Answer, path: str, field: str) -> Form:
    """The form on a page that has this field."""
    for form in read(page.body, path).forms:
        if field in {one.name for one in form.fields}:
            return form
    raise Broken(f"no form with {field} on {path}")


def hidden(page: Answer) -> dict[str, list[str]]:
    """The mark against forged requests, from any form of the page."""
    for form in read(page.body, "/").forms:
        for one in form.fields:
            if one.name == "csrfmiddlewaretoken":
                return {one.name: [one.value]}
    raise Broken("no form on the page")
