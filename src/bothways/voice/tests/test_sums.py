"""The sealed counters by themselves: they add, and they open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothways.voice import sums

SECRET = sums.fresh_secret()
PUBLIC = sums.public_of(SECRET)


@given(st.lists(st.sets(st.integers(0, 3)), max_size=8))
def test_they_add_up(chosen) -> None:
    held = sums.empty(PUBLIC, 4)
    for places in chosen:
        held = sums.add(PUBLIC, held, places)
    wanted = [sum(place in places for places in chosen) for place in range(4)]
    assert sums.opened(SECRET, held, len(chosen)) == wanted
    assert len(held) == 4 * sums.COUNTER


def test_nothing_is_looked_for_beyond_the_most() -> None:
    held = sums.empty(PUBLIC, 1)
    for _ in range(3):
        held = sums.add(PUBLIC, held, [0])
    assert sums.opened(SECRET, held, 3) == [3]
    with pytest.raises(sums.Unreadable):
        sums.opened(SECRET, held, 2)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(sums.Unreadable):
        sums.opened(sums.fresh_secret(), sums.add(PUBLIC, sums.empty(PUBLIC, 2), [1]), 50)


def test_the_same_number_is_never_the_same_bytes() -> None:
    made = {sums.empty(PUBLIC, 1) for _ in range(20)}
    assert len(made) == 20
