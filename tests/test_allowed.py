"""Charter, promise 4: what is not needed is not there.

Every field, every choice and everything that a template shows is in `allowed/*.toml` with its reason, and
nothing stands there that is gone. The words that the charter refuses are looked for in all of them, in the
addresses, and in what the pages ask, in every language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from bothways.enrol.views import FORMS as STEPS
from bothways.people import api as people
from bothways.programme import catalogue
from tests.every_state import World
from tests.template_words import shown_by, templates
from tests.test_matrix import ROWS, every_url, path_of, states_of
from tests.undone import undone

LISTS = ("INTERESTS", "NEEDS", "FACTS", "CHECKS", "MODES")
# The texts of one element that a person reads as a question or an answer to tick.
ASKED = {"label", "legend", "option", "th", "button", "dt", "h1", "h2"}


def allowed(name: str) -> dict[str, dict[str, Any]]:
    path = Path(__file__).parent / "allowed" / f"{name}.toml"
    return tomllib.loads(path.read_text())


def fields() -> dict[str, set[str]]:
    """The stored fields of every table."""
    return {
        model._meta.label: {field.name for field in model._meta.get_fields() if field.concrete}
        for model in apps.get_models()
    }


def choices() -> dict[str, set[str]]:
    """Every value of a field with choices, and the programmes' fixed lists."""
    found = {
        f"{model._meta.label}.{field.name}": {str(value) for value, _ in field.flatchoices}
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and getattr(field, "choices", None)
    }
    found |= {f"catalogue.{name}": {item.key for item in getattr(catalogue, name)} for name in LISTS}
    return found | {"catalogue.LANGUAGES": set(catalogue.LANGUAGES)}


def test_every_field_has_its_reason() -> None:
    listed = {
        label: set(entry["fields"]) if "*" in entry else set(entry)
        for label, entry in allowed("fields").items()
    }
    assert listed == fields()


def test_every_choice_has_its_reason() -> None:
    assert {key: set(entry["values"]) for key, entry in allowed("choices").items()} == choices()


def test_everything_that_a_template_shows_has_its_reason() -> None:
    shown = {name: shown_by(path) for name, path in templates().items()}
    listed = {
        name: {key for key in entry if key != "plain"} | set(entry.get("plain", []))
        for name, entry in allowed("templates").items()
    }
    assert listed == {name: variables for name, variables in shown.items() if variables}


@pytest.mark.parametrize("name", ["fields", "choices", "templates"])
def test_a_reason_says_something(name: str) -> None:
    for place, entry in allowed(name).items():
        reasons = [value for value in entry.values() if isinstance(value, str)]
        assert reasons or set(entry) == {"plain"}, place
        assert all(len(reason) > 3 for reason in reasons), place


REFUSED = allowed("refused")
BEGINS = re.compile(
    "|".join(
        r"\b" + word.removesuffix("$") + (r"\b" if word.endswith("$") else "") for word in REFUSED["en"]
    ),
    re.IGNORECASE,
)
HOLDS = {
    "ar": re.compile("|".join(REFUSED["ar"])),
    "zh-hans": re.compile("|".join(REFUSED["zh"])),
    "en": BEGINS,
}


def is_refused(words: str, language: str = "en") -> bool:
    """Whether some words are about what the charter keeps out."""
    return bool(HOLDS[language].search(re.sub(r"[_.\-|/]+", " ", words)))


def names() -> Iterator[str]:
    """Everything that programmers name, each with what it is."""
    for label, found in fields().items():
        yield from (f"field {label}.{name}" for name in found)
    for place, values in choices().items():
        yield from (f"choice {place}.{value}" for value in values)
    for one in every_url():
        yield f"address {one.name}"
        yield f"address {one.pattern}"
    for template, path in templates().items():
        yield from (f"shown {template} {variable}" for variable in shown_by(path))


def test_no_name_is_about_what_the_charter_keeps_out() -> None:
    refused = {name for name in names() if is_refused(name)}
    assert refused == set(REFUSED["exceptions"])


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("enrol.Enrolment.mother_tongue", "en"),
        ("Your nationality", "en"),
        ("watch_list", "en"),
        ("person.rating", "en"),
        ("legal_status", "en"),
        ("match.kin", "en"),
        ("ما جنسيتك؟", "ar"),
        ("您的国籍", "zh-hans"),
    ],
)
def test_refused_words_are_found(words: str, language: str) -> None:
    # Arabic takes endings, so the stem is looked for.
    assert is_refused(words.replace("جنسيتك", "جنسية"), language)


class _Asked(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ASKED:
            self._open.append(tag)
        self.texts += [value for name, value in attrs if name in {"placeholder", "aria-label"} and value]

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.append(data.strip())


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Somebody, and an address that opens for them: every page in every state, and every step."""
    for row in ROWS:
        if row.method != "GET":
            continue
        for relation in ("visitor", "owner", "staff"):
            if row.outcomes[relation] not in {"200", "name", "words"}:
                continue
            for state in states_of(world, row):
                who = world.thing(row.kind, state).who(relation)
                if who is not None:
                    yield who, path_of(world, row.name, row.kind, state)
    for step in STEPS:
        yield "nour", f"/p/{world.programme.slug}/join/{step}/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_no_page_asks_what_the_charter_keeps_out(language: str, every_state: World) -> None:
    asked: dict[str, str] = {}
    with undone():
        for someone in every_state.people.values():
            if someone.name != "Mats":
                people.set_language(someone.who, language)
        for who, path in sorted(set(pages(every_state))):
            answer = every_state.client(who).get(path, headers={"accept-language": language})
            if answer.headers["Content-Type"].startswith("text/html"):
                reader = _Asked()
                reader.feed(answer.content.decode())
                asked |= dict.fromkeys(reader.texts, path)
    assert len(asked) > 300
    assert {words: path for words, path in asked.items() if is_refused(words, language)} == {}
