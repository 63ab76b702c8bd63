"""A large round, listed in parts by one worker process and by two.

Through the real job queue: people enrol themselves, as in the demo, into a server of their own in a folder
that is deleted afterwards. Eli asks for a round; worker processes with nothing but the worker's rights do it.
Then its proposals expire, and the same people are matched again by the next number of workers. Every number
of workers does one round to warm up. Each process has one processor, as if it were a machine.

Enrolling is slow, so the shared stage is measured once more with columns of numbers alone, for more people.

    ./dev bench rounds [--members N] [--side N] [--workers 1 2]

Writes benchmarks/results/rounds.md.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
TARGET = ROOT / "benchmarks" / "results" / "rounds.md"


def begin(var: str) -> None:
    """A server of its own, with its tables and roles, and Django."""
    os.environ |= {
        "BOTHWAYS_VAR": var,
        "BOTHWAYS_DEMO": "1",
        "BOTHWAYS_ROLE": "owner",
        "BOTHWAYS_LOWER_ROLE": "1",
    }
    os.environ |= {"DJANGO_SETTINGS_MODULE": "bothways.config.settings", "BOTHWAYS_ROUND_IN_PARTS_FROM": "1"}
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    from bothways.run import embedded, keyfiles

    keyfiles.put_into_environment()
    os.environ["DATABASE_URL"], os.environ["KEYS_DATABASE_URL"] = embedded.database_urls()
    subprocess.run([sys.executable, "-m", "bothways.run.prepare"], check=True)
    import django

    django.setup()


def enrol(members: int) -> tuple[object, object]:
    """Everybody comes in their own session. Returns Eli and the programme."""
    from django.db import connection

    from bothways.core.clock.api import travelled
    from bothways.core.registry import api as registry
    from bothways.demo import life
    from bothways.demo.crew import Crew
    from bothways.demo.members import invent
    from bothways.demo.place import days_ago, found
    from bothways.demo.who import named

    assert registry.settle_installation(demo=True)
    with Crew() as crew:
        with travelled(days_ago(60)):
            eli, programme, populations = found(members)
        biggest = max(populations, key=populations.__getitem__)
        invented = invent(members, 1, towns=list(populations), populations=list(populations.values()))
        arriving = [
            life.Arriving(programme.pk, *named(one, members, biggest), 50 - 48 * one.number / members)
            for one in invented
        ]
        for _ in crew.each(life.come, arriving):
            pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return eli, programme


def alone_on(number: int, process: int = 0) -> None:
    """Keep a process to one processor, as if it were a machine: the engine uses all that it may."""
    here = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process, {here[number % len(here)]})


@contextmanager
def workers(count: int) -> Iterator[None]:
    """So many processes that do nothing but rounds."""
    from bothways.run import roles

    owner = os.environ["DATABASE_URL"], os.environ["KEYS_DATABASE_URL"]
    command = [sys.executable, "-m", "bothways.cli", "procrastinate", "worker", "--queues", "rounds"]
    environment = {**os.environ, **roles.environment(roles.WORKER, *owner)}
    environment.pop("BOTHWAYS_LOWER_ROLE")
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)]
    for number, one in enumerate(started):
        alone_on(number, one.pid)
    try:
        yield
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait()


def one_round(eli: object, programme: object) -> dict[str, float]:
    """Seconds from asking until all parts were listed, and until it was done; and how large it was."""
    from bothways.core.clock.api import travelled
    from bothways.core.walls import api as walls
    from bothways.demo.place import sign_in
    from bothways.match import api as match
    from bothways.match import services
    from bothways.match.models import Part, Proposal, Round

    eli = sign_in(eli.person_id)
    with walls.acting_with(eli.token):
        mine = match.start_round(eli, programme_id=programme.pk)
    begun = listing = listed = None
    parts, pairs = 0, 0
    while True:
        row = Round.objects.get(id=mine.id)
        moment = time.perf_counter()
        begun = begun or (moment if row.state == "running" else None)
        listing = listing or (moment if row.stage == "listing" else None)
        if listed is None and (row.progress >= 45 or not row.under_way):
            listed = moment
            parts = Part.objects.filter(round=mine, number__gt=0).count()
            pairs = sum(Part.objects.filter(round=mine).values_list("pairs", flat=True))
        if not row.under_way:
            break
        time.sleep(0.02)
    assert row.state == "done", row.fault
    found = {
        "listing": listed - listing,
        "whole": moment - begun,
        "parts": parts,
        "pairs": pairs,
        "proposals": Proposal.objects.filter(round=mine).count(),
    }
    with walls.working(), travelled(timedelta(days=programme.answer_days, hours=1)):
        while services.close_expired():
            pass
    return found


_sides: object = None


def _ready(people: int, numbers: Any) -> None:
    """In each process of the second measurement: a processor, the same people, and the engine warm."""
    global _sides
    alone_on(numbers.get())
    import django

    django.setup()
    import numpy as np
    from towns import two_sides

    from bothways.match.listing import Sides

    left, right = two_sides(people)
    _sides = Sides("company", [], [], left, right, np.empty((0, 2), dtype=np.int64))
    _list_part((0, 10))


def _list_part(rows: tuple[int, int]) -> tuple[int, float, int]:
    """What a worker does with one part of very many pairs: each person's best, packed to be kept.

    Returns the process, its processor seconds, and the number of pairs.
    """
    from bothways.match.listing import list_rows
    from bothways.match.order import pack_pairs

    begun = time.process_time()
    pairs, _ = list_rows(_sides, *rows, lambda *_: None, most=0)
    pack_pairs(pairs)
    return os.getpid(), time.process_time() - begun, len(pairs)


def numbers_alone(people: int, counts: list[int]) -> dict[int, tuple[float, float, int]]:
    """Seconds to list all parts of so many people a side, by number of processes; processor seconds of the
    process that had most; pairs."""
    from bothways.match.parts import ROWS

    parts = [(first, min(first + ROWS, people)) for first in range(0, people, ROWS)]
    found = {}
    for count in counts:
        context = multiprocessing.get_context("spawn")
        numbers = context.Queue()
        for number in range(count):
            numbers.put(number)
        with ProcessPoolExecutor(count, context, initializer=_ready, initargs=(people, numbers)) as pool:
            # Enough for each of them to be ready.
            list(pool.map(_list_part, [(0, 10)] * count * 4))
            begun = time.perf_counter()
            done = list(pool.map(_list_part, parts))
            took = time.perf_counter() - begun
            busy = [sum(spent for pid, spent, _ in done if pid == one) for one in {pid for pid, *_ in done}]
            found[count] = (took, max(busy), sum(pairs for *_, pairs in done))
            print(count, found[count], flush=True)
    return found


def table(
    members: int,
    rounds: dict[int, dict[str, float]],
    people: int,
    alone: dict[int, tuple[float, float, int]],
) -> str:
    first, bare = rounds[min(rounds)], alone[min(alone)]
    lines = [
        "# Rounds: measured",
        "",
        f"`./dev bench rounds --members {members} --side {people}` on {os.cpu_count()} processors. Seconds.",
        "",
        f"{members:,} people who enrolled themselves, one round through the job queue and PostgreSQL, which",
        f"runs on the same processors. Parts: {first['parts']}.",
        "",
        "| worker processes | listing | against one | whole round | against one | pairs | proposals |",
        "|---|---|---|---|---|---|---|",
    ]
    for count, row in rounds.items():
        ratios = first["listing"] / row["listing"], first["whole"] / row["whole"]
        lines.append(
            f"| {count} | {row['listing']:.2f} | {ratios[0]:.2f} | {row['whole']:.2f} "
            f"| {ratios[1]:.2f} | {row['pairs']:,} | {row['proposals']:,} |"
        )
    lines += [
        "",
        "Each worker reads the people anew, lists the parts that it takes and hands them in. Choosing,",
        "checking, explaining and writing are one worker's: they are the rest of the whole round.",
        "",
        f"The shared stage with columns of numbers alone, {people:,} synthetic people a side, no database:",
        "each person's best pairs of every part, packed to be kept.",
        "",
        "| processes | listing | against one | processor seconds of the busiest | against one | pairs |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {count} | {took:.2f} | {bare[0] / took:.2f} | {busy:.2f} | {bare[1] / busy:.2f} | {pairs:,} |"
        for count, (took, busy, pairs) in alone.items()
    ]
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--side", type=int, default=50_000, help="people a side, with numbers alone")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as var:
        begin(var)
        from bothways.run import embedded

        try:
            alone = numbers_alone(options.side, options.workers)
            begun = time.perf_counter()
            eli, programme = enrol(options.members)
            print(f"{options.members} people enrolled in {time.perf_counter() - begun:.0f} s", flush=True)
            found: dict[int, dict[str, float]] = {}
            for count in options.workers:
                with workers(count):
                    one_round(eli, programme)
                    found[count] = one_round(eli, programme)
                    print(count, found[count], flush=True)
        finally:
            from django.db import connections

            connections.close_all()
            embedded.release()
    text = table(options.members, found, options.side, alone)
    TARGET.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
