"""The K best pairs of each person, kept while the pairs go by."""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64


class Heaps(NamedTuple):
    """For each person the `size` largest keys so far, the smallest of them in front, and with whom."""

    keys: Int64
    partners: Int32
    size: Int32


def heaps(people: int, best: int) -> Heaps:
    shape = (people, best)
    return Heaps(np.empty(shape, np.int64), np.empty(shape, np.int32), np.zeros(people, np.int32))


@kernel
def scramble(i: int, j: int) -> int:
    """31 bits that settle ties in score without favouring anyone's place in the list."""
    mixed = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return int((mixed ^ (mixed >> np.uint64(32))) & np.uint64(0x7FFFFFFF))


@kernel
def offer(kept: Heaps, owner: int, key: int, person: int) -> None:
    k, heap, names = kept.keys.shape[1], kept.keys[owner], kept.partners[owner]
    if kept.size[owner] < k:
        at = kept.size[owner]
        kept.size[owner] += 1
        while at > 0 and heap[(at - 1) >> 1] > key:
            heap[at], names[at] = heap[(at - 1) >> 1], names[(at - 1) >> 1]
            at = (at - 1) >> 1
        heap[at], names[at] = key, person
        return
    if key <= heap[0]:
        return
    at = 0
    while 2 * at + 1 < k:
        child = 2 * at + 1
        if child + 1 < k and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= key:
            break
        heap[at], names[at] = heap[child], names[child]
        at = child
    heap[at], names[at] = key, person


@kernel
def keep_best(left: Int32, right: Int32, score: Int32, lefts: Heaps, rights: Heaps) -> None:
    for k in range(len(left)):
        key = int(score[k]) << 31 | scramble(left[k], right[k])
        offer(lefts, left[k], key, right[k])
        offer(rights, right[k], key, left[k])


def kept_pairs(lefts: Heaps, rights: Heaps) -> tuple[Int32, Int32]:
    """The union of what both sides kept, by left, then right."""
    width = max(len(rights.size), 1)
    slots = np.arange(lefts.keys.shape[1])
    row, slot = np.nonzero(slots < lefts.size[:, None])
    codes = [row * width + lefts.partners[row, slot]]
    row, slot = np.nonzero(slots < rights.size[:, None])
    codes.append(rights.partners[row, slot].astype(np.int64) * width + row)
    both = np.sort(np.concatenate(codes))
    both = both[np.diff(both, prepend=-1) > 0]
    return (both // width).astype(np.int32), (both % width).astype(np.int32)
