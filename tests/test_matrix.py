"""Who gets in where. The table is `matrix.txt`; every cell of it is asked over HTTP, in one world.

A URL without a row fails, and so does a row without a URL, a state without a row, and a row that says twice
what becomes of one state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.every_state import NAME, WORDS, World
from tests.matrix_sent import sent_with
from tests.undone import undone

pytestmark = pytest.mark.django_db

COLUMNS = "visitor stranger elsewhere here proposed partner owner staff".split()
# The person who left holds an old cookie: whatever a visitor gets, they get.
LIKE = {"gone": "visitor"}
# Nobody of these ever sees the owner's name or words, whatever the page.
OUTSIDE = {"visitor", "gone", "stranger", "elsewhere", "here", "proposed"}
CHOSEN = {"step": "ways", "form": "json"}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    method: str
    variant: str
    kind: str
    states: tuple[str, ...]
    outcomes: dict[str, str]

    @property
    def key(self) -> str:
        """What to send with it."""
        return f"{self.name}/{self.variant}" if self.variant else self.name


def _row(line: str) -> Row:
    name, method, thing, *words = line.split()
    if words[-1].endswith("*"):
        last = words.pop().removesuffix("*")
        words += [last] * (len(COLUMNS) - len(words))
    assert len(words) == len(COLUMNS), line
    verb, _, variant = method.partition("/")
    kind, _, states = thing.partition(":")
    return Row(name, verb, variant, kind, tuple(states.split(",")), dict(zip(COLUMNS, words, strict=True)))


TABLE = (Path(__file__).parent / "matrix.txt").read_text().splitlines()
ROWS = [_row(line) for line in TABLE if line and not line.startswith("#")]


def every_url() -> Iterator[URLPattern]:
    """All URL patterns of the product."""

    def gather(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from gather(one.url_patterns)
            else:
                assert one.name, f"a URL without a name: {one.pattern}"
                yield one

    return gather(get_resolver().url_patterns)


def path_of(world: World, name: str, kind: str, state: str) -> str:
    """The address of one thing in one state."""
    wanted = next(set(one.pattern.converters) | regex_names(one) for one in every_url() if one.name == name)
    args = {**world.thing(kind, state).args, **CHOSEN}
    return reverse(name, kwargs={key: args[key] for key in wanted})


def regex_names(one: URLPattern) -> set[str]:
    return set(one.pattern.regex.groupindex)


def outcome(answer: HttpResponse) -> str:
    """What an answer is called in the table."""
    if answer.status_code == 302:
        return "in" if answer.headers["Location"].startswith("/account/login/?") else "302"
    if answer.status_code == 200 and WORDS in answer.content.decode(errors="replace"):
        return "words"
    if answer.status_code == 200 and NAME in answer.content.decode(errors="replace"):
        return "name"
    return str(answer.status_code)


def states_of(world: World, row: Row) -> tuple[str, ...]:
    return tuple(world.things[row.kind]) if row.states == ("*",) else row.states


def test_every_url_has_rows_for_get_and_post() -> None:
    wanted = {(one.name, method) for one in every_url() for method in ("GET", "POST")}
    assert {(row.name, row.method) for row in ROWS} == wanted


def test_every_state_has_one_row(every_state: World) -> None:
    for name, method, variant in {(row.name, row.method, row.variant) for row in ROWS}:
        mine = [row for row in ROWS if (row.name, row.method, row.variant) == (name, method, variant)]
        told = Counter((row.kind, state) for row in mine for state in states_of(every_state, row))
        wanted = {(row.kind, state) for row in mine for state in every_state.things[row.kind]}
        assert told == Counter(wanted), f"{name} {method} {variant}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}-{row.key}-{row.kind}-{row.states[0]}")
def test_who_gets_in(row: Row, every_state: World) -> None:
    wrong = []
    for state in states_of(every_state, row):
        path = path_of(every_state, row.name, row.kind, state)
        thing = every_state.thing(row.kind, state)
        for relation in [*COLUMNS, *LIKE]:
            who, wanted = thing.who(relation), row.outcomes[LIKE.get(relation, relation)]
            if who is None:
                continue
            client = every_state.client(who)
            with undone():
                if row.method == "GET":
                    answer = client.get(path)
                else:
                    answer = client.post(path, sent_with(row.key, every_state, thing))
            if outcome(answer) != wanted:
                wrong.append(f"{relation} ({who}) at {path}, {state}: {outcome(answer)} and not {wanted}")
            if relation in OUTSIDE and who != thing.owner:
                page = answer.content.decode(errors="replace")
                assert WORDS not in page and NAME not in page, f"{relation} reads {path}, {state}"
    assert not wrong, "\n".join(wrong)
