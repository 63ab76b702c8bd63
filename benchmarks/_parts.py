"""What the workers of a large round share, with columns of numbers alone: no database, no queue.

Each process has one processor, as if it were a machine, and the same people, those of one area together.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from towns import country

from bothways.engine.api import People, best_improving, best_of, improving_pairs, solve_all, verify_all

Rows = tuple[int, int]


class Shared(NamedTuple):
    """One stage done: seconds, processor seconds of the process that had most, and pairs that it found."""

    took: float
    busiest: float
    pairs: int


class Pass(NamedTuple):
    """What was asked for in one pass of pricing, as the product writes it down, and the right answer."""

    content: bytes
    prices: tuple[Any, Any]
    most: int
    answer: Any


class Measured(NamedTuple):
    """By number of processes; `in_one_piece`: one process and passes that are not cut. `choosing`: seconds of
    the one process that chooses and checks, without its passes."""

    listing: dict[int, Shared]
    pricing: dict[int, Shared]
    in_one_piece: Shared
    choosing: float
    passes: int
    parts: int


def alone_on(number: int, process: int = 0) -> None:
    """Keep a process to one processor, as if it were a machine: the engine uses all that it may."""
    here = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process, {here[number % len(here)]})


def measure(people: int, counts: list[int]) -> Measured:
    import django

    django.setup()
    from bothways.match import parts, pricing

    listed = [(first, min(first + parts.ROWS, people)) for first in range(0, people, parts.ROWS)]
    passes, choosing = _passes(people)
    cuts, listing, shared = pricing.cuts(people), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(passes):
            Path(folder, str(number)).write_bytes(one.content)
        for count in counts:
            with _processes(count, people, folder) as pool:
                listing[count] = _timed(partial(pool.map, _list_part, listed))
                shared[count] = _timed(lambda pool=pool: _all_passes(pool, passes, cuts))
            print(count, listing[count], shared[count], flush=True)
        with _processes(1, people, folder) as pool:
            whole = _timed(lambda: _all_passes(pool, passes, [(0, people)]))
    return Measured(listing, shared, whole, choosing, len(passes), len(cuts))


def _timed(work: Callable[[], Any]) -> Shared:
    begun = time.perf_counter()
    done = list(work())
    took = time.perf_counter() - begun
    busy = [sum(spent for pid, spent, *_ in done if pid == one) for one in {pid for pid, *_ in done}]
    return Shared(took, max(busy), sum(pairs for _, _, pairs, *_ in done))


@contextmanager
def _processes(count: int, people: int, folder: str) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    numbers = context.Queue()
    for number in range(count):
        numbers.put(number)
    with ProcessPoolExecutor(count, context, _ready, (people, folder, numbers)) as pool:
        # Enough for each of them to be ready.
        list(pool.map(_list_part, [(0, 10)] * count * 4))
        list(pool.map(_price_part, [(0, (0, 10))] * count * 4))
        yield pool


def _of(people: int) -> tuple[People, People, dict[str, Any]]:
    """Both sides, the left one by area, and the rules of the choice."""
    made = country(people)
    order = np.argsort(made.area, kind="stable")
    rules = {"left_area": made.area[order], "area_parent": made.parent, "area_capacity": made.quota}
    return made.offers.take(order), made.wishes, rules | {"waiting": True}


def _passes(people: int) -> tuple[list[Pass], float]:
    """Every pass of one choice and its check, begun as the product begins; seconds of all else in them."""
    from bothways.engine.api import feasible_pairs
    from bothways.match.listing import BEST
    from bothways.match.order import pack
    from bothways.match.pricing import Asked

    left, right, rules = _of(people)
    made, priced = [], 0.0

    def price(offers: People, *prices: Any, known: tuple[Any, Any], most: int) -> Any:
        nonlocal priced
        begun = time.perf_counter()
        answer = improving_pairs(offers, right, *prices, known=known, most=most)
        rows = np.arange(len(left)), np.arange(len(right))
        out = np.column_stack(known).astype(np.int64)
        asked = Asked(*rows, offers.capacity, right.capacity, *prices, out, np.array(most))
        made.append(Pass(pack(asked._asdict()), prices, most, answer))
        priced += time.perf_counter() - begun
        return answer

    pairs = feasible_pairs(left, right, best=BEST)
    begun = time.perf_counter()
    best = solve_all(left, right, listed=pairs, price=price, **rules)
    verify_all(best, left, right, price=price, **rules)
    return made, time.perf_counter() - begun - priced


def _all_passes(pool: ProcessPoolExecutor, passes: list[Pass], cuts: list[Rows]) -> list[Any]:
    """One after the other, as the prices of the next come from the last; each put together and compared."""
    from bothways.match.order import unpack_pairs

    done = []
    for number, one in enumerate(passes):
        some = list(pool.map(_price_part, [(number, rows) for rows in cuts]))
        found = best_improving([unpack_pairs(content) for *_, content in some], *one.prices, most=one.most)
        assert found.left.tobytes() == one.answer.left.tobytes()
        assert found.right.tobytes() == one.answer.right.tobytes()
        done += some
    return done


_here: Any = None


def _ready(people: int, folder: str, numbers: Any) -> None:
    """In each process: a processor, the same people, and the engine warm."""
    global _here
    alone_on(numbers.get())
    import django

    django.setup()
    from bothways.match.listing import Sides

    left, right, _ = _of(people)
    _here = Sides("company", [], [], left, right, np.empty((0, 2), dtype=np.int64)), folder, {}
    best_of([], 1, offers=1, wishes=1)


def _list_part(rows: Rows) -> tuple[int, float, int]:
    """What a worker does with one part of very many pairs: each person's best, packed to be kept.

    Returns the process, its processor seconds, and the number of pairs.
    """
    from bothways.match.listing import list_rows
    from bothways.match.order import pack_pairs

    begun = time.process_time()
    pairs, _ = list_rows(_here[0], *rows, lambda *_: None, most=0)
    pack_pairs(pairs)
    return os.getpid(), time.process_time() - begun, len(pairs)


def _price_part(task: tuple[int, Rows]) -> tuple[int, float, int, bytes]:
    """What a worker does with one part of a pass, its prices read before the first of them. Returns the pairs
    too."""
    from bothways.match.order import pack_pairs, unpack
    from bothways.match.pricing import Asked, as_asked

    (sides, folder, held), (number, rows) = _here, task
    begun = time.process_time()
    if number not in held:
        asked = Asked(**unpack(Path(folder, str(number)).read_bytes()))
        held.clear()
        held[number] = (
            asked,
            as_asked(sides.left, np.arange(len(sides.left)), asked.left_row, asked.left_capacity)[0],
            as_asked(sides.right, np.arange(len(sides.right)), asked.right_row, asked.right_capacity)[0],
        )
    asked, left, right = held[number]
    pairs = asked.price(left, right, rows)
    content = pack_pairs(pairs)
    return os.getpid(), time.process_time() - begun, len(pairs), content
