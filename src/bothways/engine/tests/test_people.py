"""What `People` refuses, and its bits."""

import numpy as np
import pytest

from bothways.engine.people import People, bits_of, language_bits
from bothways.engine.tests.helpers import people, person, person_defaults


def columns(n=2):
    made = {name: np.zeros(n, dtype=np.asarray(value).dtype) for name, value in person_defaults().items()}
    return made | {"speak": np.zeros((n, 1), np.uint64), "learn": np.zeros((n, 1), np.uint64)}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lat_e5", [0, 9_000_001], r"lat_e5\[1\] is outside"),
        ("lat_e5", [-(2**31), 0], r"lat_e5\[0\] is outside"),
        ("lon_e5", [-18_000_001, 0], r"lon_e5\[0\] is outside"),
        ("radius_m", [0, -1], r"radius_m\[1\] is negative"),
        ("capacity", [-1, 0], r"capacity\[0\] is negative"),
        ("waiting_days", [0, -5], r"waiting_days\[1\] is negative"),
        ("times", [0, 1 << 21], r"times\[1\] sets a bit above 20"),
        ("modes", [16, 0], r"modes\[0\] sets a bit outside"),
    ],
)
def test_a_value_out_of_range_is_named(name, value, message):
    made = columns()
    made[name] = np.array(value, dtype=made[name].dtype)
    with pytest.raises(ValueError, match=message):
        People(**made)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("times", np.zeros(2), "times must be an array of uint32"),
        ("modes", [1, 2], "modes must be an array of uint8"),
        ("speak", np.zeros(2, np.uint64), "speak has the wrong number of dimensions"),
        ("facts", np.zeros(3, np.uint32), "facts has length 3, expected 2"),
        ("learn", np.zeros((2, 2), np.uint64), "learn must have as many words"),
    ],
)
def test_a_wrong_array_is_named(name, value, message):
    with pytest.raises(ValueError, match=message):
        People(**columns() | {name: value})


def test_no_word_of_languages_at_all():
    empty = np.zeros((2, 0), np.uint64)
    with pytest.raises(ValueError, match="speak needs at least one word"):
        People(**columns() | {"speak": empty, "learn": empty})


def test_language_numbers_go_in_and_come_out():
    packed = language_bits([(0, 63, 64, 199), (), (5, 5)], 200)
    assert packed.shape == (3, 4)
    assert [bits_of(row) for row in packed] == [(0, 63, 64, 199), (), (5,)]
    assert language_bits([], 3).shape == (0, 1)
    with pytest.raises(ValueError, match=r"people\[1\] holds language 3"):
        language_bits([(0,), (3,)], 3)
    with pytest.raises(ValueError, match="languages must be at least 1"):
        language_bits([], 0)


def test_rows_can_be_taken():
    some = people(9, np.random.default_rng(1))
    assert len(some.take(np.array([4, 2]))) == 2
    assert some.take(np.array([4, 2])).modes.tolist() == [some.modes[4], some.modes[2]]
    assert len(some.take(np.zeros(9, dtype=bool))) == 0
    assert len(person()) == 1
