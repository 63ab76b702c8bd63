"""A large round, listed and priced in parts by one worker process and by two.

Through the real job queue: people enrol themselves, as in the demo, into a server of their own in a folder
that is deleted afterwards. Eli asks for a round; worker processes with nothing but the worker's rights do it.
Then its proposals expire, and the same people are matched again by the next number of workers. Every number
of workers does one round to warm up. Each process has one processor, as if it were a machine.

So few people have no more pairs than can be kept, and nothing is priced. So each number of workers does the
same round once more as if they had (`_worker.py`): the best of each person are listed, and passes of pricing
look for what is better among all, in four parts.

Enrolling is slow, so the shared stages are measured once more with columns of numbers alone, for more people.

    ./dev bench rounds [--members N] [--side N] [--workers 1 2] [--print]

Writes benchmarks/results/rounds.md, or with --print nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
if TYPE_CHECKING:
    from _parts import Measured, Shared

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


@contextmanager
def workers(count: int, priced_rows: int | None) -> Iterator[None]:
    """So many processes that do nothing but rounds; with `priced_rows` every round is too large for them."""
    from _parts import alone_on

    from bothways.run import roles

    owner = os.environ["DATABASE_URL"], os.environ["KEYS_DATABASE_URL"]
    command = [sys.executable, "-m", "bothways.cli", "procrastinate", "worker", "--queues", "rounds"]
    if priced_rows is not None:
        command = [sys.executable, str(ROOT / "benchmarks" / "_worker.py"), str(priced_rows)]
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
    """Seconds of the listing, of solving and checking with their passes, and of all; and how large it was."""
    from django.db.models import Max

    from bothways.core.clock.api import travelled
    from bothways.core.walls import api as walls
    from bothways.demo.place import sign_in
    from bothways.match import api as match
    from bothways.match import services
    from bothways.match.models import Part, Proposal, Round

    eli = sign_in(eli.person_id)
    with walls.acting_with(eli.token):
        mine = match.start_round(eli, programme_id=programme.pk)
    begun = listing = listed = solving = solved = None
    parts, pairs, passes = 0, 0, 0
    while True:
        row = Round.objects.get(id=mine.id)
        moment = time.perf_counter()
        begun = begun or (moment if row.state == "running" else None)
        listing = listing or (moment if row.stage == "listing" else None)
        if listed is None and (row.progress >= 45 or not row.under_way):
            listed = moment
            parts = Part.objects.filter(round=mine, turn=0, number__gt=0).count()
            pairs = sum(Part.objects.filter(round=mine, turn=0).values_list("pairs", flat=True))
        if row.stage in ("solving", "checking"):
            solving = solving or moment
            turn = Part.objects.filter(round=mine).aggregate(turn=Max("turn"))["turn"]
            passes = max(passes, turn or 0)
        elif solving:
            solved = solved or moment
        if not row.under_way:
            break
        time.sleep(0.02)
    assert row.state == "done", row.fault
    found = {
        "listing": listed - listing,
        "solving": (solved or moment) - (solving or moment),
        "whole": moment - begun,
        "parts": parts,
        "pairs": pairs,
        "passes": passes,
        "proposals": Proposal.objects.filter(round=mine).count(),
    }
    with walls.working(), travelled(timedelta(days=programme.answer_days, hours=1)):
        while services.close_expired():
            pass
    return found


def table(
    members: int,
    plain: dict[int, dict[str, float]],
    priced: dict[int, dict[str, float]],
    people: int,
    alone: Measured,
) -> str:
    lines = [
        "# Rounds: measured",
        "",
        f"`./dev bench rounds --members {members} --side {people}` on {os.cpu_count()} processors. Seconds.",
        "",
        f"{members:,} people who enrolled themselves, one round through the job queue and PostgreSQL, which",
        f"runs on the same processors. Parts: {plain[min(plain)]['parts']}.",
        "",
        *of_rounds(plain),
        "",
        "The same people as if they had too many pairs to keep: each person's best are listed, and passes",
        "over all pairs, each in four parts, look for what is better. Passes seen: "
        f"{max(row['passes'] for row in priced.values())}.",
        "",
        *of_rounds(priced),
        "",
        "Each worker reads the people anew, lists or prices the parts that it takes and hands them in.",
        "Choosing, explaining and writing are one worker's.",
        "",
        f"The shared stages with columns of numbers alone, {people:,} synthetic people a side with areas, no",
        "database. Listing: each person's best pairs of every part, packed to be kept.",
        "",
        *of_shared(alone.listing),
        "",
        f"Pricing: all {alone.passes} passes of the choice and of its check, {alone.parts} part(s) each, put",
        "together to the same bytes as in one piece.",
        "",
        *of_shared(alone.pricing),
        "",
        f"In one piece, by one process: {alone.in_one_piece.took:.2f}, of the processor "
        f"{alone.in_one_piece.busiest:.2f}.",
        f"All else in choosing and checking is one process's: {alone.choosing:.2f}.",
    ]
    return "\n".join([*lines, ""])


def of_rounds(found: dict[int, dict[str, float]]) -> list[str]:
    first = found[min(found)]
    lines = [
        "| worker processes | listing | against one | solving, checking | against one | whole round "
        "| against one | pairs listed | proposals |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for count, row in found.items():
        stages = " | ".join(
            f"{row[stage]:.2f} | {first[stage] / max(row[stage], 0.01):.2f}"
            for stage in ("listing", "solving", "whole")
        )
        lines.append(f"| {count} | {stages} | {row['pairs']:,} | {row['proposals']:,} |")
    return lines


def of_shared(found: dict[int, Shared]) -> list[str]:
    first = found[min(found)]
    return [
        "| processes | seconds | against one | processor seconds of the busiest | against one | pairs |",
        "|---|---|---|---|---|---|",
    ] + [
        f"| {count} | {one.took:.2f} | {first.took / one.took:.2f} "
        f"| {one.busiest:.2f} | {first.busiest / one.busiest:.2f} | {one.pairs:,} |"
        for count, one in found.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--side", type=int, default=50_000, help="people a side, with numbers alone")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--print", action="store_true", help="write nothing into the results")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as var:
        begin(var)
        from bothways.run import embedded

        try:
            from _parts import measure

            alone = measure(options.side, options.workers)
            begun = time.perf_counter()
            eli, programme = enrol(options.members)
            print(f"{options.members} people enrolled in {time.perf_counter() - begun:.0f} s", flush=True)
            plain: dict[int, dict[str, float]] = {}
            priced: dict[int, dict[str, float]] = {}
            # Half of them stand on the left side.
            for found, rows in ((plain, None), (priced, max(options.members // 8, 1))):
                for count in options.workers:
                    with workers(count, rows):
                        one_round(eli, programme)
                        found[count] = one_round(eli, programme)
                        print(count, found[count], flush=True)
        finally:
            from django.db import connections

            connections.close_all()
            embedded.release()
    text = table(options.members, plain, priced, options.side, alone)
    if not options.print:
        TARGET.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
