"""The order in which pairs stand: by left, then right person."""

from typing import Final

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64

# Fewer are not worth counting people for.
FEW: Final = 4096


@kernel
def ascending(left: Int32 | Int64, right: Int32 | Int64) -> bool:
    """Whether the pairs stand in order, each once."""
    for k in range(1, len(left)):
        if left[k] < left[k - 1] or (left[k] == left[k - 1] and right[k] <= right[k - 1]):
            return False
    return True


def by_left(left: Int32 | Int64, right: Int32 | Int64) -> Int32:
    """The indices of the pairs in order; equal pairs as they stand. Nobody's index is negative."""
    if len(left) < FEW:
        return np.lexsort((right, left)).astype(np.int32)
    by_right, order = np.empty(len(left), np.int32), np.empty(len(left), np.int32)
    sort_by(right, _starts(right), np.arange(len(left), dtype=np.int32), by_right)
    sort_by(left, _starts(left), by_right, order)
    return order


def _starts(key: Int32 | Int64) -> Int64:
    """Where each value's stretch begins in a counting sort."""
    count = np.bincount(key)
    return np.cumsum(count) - count


@kernel
def sort_by(key: Int32 | Int64, start: Int64, among: Int32, out: Int32) -> None:
    """Counting sort: the indices `among` by their value in `key`, as they stand within one value."""
    at = start.copy()
    for k in among:
        out[at[key[k]]] = k
        at[key[k]] += 1
