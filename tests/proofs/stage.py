"""A stage for races: every actor is a thread with its own connection that stops before each SQL statement
and before each commit, and goes on when the director says so. The same plan gives the same run.

An actor that waits for a lock of another actor is
seen by `pg_blocking_pids`; it goes on by itself when the lock is given back, as far as its next statement.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection, connections

Call = Callable[[], object]
# After so long without a sign the database is asked whether an actor waits for a lock.
GLANCE = 0.004
PATIENCE = 60.0


@dataclass(frozen=True)
class Plan:
    """Who begins, and after how many steps of whoever acts the next one takes over; then each goes on to
    the end. With a `seed` instead: dice before every step."""

    first: int = 0
    switches: tuple[int, ...] = ()
    seed: int | None = None

    def choices(self, actors: int) -> Iterator[int]:
        """The actor wanted for each step, for ever."""
        if self.seed is not None:
            yield from self._dice(actors)
        for turn, steps in enumerate(self.switches):
            yield from [(self.first + turn) % actors] * steps
        while True:
            yield (self.first + len(self.switches)) % actors

    def _dice(self, actors: int) -> Iterator[int]:
        dice = random.Random(self.seed)
        # Some runs change hands at every statement, some hardly ever.
        stay, current = dice.choice([0.0, 0.5, 0.8, 0.93]), dice.randrange(actors)
        while True:
            yield current
            if dice.random() >= stay:
                current = dice.randrange(actors)


@dataclass
class Run:
    """What came of one run: results by actor, who took which step, and what the database complained about."""

    plan: Plan
    results: list[Any]
    steps: list[int]
    waits: int
    faults: list[str] = field(default_factory=list)


class Actor(threading.Thread):
    """One browser, or one worker."""

    def __init__(self, number: int, bell: threading.Condition) -> None:
        super().__init__(name=f"actor-{number}", daemon=True)
        self.bell, self.turn = bell, threading.Semaphore(0)
        self.calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self.state, self.pid = "done", 0
        self.result: Any = None
        self.faults: list[str] = []

    def run(self) -> None:
        # The keys, in their own database, have no locks and so no steps.
        commit = connection.commit

        def commit_in_turn() -> None:
            self._halt()
            commit()

        connection.commit = commit_in_turn  # type: ignore[method-assign]
        while (call := self.calls.get()) is not None:
            connection.ensure_connection()
            self.pid = connection.connection.info.backend_pid
            self._halt()
            try:
                with connection.execute_wrapper(self._step):
                    self.result = call()
            except Exception as error:
                self.result = error
            self._say("done")
        connections.close_all()

    def _step(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._halt()
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            # Noted here, because a service may swallow it.
            self.faults.append(f"{type(error.__cause__).__name__}: {sql[:80]}")
            raise

    def _halt(self) -> None:
        self._say("ready")
        self.turn.acquire()

    def _say(self, state: str) -> None:
        with self.bell:
            self.state = state
            self.bell.notify_all()


class Stage:
    """Lets actors play one plan after the other. Use as a context; the connections stay open meanwhile."""

    def __init__(self, actors: int) -> None:
        self.bell = threading.Condition()
        self.actors = [Actor(number, self.bell) for number in range(actors)]
        self.waits = 0

    def __enter__(self) -> Stage:
        for actor in self.actors:
            actor.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for actor in self.actors:
            actor.calls.put(None)
        for actor in self.actors:
            actor.join(10)

    def play(self, plan: Plan, calls: list[Call]) -> Run:
        """Run every call in its actor, in the order of the plan. A blocked or finished actor's turn passes
        to the next one."""
        self.waits = 0
        for actor, call in zip(self.actors, calls, strict=True):
            actor.state, actor.result, actor.faults = "begins", None, []
            actor.calls.put(call)
        self._settle()
        steps = [0] * len(calls)
        for wanted in plan.choices(len(calls)):
            if all(actor.state == "done" for actor in self.actors):
                break
            number = self._next(wanted)
            if number is None:
                # Everybody waits for everybody: the database will end it.
                self._settle(until_free=True)
                continue
            steps[number] += 1
            self.actors[number].state = "acts"
            self.actors[number].turn.release()
            self._settle()
        faults = [fault for actor in self.actors for fault in actor.faults]
        return Run(plan, [actor.result for actor in self.actors], steps, self.waits, faults)

    def _next(self, wanted: int) -> int | None:
        turns = [(wanted + turn) % len(self.actors) for turn in range(len(self.actors))]
        return next((number for number in turns if self.actors[number].state == "ready"), None)

    def _settle(self, *, until_free: bool = False) -> None:
        """Wait until every actor stands before a statement, is done, or waits for another's lock."""
        give_up = time.monotonic() + PATIENCE
        while True:
            with self.bell:
                if self.bell.wait_for(self._all_stand, GLANCE):
                    return
                busy = [actor for actor in self.actors if actor.state in {"acts", "begins"}]
                freed = len(busy) < len(self.actors)
            if not (until_free and not freed) and self._wait_for_each_other(busy):
                self.waits += 1
                return
            assert time.monotonic() < give_up, "an actor neither stops nor waits for another"

    def _all_stand(self) -> bool:
        return all(actor.state in {"ready", "done"} for actor in self.actors)

    def _wait_for_each_other(self, busy: list[Actor]) -> bool:
        pids = [actor.pid for actor in busy]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid, pg_blocking_pids(pid) FROM unnest(%s::int[]) AS pid", [pids])
            blocked = {pid for pid, by in cursor.fetchall() if by}
        return blocked == set(pids)


def up_to_two_switches(lengths: list[int]) -> Iterator[Plan]:
    """Every plan for two actors with at most two changes of hands, for runs of these lengths."""
    for first in (0, 1):
        mine, others = lengths[first], lengths[1 - first]
        yield Plan(first)
        for one in range(1, mine + 1):
            yield Plan(first, (one,))
            for two in range(1, others):
                yield Plan(first, (one, two))


def dice(count: int, *, seed: int = 0) -> list[Plan]:
    """So many plans by dice."""
    return [Plan(seed=seed * 1_000_003 + number) for number in range(count)]
