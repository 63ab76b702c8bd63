"""Small instances, slow exact answers, and random people."""

import math
from itertools import combinations

import numpy as np

from bothways.engine.people import People, language_bits


def people(
    n, rng, *, languages=6, spread=60_000, words=None, capacity=(0, 3), remote=15, thin=True
) -> People:
    """Random people of a few kilometres' spread in which every rule decides some pairs."""

    def sets(most):
        return [rng.choice(languages, rng.integers(0, most + 1), replace=False) for _ in range(n)]

    times = rng.integers(0, 1 << 21, n)
    for _ in range(3 if thin else 0):
        times &= rng.integers(0, 1 << 21, n)
    return People(
        lat_e5=(5_200_000 + rng.integers(-spread, spread + 1, n)).astype(np.int32),
        lon_e5=(1_300_000 + rng.integers(-spread, spread + 1, n)).astype(np.int32),
        radius_m=rng.choice([0, 2_000, 5_000, 20_000, 60_000], n).astype(np.int32),
        speak=language_bits(sets(2), words or languages),
        learn=language_bits(sets(2), words or languages),
        times=times.astype(np.uint32),
        modes=(rng.integers(0, 16, n) & remote).astype(np.uint8),
        interests=rng.integers(0, 1 << 12, n).astype(np.uint64),
        needs=(rng.integers(0, 8, n) & rng.integers(0, 8, n)).astype(np.uint32),
        facts=(rng.integers(0, 8, n) | rng.integers(0, 8, n)).astype(np.uint32),
        capacity=rng.integers(capacity[0], capacity[1], n).astype(np.int32),
        waiting_days=rng.integers(0, 400, n).astype(np.int32),
    )


def person(**changes) -> People:
    """One plain person: speaks language 0, always free, in person within 10 km."""
    row = {
        "lat_e5": np.int32(5_200_000), "lon_e5": np.int32(1_300_000), "radius_m": np.int32(10_000),
        "times": np.uint32(1), "modes": np.uint8(1), "interests": np.uint64(0), "needs": np.uint32(0),
        "facts": np.uint32(0), "capacity": np.int32(1), "waiting_days": np.int32(0),
        "speak": (0,), "learn": (),
    } | changes  # fmt: skip
    dtypes = {name: np.asarray(value).dtype for name, value in person_defaults().items()}
    columns = {name: np.array([row[name]], dtype=dtypes[name]) for name in dtypes}
    return People(speak=language_bits([row["speak"]], 8), learn=language_bits([row["learn"]], 8), **columns)


def person_defaults():
    return {
        "lat_e5": np.int32(0), "lon_e5": np.int32(0), "radius_m": np.int32(0), "times": np.uint32(0),
        "modes": np.uint8(0), "interests": np.uint64(0), "needs": np.uint32(0), "facts": np.uint32(0),
        "capacity": np.int32(0), "waiting_days": np.int32(0),
    }  # fmt: skip


def together(*several: People) -> People:
    names = [*person_defaults(), "speak", "learn"]
    return People(**{name: np.concatenate([getattr(one, name) for one in several]) for name in names})


def random_problem(rng, n, m, *, density=0.4, areas=0, waiting=True, top=20, capacity=3):
    """Keyword arguments for `solve` on a random instance."""
    left, right = np.nonzero(rng.random((n, m)) < density)
    order = rng.permutation(len(left))
    given = {
        "left": left[order], "right": right[order], "score": rng.integers(0, top, len(left)),
        "left_capacity": rng.integers(0, capacity + 1, n), "right_capacity": rng.integers(0, capacity + 1, m),
    }  # fmt: skip
    if areas:
        parent = np.array([rng.integers(-1, k) for k in range(areas)])
        shuffled = rng.permutation(areas)
        place = np.empty(areas, dtype=int)
        place[shuffled] = np.arange(areas)
        given["area_parent"] = np.where(parent[shuffled] >= 0, place[parent[shuffled]], -1)
        given["area_capacity"] = rng.integers(0, max(n, 2), areas)
        given["left_area"] = rng.integers(0, areas, n)
    if waiting:
        given["waiting"] = rng.integers(0, 30, n), rng.integers(0, 30, m)
    return given


def aims(chosen, left, right, score, waiting, count, n, m):
    """(first aim, days, score) of a set of pairs."""
    lefts, rights = {int(left[k]) for k in chosen}, {int(right[k]) for k in chosen}
    days = 0
    if waiting is not None:
        days = sum(int(waiting[0][i]) for i in lefts) + sum(int(waiting[1][j]) for j in rights)
    first = len(lefts) + len(rights) if count == "people" else len(chosen)
    return first, days, sum(int(score[k]) for k in chosen)


def allowed(chosen, left, right, left_capacity, right_capacity, left_area, area_parent, area_capacity):
    used, other = [0] * len(left_capacity), [0] * len(right_capacity)
    load = [0] * (0 if area_parent is None else len(area_parent))
    for k in chosen:
        used[left[k]] += 1
        other[right[k]] += 1
        area = -1 if left_area is None else left_area[left[k]]
        while area >= 0:
            load[area] += 1
            area = area_parent[area]
    return (
        all(a <= b for a, b in zip(used, left_capacity, strict=True))
        and all(a <= b for a, b in zip(other, right_capacity, strict=True))
        and all(a <= b for a, b in zip(load, [] if area_capacity is None else area_capacity, strict=True))
    )


def brute_force(
    left, right, score, left_capacity, right_capacity, left_area=None, area_parent=None, area_capacity=None,
    waiting=None, count="people",
):  # fmt: skip
    """The best aims over all subsets of the pairs."""
    best = (0, 0, 0)
    for size in range(len(left) + 1):
        for chosen in combinations(range(len(left)), size):
            if allowed(
                chosen, left, right, left_capacity, right_capacity, left_area, area_parent, area_capacity
            ):
                found = aims(
                    chosen, left, right, score, waiting, count, len(left_capacity), len(right_capacity)
                )
                best = max(best, found)
    return best


def great_circle(a, i, b, j):
    """Haversine metres, as a textbook has it."""
    lat_a, lat_b = math.radians(a.lat_e5[i] / 1e5), math.radians(b.lat_e5[j] / 1e5)
    across = math.radians(int(b.lon_e5[j]) / 1e5 - int(a.lon_e5[i]) / 1e5)
    part = math.sin((lat_b - lat_a) / 2) ** 2
    part += math.cos(lat_a) * math.cos(lat_b) * math.sin(across / 2) ** 2
    return 2 * 6_371_009 * math.asin(min(1.0, math.sqrt(part)))


def naive_row(people, i):
    """One person in plain Python: sets instead of bits."""

    def bits(word):
        return {k for k in range(64) if int(word) >> k & 1}

    def words(row):
        return {64 * w + k for w, word in enumerate(row) for k in bits(word)}

    return {
        "speak": words(people.speak[i]), "learn": words(people.learn[i]), "times": bits(people.times[i]),
        "modes": {name for name in (1, 2, 4, 8) if int(people.modes[i]) & name},
        "needs": bits(people.needs[i]), "facts": bits(people.facts[i]),
        "interests": bits(people.interests[i]), "radius": int(people.radius_m[i]),
    }  # fmt: skip


def naive_modes(a, b, distance):
    """The ways in which two plain rows can really meet."""
    usable = set()
    for mode in a["modes"] & b["modes"]:
        if mode == 8 or (
            a["times"] & b["times"] and (mode != 1 or distance <= min(a["radius"], b["radius"]))
        ):
            usable.add(mode)
    return usable


def naive_languages(a, b, rule):
    if rule == "exchange":
        return bool(a["learn"] & b["speak"]) and bool(b["learn"] & a["speak"])
    return bool(a["speak"] & b["speak"] or a["speak"] & b["learn"] or a["learn"] & b["speak"])


def naive_feasible(a, b, distance, rule):
    return (
        a["needs"] <= b["facts"]
        and b["needs"] <= a["facts"]
        and naive_languages(a, b, rule)
        and bool(naive_modes(a, b, distance))
    )


def naive_score(a, b, distance):
    def step(table, count):
        return table[min(count, len(table) - 1)]

    modes = naive_modes(a, b, distance)
    total = step([0, 40, 70, 90, 105, 115, 120], len(a["interests"] & b["interests"]))
    total += step([0, 60, 75, 80], len(a["speak"] & b["speak"]))
    total += step([0, 60, 80], len(a["learn"] & b["speak"])) + step([0, 60, 80], len(b["learn"] & a["speak"]))
    if modes - {8}:
        total += step([0, 40, 70, 95, 115, 130, 140, 145, 150], len(a["times"] & b["times"]))
    if 1 in modes:
        total += next(
            (p for km, p in ((2, 120), (5, 100), (10, 75), (20, 45), (50, 20)) if distance < 1000 * km), 0
        )
    return total + sum({1: 30, 2: 15, 4: 15, 8: 10}[mode] for mode in modes)
