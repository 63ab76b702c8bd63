"""Whatever the product's code offers to somebody with a session, and made-up arguments for it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import random
import uuid
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

from django.apps import apps

import bothways
from bothways.core.clock.api import now, today
from bothways.core.identity.api import Acting
from bothways.meet import api as meet
from bothways.pair.cards import Wanted
from bothways.programme.api import SideWords

# Not what a member's session can reach: the tests' own, the tables' history, the demo's invented people.
LEFT_OUT = {"tests", "migrations", "demo", "locale", "management", "config", "run"}
PURPOSES = ("match", "contact", "notices", "figures")


class NotMadeUp(Exception):
    """No value of this kind can be made up."""


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(bothways.__path__, "bothways."):
        if not LEFT_OUT & set(found.name.split(".")):
            yield importlib.import_module(found.name)


def services() -> dict[str, Callable[..., Any]]:
    """Every public function that acts for somebody: it takes an `Acting`. By module and name."""
    return {
        f"{module.__name__}.{name}": one
        for module in modules()
        for name, one in vars(module).items()
        if inspect.isfunction(one)
        and one.__module__ == module.__name__
        and not name.startswith("_")
        and any("Acting" in str(p.annotation) for p in inspect.signature(one).parameters.values())
    }


def jobs() -> dict[str, Callable[..., None]]:
    """Every job, with the rights that the worker gives it."""
    from procrastinate.contrib.django import app

    list(modules())
    return {name: task.func for name, task in app.tasks.items() if name.startswith("bothways.")}


class Arguments:
    """Values for the parameters of a service: ids and rows of anybody, mostly of the right kind."""

    def __init__(self, dice: random.Random, words: list[str]) -> None:
        self.dice = dice
        self.rows = {model.__name__: list(model._base_manager.all()) for model in apps.get_models()}
        self.ids = [row.pk for rows in self.rows.values() for row in rows if isinstance(row.pk, uuid.UUID)]
        self.words = [
            *words,
            *(row.slug for row in self.rows["Programme"]),
            "",
            "match",
            "references",
            "en",
            "Europe/Berlin",
            "Good day",
            "x" * 5000,
        ]
        self.near: dict[uuid.UUID, set[Any]] = {}
        self.who: Acting | None = None

    def of(self, service: Callable[..., Any], who: Acting | None) -> tuple[list[Any], dict[str, Any]]:
        """Positional and named values; raises NotMadeUp."""
        self.who = who
        given: tuple[list[Any], dict[str, Any]] = ([], {})
        for name, one in inspect.signature(service).parameters.items():
            if one.kind is one.VAR_KEYWORD:
                given[1].update(self._answers())
                continue
            value = who if "Acting" in str(one.annotation) else self._value(name, str(one.annotation))
            if one.kind is one.KEYWORD_ONLY:
                given[1][name] = value
            else:
                given[0].append(value)
        return given

    def _value(self, name: str, kind: str) -> Any:
        if kind.endswith(" | None"):
            return None if self.dice.random() < 0.3 else self._value(name, kind.removesuffix(" | None"))
        if kind in self.rows:
            return self._any(self.rows[kind])
        if kind not in MADE_UP:
            raise NotMadeUp(f"{name}: {kind}")
        return MADE_UP[kind](self, name)

    def _any(self, values: list[Any]) -> Any:
        if not values:
            raise NotMadeUp
        return self.dice.choice(values)

    def _id(self, name: str) -> Any:
        """Mostly of the table that the parameter is named after, and every second time one's own."""
        model = name.removesuffix("_id").replace("_", "").title()
        right = [row.pk for row in self.rows.get(ALSO.get(model, model), [])]
        mine = [pk for pk in right if pk in self._mine()]
        if mine and self.dice.random() < 0.5:
            return self._any(mine)
        return self._any(right if right and self.dice.random() < 0.9 else self.ids)

    def _mine(self) -> set[Any]:
        """The keys of rows that name the caller, and of rows that name or are named by those."""
        if self.who is None:
            return set()
        me = self.who.person_id
        if me not in self.near:
            rows = [(row, named(row)) for those in self.rows.values() for row in those]
            theirs = [row for row, ids in rows if me in ids]
            reached = {me, *(row.pk for row in theirs), *(getattr(row, "pair_id", me) for row in theirs)}
            self.near[me] = {row.pk for row, ids in rows if reached & ids}
        return self.near[me]

    def _number(self, name: str) -> int:
        if name.endswith("_id"):
            model = name.removesuffix("_id").title()
            return self._any([row.pk for row in self.rows.get(model, self.rows["Area"])])
        return self.dice.choice((0, 1, 2, 3, 60, 1 << 20, -1))

    def _answers(self) -> dict[str, Any]:
        """To the steps of the form."""
        area = self._any([row.pk for row in self.rows["Area"]])
        every = {"side": 1, "area": area, "radius_km": 20, "speak": [2], "times": 1 << 5, "modes": 1,
                 "capacity": 3, "needs": 0, "facts": 0, "interests": 0, "learn": []}  # fmt: skip
        return {key: value for key, value in every.items() if self.dice.random() < 0.7}


def named(row: Any) -> set[uuid.UUID]:
    """The ids in a row, its own and others'."""
    return {value for value in vars(row).values() if isinstance(value, uuid.UUID)}


ALSO = {"Subject": "Person", "Line": "JournalLine"}
RHYTHM = meet.Rhythm("weekly", today() + timedelta(days=9), time(9), "UTC")
MADE_UP: dict[str, Callable[[Arguments, str], Any]] = {
    "uuid.UUID": Arguments._id,
    "str": lambda self, name: self._any(self.words),
    "bool": lambda self, name: self.dice.random() < 0.7,
    "int": Arguments._number,
    "date": lambda self, name: today() + timedelta(days=self.dice.randint(-5, 90)),
    "datetime": lambda self, name: now() + timedelta(days=self.dice.randint(-5, 90)),
    "list[date]": lambda self, name: [today() + timedelta(days=self.dice.randint(-5, 90))],
    "Mapping[str, bool]": lambda self, name: dict.fromkeys(PURPOSES, True),
    "Mapping[str, int]": lambda self, name: dict.fromkeys(PURPOSES, 1),
    "dict[str, str]": lambda self, name: {"en": self._any(self.words)},
    "Iterable[int]": lambda self, name: [0, 1, 2],
    "Iterable[uuid.UUID]": lambda self, name: [self._id("text_id") for _ in range(3)],
    "Iterable[uuid.UUID | None]": lambda self, name: [self._id("text_id"), None],
    "list[uuid.UUID]": lambda self, name: [self._id("programme_id")],
    "Iterable[SideWords]": lambda self, name: [SideWords(0, "One", "", 3), SideWords(1, "Other", "", 3)],
    "Where": lambda self, name: meet.Where(self._any(self.words), "https://call.example/ours"),
    "WantedSeries": lambda self, name: meet.WantedSeries(RHYTHM, 60, 2),
    "Wanted": lambda self, name: Wanted(
        rhythm="weekly", times=32, modes=1, customs="Tea", rather_not="Calls"
    ),
}
