"""Two people who read the pages on their phones, each in their own language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, shot


@dataclass
class Reader:
    """A page and its language. What is looked for is named in English, as in the code."""

    page: Page
    language: str

    def words(self, english: str, context: str = "", **about: str) -> str:
        """A text as this person reads it. There has to be a translation."""
        with override(self.language):
            found = pgettext(context, english) if context else gettext(english)
        assert (found == english) is (self.language == "en"), f"not translated: {english}"
        return found % about if about else found

    def day(self, day: date) -> str:
        with override(self.language):
            return date_format(day, "DATE_FORMAT")

    def go(self, path: str) -> None:
        self.page.goto(path)
        self.fits()

    def fits(self) -> None:
        """Nothing sticks out at the side of a phone."""
        self.page.wait_for_load_state()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], self.page.url
        direction = "rtl" if self.language == "ar" else "ltr"
        expect(self.page.locator("html")).to_have_attribute("dir", direction)

    def shot(self, name: str, *, full: bool = True) -> None:
        self.fits()
        shot(self.page, name, full=full)

    def sees(self, english: str, context: str = "", **about: str) -> None:
        expect(self.page.locator("main")).to_contain_text(self.words(english, context, **about))

    def sees_not(self, english: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(self.words(english))

    def reads(self, words: str) -> None:
        """Words that somebody wrote, as they wrote them."""
        expect(self.page.locator("main")).to_contain_text(words)

    def reads_not(self, words: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(words)

    def fill(self, field: str, value: str) -> None:
        self.page.locator(f"main [name={field}]").fill(value)

    def write(self, field_id: str, value: str) -> None:
        """As `fill`, where a page has several forms with a field of that name."""
        self.page.locator(f"main #{field_id}").fill(value)

    def press(self, english: str) -> None:
        """A button, by its words."""
        self._called("button", english).click()
        self.fits()

    def follow(self, english: str) -> None:
        """A link, by its words."""
        self._called("a", english).click()
        self.fits()

    def _called(self, kind: str, english: str) -> Locator:
        words = re.compile(rf"^\s*{re.escape(self.words(english))}\s*$")
        return self.page.locator(f"main {kind}").filter(has_text=words).first

    def is_at(self, ending: str) -> None:
        expect(self.page).to_have_url(re.compile(ending))

    def news(self, english: str) -> None:
        """Home says that something is new; the notice leads to it."""
        self.go("/")
        self.follow(english)

    def table(self) -> dict[str, Any]:
        """The facts of a page: titles and what they say."""
        titles = self.page.locator("main dl.facts dt").all_inner_texts()
        return dict(zip(titles, self.page.locator("main dl.facts dd").all_inner_texts(), strict=True))


@dataclass
class Story:
    """The two, and where the pages of their pair and of their programme are."""

    amina: Reader
    bo: Reader
    pair: str
    programme: str

    @property
    def both(self) -> tuple[Reader, Reader]:
        return self.amina, self.bo
