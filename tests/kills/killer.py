"""`python -m tests.kills.killer KILLS SEED`, with BOTHWAYS_VAR set: see the package. Prints JSON."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psycopg

from bothways.run import checks, children, embedded, supervise
from bothways.run.children import Child
from bothways.run.places import make_var
from tests.kills.browser import PATIENCE
from tests.kills.writers import Writer

WRITERS = 3
# How long after a write has begun the kill comes, at most: writes take about this long.
SPREAD = 0.12
PREPARE = "from bothways.run.prepare import main; main()"


class Killer:
    """Starts everything, kills one thing after the other, and sees to it that it comes back."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.var = make_var()
        self.held = checks.take_port(0)
        supervise._environment(self.var, self.held)
        self.killed: Counter[str] = Counter()
        self.slowest = 0.0
        self.team: list[Child] = []

    def prepare(self) -> dict:
        subprocess.run([sys.executable, "-c", PREPARE], check=True, stdout=sys.stderr)
        return json.loads(program("tests.kills.crowd"))

    def start(self, crowd: dict) -> list[Writer]:
        self.team = supervise._children(self.held)
        for child in self.team:
            child.start()
        port = self.held.getsockname()[1]
        letters = self.var / "letters"
        seeds = [self.random.randrange(1 << 30) for _ in range(WRITERS)]
        writers = [Writer(crowd, (n, WRITERS), port, letters, seeds[n]) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        return writers

    def keep_up(self) -> None:
        """What the supervisor does, without its pauses."""
        for child in self.team:
            if not child.running:
                child.start()
        embedded.revive()

    def kill(self, writers: list[Writer]) -> None:
        name, find = self.random.choice(TARGETS)
        writer = self.random.choice(writers)
        writer.writing.clear()
        self._wait(writer.writing.is_set, "nobody writes")
        time.sleep(self.random.random() * SPREAD)
        pid = find(self)
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.killed[name] += 1
        begun, before = time.monotonic(), acknowledged(writers)
        self._wait(lambda: acknowledged(writers) >= before + 2, f"not back after the {name} was killed")
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            self.keep_up()
            if time.monotonic() > deadline:
                raise SystemExit(f"{what}; {self.team[1].epitaph() if self.team else ''}")
            time.sleep(0.02)

    def let_leaving_finish(self) -> None:
        """The job of every minute erases those whose leaving was cut short."""
        leaving = "SELECT count(*) FROM people_person WHERE NOT is_active"
        self._wait(lambda: not self._ask(leaving), "whoever left is not erased by the job")
        pending = "SELECT count(*) FROM core_tombstone WHERE key_destroyed_at IS NULL"
        self._wait(lambda: not self._ask(pending), "destroying keys")

    @staticmethod
    def _ask(question: str) -> int:
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            return connection.execute(question).fetchone()[0]

    def web_master(self) -> int | None:
        return self.team[0].process.pid if self.team[0].running else None

    def web_worker(self) -> int | None:
        return self._any(below(self.team[0].process.pid))

    def worker(self) -> int | None:
        return self.team[1].process.pid if self.team[1].running else None

    def postmaster(self) -> int | None:
        try:
            return int((self.var / "pg" / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return None

    def backend(self) -> int | None:
        server = self.postmaster()
        serving = [pid for pid in below(server) if b"_login bothways" in command(pid)] if server else []
        return self._any(serving)

    def _any(self, pids: list[int]) -> int | None:
        return self.random.choice(pids) if pids else None


TARGETS: list[tuple[str, Callable[[Killer], int | None]]] = [
    ("web worker", Killer.web_worker),
    ("web worker", Killer.web_worker),
    ("web server", Killer.web_master),
    ("worker", Killer.worker),
    ("database connection", Killer.backend),
    ("database connection", Killer.backend),
    ("database", Killer.postmaster),
]


def below(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def acknowledged(writers: list[Writer]) -> int:
    if broken := [said for writer in writers for said in writer.ledger.broken]:
        raise SystemExit(f"a writer met what must not be: {broken}")
    return sum(writer.ledger.acknowledged for writer in writers)


def program(name: str) -> str:
    # As the tests do it: the owner, who lowers itself for whatever is done for a person.
    given = {**os.environ, "BOTHWAYS_ROLE": "owner", "BOTHWAYS_LOWER_ROLE": "1"}
    command = [sys.executable, "-m", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=given)
    return done.stdout.strip().splitlines()[-1]


def main(kills: int, seed: int) -> None:
    killer = Killer(seed)
    try:
        crowd = killer.prepare()
        writers = killer.start(crowd)
        killer._wait(lambda: acknowledged(writers) >= WRITERS * 2, "it does not start")
        begun = time.monotonic()
        while killer.killed.total() < kills:
            killer.kill(writers)
        took = time.monotonic() - begun
        for writer in writers:
            writer.over.set()
        killer._wait(lambda: not any(writer.is_alive() for writer in writers), "a writer does not end")
        acknowledged(writers)
        killer.let_leaving_finish()
        children.stop(killer.team)
        result = {
            "killed": killer.killed,
            "seconds": round(took),
            "slowest": round(killer.slowest, 1),
            "pairs_before": crowd["pairs_before"],
            "ledgers": [asdict(writer.ledger) for writer in writers],
            "found": json.loads(program("tests.kills.look")),
        }
        print(json.dumps(result))
    finally:
        children.stop(killer.team)
        embedded.release()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
