"""The product's own services and jobs, thrown at its database in any order with made-up arguments."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from django.db import connection

from bothways.core.identity.api import Acting, acting, open_entry
from bothways.core.walls import api as walls
from bothways.people.models import Person
from tests.every_state import NAME, WORDS, World
from tests.proofs.forging import personal_columns
from tests.proofs.made_up import Arguments, NotMadeUp, jobs, services
from tests.undone import lasting, undone

FRESH, SEQUENCE = 40, 200
NOBODY_MADE = "SELECT count(*) FROM people_person"


class Throws:
    """Calls in the sessions of some people (`actors`), and what of everybody else's has changed since.

    `may_write` and `may_change` name tables and columns as in `table.column`, `table.DELETE`.
    """

    def __init__(
        self,
        world: World,
        actors: Collection[str],
        seed: int,
        *,
        may_write: Collection[str],
        may_change: Collection[str],
    ) -> None:
        self.dice = random.Random(seed)
        self.world, self.actors = world, sorted(actors)
        mine = {world.people[name].id for name in actors}
        self.others = list(Person.objects.exclude(id__in=mine).values_list("id", flat=True))
        self.gone_is_fine = {key.split(".")[0] for key in may_change if key.endswith(".DELETE")}
        self.query = self._query(may_write, may_change)
        self.services, self.jobs = sorted(services().items()), sorted(jobs().items())
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.not_made_up: set[str] = set()
        self.rows: set[tuple[str, uuid.UUID]] = set()
        self.people = 0

    def throw(self, times: int) -> list[str]:
        """Call that often. What happened to others that only they may do, in words.

        After each sequence the world is put back: some calls leave, and whoever left does nothing more.
        """
        wrong: list[str] = []
        for start in range(0, times, SEQUENCE):
            with undone():
                wrong += self._sequence(min(SEQUENCE, times - start))
        return wrong

    def _sequence(self, length: int) -> list[str]:
        wrong: list[str] = []
        self.rows, self.people = self._rows(), self._people()
        self.sessions: dict[str, Acting] = {}
        for number in range(length):
            if number % FRESH == 0:
                self.arguments = Arguments(self.dice, [*self.world.codes.values(), WORDS, NAME])
            is_job = self.dice.random() < 0.1
            name = self._job() if is_job else self._service()
            wrong += [f"{name} {what}" for what in self._changes(is_job=is_job)]
        return wrong

    def _service(self) -> str:
        name, service = self.dice.choice(self.services)
        actor = self.dice.choice(self.actors)
        who = self._signed_in(actor)
        try:
            given, named = self.arguments.of(service, who)
        except NotMadeUp:
            self.not_made_up.add(name)
            return name
        with walls.acting_with(who.token):
            self._try(name, lambda: service(*given, **named))
        return f"{name} by {actor}"

    def _signed_in(self, name: str) -> Acting:
        """In a new session where the last one was ended by a call, unless they left."""
        one = self.world.people[name]
        last = self.sessions.get(name, one.who)
        if acting(last.token) is None and Person.objects.filter(id=one.id, is_active=True).exists():
            last = self.sessions[name] = acting(open_entry(one.id)) or last
        return last

    def _job(self) -> str:
        name, job = self.dice.choice(self.jobs)
        try:
            given, named = self.arguments.of(job, None)
        except NotMadeUp:
            self.not_made_up.add(name)
            return name
        self._try(name, lambda: job(*given, **named))
        return name

    def _try(self, name: str, call: Callable[[], Any]) -> None:
        try:
            with lasting("default"), lasting("keys"):
                call()
        except Exception as error:
            self.refused[f"{name}: {type(error).__name__}"] += 1
        else:
            self.done[name] += 1

    def _changes(self, *, is_job: bool) -> list[str]:
        before, self.rows = self.rows, self._rows()
        people, self.people = self.people, self._people()
        came = [f"wrote {table}" for table, _ in self.rows - before]
        # A job may take away what has had its time.
        went = [] if is_job else [table for table, _ in before - self.rows if table not in self.gone_is_fine]
        return [
            *came,
            *(f"took from {table}" for table in went),
            *(["made a person"] * (self.people > people)),
        ]

    def _people(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(NOBODY_MADE)
            return int(cursor.fetchone()[0])

    def _rows(self) -> set[tuple[str, uuid.UUID]]:
        with connection.cursor() as cursor:
            cursor.execute(self.query, {"others": self.others})
            return set(cursor.fetchall())

    @staticmethod
    def _query(may_write: Collection[str], may_change: Collection[str]) -> str:
        """Every row of the others, without the values that somebody else may change."""
        parts = []
        for column in personal_columns():
            if f"{column.table}.{column.name}" in may_write:
                continue
            left_out = [key.split(".")[1] for key in may_change if key.startswith(f"{column.table}.")]
            row = f"md5((to_jsonb(r) - ARRAY{left_out or ['']}::text[])::text)::uuid"
            parts.append(
                f"SELECT '{column.table}', {row} FROM \"{column.table}\" r"
                f' WHERE r."{column.name}" = ANY(%(others)s)'
            )
        return " UNION ALL ".join(parts)
