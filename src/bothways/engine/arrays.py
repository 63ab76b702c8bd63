"""Array types and the checks that every public function makes on what it is given."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Int32: TypeAlias = npt.NDArray[np.int32]
Int64: TypeAlias = npt.NDArray[np.int64]
Int8: TypeAlias = npt.NDArray[np.int8]
Uint8: TypeAlias = npt.NDArray[np.uint8]
Uint32: TypeAlias = npt.NDArray[np.uint32]
Uint64: TypeAlias = npt.NDArray[np.uint64]
Float64: TypeAlias = npt.NDArray[np.float64]
Bool: TypeAlias = npt.NDArray[np.bool_]
Integers: TypeAlias = npt.NDArray[np.integer] | Sequence[int]


def integers(value: Integers, name: str, length: int | None = None) -> Int64:
    """`value` as a one-dimensional int64 array; ValueError names the argument (and the index)."""
    return whole(value, name, length).astype(np.int64, copy=False)


def indices(value: Integers, name: str, size: int, of: str, length: int | None = None) -> Int32:
    """The same as int32, each an index into something of length `size`. Pairs are many: they stay narrow."""
    array = whole(value, name, length)
    within(array, name, size, of)
    return array.astype(np.int32, copy=False)


def whole(value: Integers, name: str, length: int | None = None) -> npt.NDArray[np.integer]:
    """`value` as a one-dimensional array of integers of whatever width; ValueError as `integers`."""
    array = np.asarray(value)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {array.ndim}")
    if array.size == 0 and array.dtype == np.float64:  # what numpy makes of an empty list
        array = array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must hold integers, not {array.dtype}")
    if length is not None and len(array) != length:
        raise ValueError(f"{name} has length {len(array)}, expected {length}")
    if array.dtype == np.uint64:
        refuse(array > np.uint64(np.iinfo(np.int64).max), name, "does not fit into 64 signed bits")
    return array


def within(array: npt.NDArray[np.integer], name: str, size: int, of: str) -> None:
    """ValueError unless every number is an index into something of length `size`."""
    refuse((array < 0) | (array >= size), name, f"is outside 0..{size - 1} ({of})")


def refuse(wrong: Bool, name: str, why: str) -> None:
    """ValueError for the first index at which `wrong` holds."""
    if wrong.any():
        raise ValueError(f"{name}[{int(np.argmax(wrong))}] {why}")
