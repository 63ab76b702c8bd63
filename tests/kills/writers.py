"""People who write all the time, and remember what the server said it had taken."""

from __future__ import annotations

import random
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bothways.core.clock.api import today
from tests.kills.browser import PATIENCE, Answer, Broken, Browser, Down, form_with, hidden

WORDS = re.compile(r'<p class="words" dir="auto">([^<]*)</p>')
PER_PAGE = 20
MOST_MEETINGS = 50
MOST_STEPS = 40


@dataclass
class Ledger:
    """What was acknowledged. Everything else may be there once or not at all."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, list[str]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    sign_ins: int = 0
    asked_again: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        many = (self.meetings, self.requests, self.resolved, self.left, self.steps)
        lists = (*self.lines.values(), *self.messages.values(), *self.answers.values())
        return sum(len(one) for one in many) + sum(len(one) for one in lists) + self.sign_ins


@dataclass
class Member:
    browser: Browser
    pair: str
    meetings: int = 0
    steps: int = 0


class Writer(threading.Thread):
    """A few people of a crowd, one after the other. `writing` is set whenever a write is on its way."""

    def __init__(self, crowd: dict, share: tuple[int, int], port: int, letters: Path, seed: int) -> None:
        super().__init__(daemon=True)
        self.ledger, self.random = Ledger(), random.Random(seed)
        self.writing, self.over = threading.Event(), threading.Event()
        self.port, self.letters, self.slug, self.number = port, letters, crowd["slug"], share[0]
        part = slice(share[0], None, share[1])
        self.members = [Member(self._browser(one["address"]), one["pair"]) for one in crowd["pairs"][part]]
        self.leavers, self.proposals = crowd["leavers"][part], crowd["proposals"][part]
        self.count = 0

    def _browser(self, address: str) -> Browser:
        return Browser(self.port, address, self.letters)

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self._one()
        except (Broken, Down, AssertionError) as error:
            self.ledger.broken.append(f"{type(error).__name__}: {error}")

    def _one(self) -> None:
        member = self.random.choice(self.members)
        if "sessionid" not in member.browser.cookies:
            self._sign_in(member.browser)
            return
        rare = self.random.random()
        if rare < 0.04 and self.leavers:
            self._leave(self.leavers.pop())
        elif rare < 0.10 and self.proposals:
            self._answer(self.proposals.pop())
        elif rare < 0.11:
            self._sign_in(member.browser)
        else:
            kinds = [self._line, self._message, self._request]
            kinds += [self._meeting] if member.meetings < MOST_MEETINGS else []
            kinds += [self._step] if member.steps < MOST_STEPS else []
            self.random.choice(kinds)(member)

    def _marker(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.number}-{self.count}"

    def _post(self, browser: Browser, path: str, data: dict) -> Answer:
        """The same form until an answer comes, as somebody would who presses the button again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.writing.set()
            try:
                answer = browser.once("POST", path, data)
                break
            except Down:
                if time.monotonic() > deadline:
                    raise
                self.ledger.asked_again += 1
                time.sleep(0.15)
        if answer.status != 302 or answer.location.startswith("/account/"):
            raise Broken(f"POST {path}: {answer.status} {answer.location}")
        return answer

    def _sign_in(self, browser: Browser) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            self.writing.set()
            try:
                done = browser.sign_in()
                break
            except Down:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        if not done:
            # Too many in a minute: another time.
            time.sleep(1)
            return
        browser.get("/me/")
        self.ledger.sign_ins += 1

    def _line(self, member: Member) -> None:
        self._one_more(member, "line", "journal", self.ledger.lines)

    def _message(self, member: Member) -> None:
        self._one_more(member, "message", "messages", self.ledger.messages)

    def _one_more(self, member: Member, kind: str, page_name: str, kept: dict[str, list[str]]) -> None:
        """Read what there is, newest first, and write one more."""
        path = f"/pairs/{member.pair}/{page_name}/"
        page = member.browser.get(path)
        known = kept.setdefault(member.pair, [])
        shown = WORDS.findall(page.body)
        expected = known[::-1][:PER_PAGE]
        assert shown == expected, f"{page_name}: {shown[:3]} is shown, acknowledged are {expected[:3]}"
        marker = self._marker(kind)
        data = form_with(page, path, "once").filled() | {"words": [marker]}
        self._post(member.browser, path, data)
        known.append(marker)

    def _step(self, member: Member) -> None:
        """A next step that the partner reads."""
        path = "/me/goals/"
        form = form_with(member.browser.get(path), path, "once")
        marker = self._marker("step")
        self._post(member.browser, path, form.filled() | {"words": [marker], "pair": [member.pair]})
        member.steps += 1
        self.ledger.steps.append(marker)

    def _meeting(self, member: Member) -> None:
        path = f"/pairs/{member.pair}/meetings/new/"
        form = form_with(member.browser.get(path), path, "once")
        marker = self._marker("meeting")
        day = today() + timedelta(days=self.random.randint(2, 300))
        data = form.filled() | {"day": [str(day)], "time": ["14:30"], "minutes": ["60"], "mode": ["0"]}
        self._post(member.browser, path, data | {"place": [marker]})
        member.meetings += 1
        self.ledger.meetings.append(marker)

    def _request(self, member: Member) -> None:
        path = f"/p/{self.slug}/requests/new/"
        form = form_with(member.browser.get(path), path, "once")
        marker = self._marker("request")
        kinds = next(one.choices for one in form.fields if one.name == "kind")
        to = self.random.choice([member.pair, "coordinators"])
        data = form.filled() | {"to": [to], "kind": [self.random.choice(kinds[1:])], "words": [marker]}
        made = self._post(member.browser, path, data)
        self.ledger.requests.append(marker)
        page = member.browser.get(made.location)
        self._post(member.browser, f"{made.location}resolve/", hidden(page))
        self.ledger.resolved.append(marker)

    def _answer(self, one: dict) -> None:
        for address in one["addresses"]:
            browser = self._browser(address)
            self._sign_in(browser)
            if "sessionid" not in browser.cookies:
                return
            path = f"/proposals/{one['proposal']}/"
            page = browser.get(path)
            self._post(browser, path, hidden(page) | {"answer": ["yes"]})
            self.ledger.answers.setdefault(one["proposal"], []).append(address)

    def _leave(self, one: dict) -> None:
        browser = self._browser(one["address"])
        self._sign_in(browser)
        if "sessionid" not in browser.cookies:
            self.leavers.append(one)
            return
        page = browser.get("/me/leave/")
        answer = self._post(browser, "/me/leave/", hidden(page))
        assert answer.location == "/goodbye/"
        self.ledger.left.append(one["person"])
