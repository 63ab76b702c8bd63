"""One door to numba, so that the rest of the engine stays typed."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile `function` with numba, keeping the machine code on disk where that is possible.

    numba looks only at a function's own file when it decides whether stored code is still good,
    so a kernel may call only kernels of the file that it stands in.
    """
    try:
        return cast(F, numba.njit(cache=True)(function))
    except RuntimeError:  # neither the installation nor a user's cache folder can be written to
        return cast(F, numba.njit(function))
