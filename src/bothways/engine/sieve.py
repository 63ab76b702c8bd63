"""Compiled sieve: one left-over person against all others, counting what fails and what would help.

It calls no rule itself: `kernels.compare` judges languages and distance, and `USABLE` holds
`kernels.usable_modes` as a table.
"""

from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Bool, Int32, Int64, Uint8, Uint64
from bothways.engine.kernels import EXCHANGE, FITS, I_LEARN, I_TEACH, REFUSES, Rows, usable_modes
from bothways.engine.people import IN_PERSON, TIME_SLOTS, WORD_BITS

RADIUS_STEPS_KM: Final = (2, 5, 10, 15, 20, 30, 50, 75, 100)
STEPS_M: Final = np.array([1000 * km for km in RADIUS_STEPS_KM], dtype=np.int64)
TIME, MODE, RADIUS, LEARN, SPEAK, NEED = range(6)
# By shared modes, whether a time is shared, whether both are near enough: the modes that can be used.
USABLE: Final = np.array(
    [
        [[usable_modes(modes, times, near) for near in (False, True)] for times in (0, 1)]
        for modes in range(16)
    ]
)


class Others(NamedTuple):
    """The other side, column by column."""

    radius: Int64
    times: Int64
    modes: Int64
    needs: Int64
    facts: Int64
    speak: Uint64
    learn: Uint64
    free: Bool


class Counters(NamedTuple):
    """`left[s]`: how many others pass the first s steps. The rest: by which change how many are reached."""

    left: Int64
    slots: Int64
    modes: Int64
    steps: Int64
    learn: Int64
    speak: Int64
    needs: Int64


def others_of(rows: Rows, free: Bool) -> Others:
    names = ("radius", "times", "modes", "needs", "facts", "speak", "learn")
    return Others(**{name: np.ascontiguousarray(rows[name]) for name in names}, free=free)


def counters(words: int) -> Counters:
    return Counters(*(np.zeros(size, np.int64) for size in (6, 32, 4, len(STEPS_M), *2 * (64 * words,), 32)))


@kernel
def sift(
    mine: tuple[int, int, int, int],  # radius, times, modes, needs
    others: Others,
    known: Bool,
    rule: int,
    fit: Uint8,
    apart: Int64,
    count: Counters,
) -> None:
    """Send everyone `known` through the sieve, for one person with these wishes."""
    radius, times, modes, needs = mine
    for counter in count:
        counter[:] = 0
    for j in range(len(known)):
        if not known[j]:
            continue
        speaks = fit[j] & FITS != 0
        missing = needs & ~others.facts[j]
        refused = fit[j] & REFUSES != 0
        shared, common = modes & others.modes[j], times & others.times[j]
        timed, near = int(common != 0), int(apart[j] <= min(radius, others.radius[j]))
        usable = USABLE[shared, timed, near]
        passed = 1
        if speaks:
            passed = 2
            if missing == 0 and not refused:
                passed = 3
                if shared != 0:
                    passed = 4
                    if shared & ~IN_PERSON != 0 or near:
                        passed = 6 if usable != 0 else 5
        count.left[:passed] += 1
        if refused or passed == 6 or not others.free[j]:
            continue
        if speaks and missing == 0:
            if USABLE[shared, 1, near] != 0:  # only a shared time is missing
                count_bits(others.times[j], count.slots[:TIME_SLOTS])
            for bit in range(4):
                if others.modes[j] & ~modes & 1 << bit and USABLE[1 << bit, timed, near] != 0:
                    count.modes[bit] += 1
            if shared & IN_PERSON and timed and radius < apart[j] <= others.radius[j]:
                count_step(apart[j], count.steps)
        elif speaks and usable != 0 and missing & (missing - 1) == 0:
            count_bits(missing, count.needs)
        elif not speaks and missing == 0 and usable != 0:
            count_languages(fit[j], others.speak[j], others.learn[j], rule, count)


@kernel
def count_bits(word: int, counter: Int64) -> None:
    for bit in range(len(counter)):
        counter[bit] += word >> bit & 1


@kernel
def count_step(apart: int, steps: Int64) -> None:
    for step in range(len(STEPS_M)):
        if STEPS_M[step] >= apart:
            steps[step] += 1
            return


@kernel
def count_languages(fit: int, speak: Uint64, learn: Uint64, rule: int, count: Counters) -> None:
    # In an exchange one new language mends one of the two directions only.
    can_learn = rule != EXCHANGE or fit & I_TEACH != 0
    can_speak = rule != EXCHANGE or fit & I_LEARN != 0
    for w in range(len(speak)):
        wanted = learn[w] if rule == EXCHANGE else learn[w] | speak[w]
        for bit in range(WORD_BITS):
            if can_learn:
                count.learn[WORD_BITS * w + bit] += int(speak[w] >> np.uint64(bit) & np.uint64(1))
            if can_speak:
                count.speak[WORD_BITS * w + bit] += int(wanted >> np.uint64(bit) & np.uint64(1))


def conclude(count: Counters, floor: int, value: Int32, reaches: Int32) -> int:
    """Fill one row of hints; return the index of the first step that fewer than `floor` passed."""
    kinds = ((TIME, count.slots), (MODE, count.modes), (LEARN, count.learn), (SPEAK, count.speak))
    for kind, counter in (*kinds, (NEED, count.needs)):
        best = int(counter.argmax())
        if counter[best] >= floor:
            value[kind], reaches[kind] = (1 << best if kind == MODE else best), counter[best]
    within = count.steps.cumsum()
    enough = np.flatnonzero(within >= floor)
    if len(enough):
        value[RADIUS], reaches[RADIUS] = RADIUS_STEPS_KM[enough[0]], within[enough[0]]
    few = np.flatnonzero(count.left < floor)
    return int(few[0]) if len(few) else len(count.left)
