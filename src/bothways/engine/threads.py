"""Compiled work in blocks on all processors; the answer does not depend on how many there are."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def on_all(work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
    """`work` done on every task, answers in the order of the tasks. Kernels let the other threads run."""
    workers = min(processors(), len(tasks))
    if workers < 2:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, tasks))
