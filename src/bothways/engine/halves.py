"""Half-chosen pairs of a double cover, rounded to whole ones: all without loss but odd circuits."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from bothways.engine.arrays import Int64

# What a vertex is worth at a degree; concave, and linear between whole degrees.
Worth: TypeAlias = Callable[[int, int], int]


def round_halves(
    tail: Int64, head: Int64, score: Int64, degree2: Int64, room: Int64, worth: Worth
) -> tuple[Int64, list[int]]:
    """Decide which of the half-chosen pairs (all of those given) are chosen.

    `degree2` is twice the fractional degree of every vertex and is brought up to date. Returns the
    positions of the chosen pairs, and the vertices at which something was lost.

    The half pairs are split into trails: in a part with vertices of odd degree, open trails that end in
    such vertices (one trail each); otherwise one closed trail. Along a trail, pairs are taken and left in
    turn. That changes degrees by a half at the two ends of an open trail only, and not at all in a closed
    trail of even length; as the objective is linear there and the fraction optimal, nothing is lost. A
    closed trail of odd length must change one vertex by a whole: it is started where that costs least.
    """
    chosen: list[int] = []
    lossy: list[int] = []
    for trail, start in _trails(tail, head):
        vertices = _walk(trail, start, tail, head)
        if vertices[0] != vertices[-1]:
            up = _open_up(trail, vertices, score, degree2, worth)
            degree2[vertices[0]] += 1 if up else -1
            degree2[vertices[-1]] += 1 if (len(trail) % 2 == 1) == up else -1
        elif len(trail) % 2 == 0:
            up = True
        else:
            shift, up = _cheapest_start(trail, vertices, score, degree2, room, worth)
            trail = trail[shift:] + trail[:shift]
            degree2[vertices[shift]] += 2 if up else -2
            lossy.append(vertices[shift])
        chosen += trail[0 if up else 1 :: 2]
    return np.array(sorted(chosen), dtype=np.int64), lossy


def _trails(tail: Int64, head: Int64) -> list[tuple[list[int], int]]:
    """Every pair in exactly one trail; the trail's pairs in order, and its first vertex."""
    near: dict[int, list[int]] = {}
    for k, (u, v) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        near.setdefault(u, []).append(k)
        near.setdefault(v, []).append(k)
    odd = sorted(v for v, edges in near.items() if len(edges) % 2)
    used = [False] * len(tail)
    found = []
    for start in odd:  # an open trail can only get stuck in another vertex of odd degree
        trail = _follow(start, near, used, tail, head)
        if trail:
            found.append((trail, start))
    closed = [(_follow(v, near, used, tail, head), v) for v in sorted(near)]
    return _join(found, [one for one in closed if one[0]], tail, head)


def _follow(at: int, near: dict[int, list[int]], used: list[bool], tail: Int64, head: Int64) -> list[int]:
    trail = []
    while near[at]:
        k = near[at].pop()
        if not used[k]:
            used[k] = True
            trail.append(k)
            at = int(tail[k] + head[k]) - at
    return trail


def _walk(trail: list[int], start: int, tail: Int64, head: Int64) -> list[int]:
    vertices = [start]
    for k in trail:
        vertices.append(int(tail[k] + head[k]) - vertices[-1])
    return vertices


def _join(
    opened: list[tuple[list[int], int]], closed: list[tuple[list[int], int]], tail: Int64, head: Int64
) -> list[tuple[list[int], int]]:
    """Splice closed trails into any trail that they touch, so that few odd closed ones are left."""
    trails = opened + closed
    members = [set(_walk(trail, start, tail, head)) for trail, start in trails]
    owner: dict[int, int] = {}
    for k in range(len(trails)):
        met = sorted({owner[v] for v in members[k] if v in owner})
        if k >= len(opened) and met:
            _splice(trails, members, met[0], k, tail, head)
            for other in met[1:]:
                if other >= len(opened):
                    _splice(trails, members, met[0], other, tail, head)
            for v in members[met[0]]:
                owner[v] = met[0]
        else:
            for v in members[k]:
                owner.setdefault(v, k)
    return [trail for trail in trails if trail[0]]


def _splice(
    trails: list[tuple[list[int], int]],
    members: list[set[int]],
    into: int,
    one: int,
    tail: Int64,
    head: Int64,
) -> None:
    trail, start = trails[into]
    ring, first = trails[one]
    at = min(members[into] & members[one])
    host, guest = _walk(trail, start, tail, head), _walk(ring, first, tail, head)
    place, turn = host.index(at), guest.index(at)
    trails[into] = trail[:place] + ring[turn:] + ring[:turn] + trail[place:], start
    trails[one] = [], first
    members[into] |= members[one]
    members[one] = set()


def _open_up(trail: list[int], vertices: list[int], score: Int64, degree2: Int64, worth: Worth) -> bool:
    """Whether taking the first pair is at least as good as leaving it."""
    swing = _swing(trail, score)
    gain = swing
    for end, side in ((vertices[0], 1), (vertices[-1], 1 if len(trail) % 2 else -1)):
        low = (int(degree2[end]) - 1) // 2
        gain += side * (worth(end, low + 1) - worth(end, low))
    return gain >= 0


def _swing(trail: list[int], score: Int64) -> int:
    """Score of the pairs in even places less that of the pairs in odd places."""
    worths = score[trail].tolist()
    return int(sum(worths[0::2]) - sum(worths[1::2]))


def _cheapest_start(
    trail: list[int], vertices: list[int], score: Int64, degree2: Int64, room: Int64, worth: Worth
) -> tuple[int, bool]:
    """Where to start an odd closed trail, and whether its first (and last) pair is taken."""
    swing, worths = _swing(trail, score), score[trail].tolist()
    best: tuple[int, int, bool] | None = None
    for shift in range(len(trail)):
        v, here = vertices[shift], int(degree2[vertices[shift]]) // 2
        options = [(-swing + 2 * (worth(v, here - 1) - worth(v, here)), False)]
        if here < room[v]:
            options.append((swing + 2 * (worth(v, here + 1) - worth(v, here)), True))
        for gain, up in options:
            if best is None or gain > best[0]:
                best = gain, shift, up
        swing = 2 * worths[shift] - swing  # the pair that was first becomes the last one
    assert best is not None
    return best[1], best[2]
