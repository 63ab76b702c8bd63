"""One door to numba, so that the rest of the engine stays typed."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])

# numba looks only at a function's own file when it decides whether stored code is still good. So this
# fingerprint of the whole engine goes into the name under which the code of each kernel is stored: kernels
# may then use kernels and constants of other files.
_SOURCES: Final = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
_FINGERPRINT: Final = hashlib.sha256(_SOURCES).hexdigest()[:8]


def kernel(function: F) -> F:
    """Compile `function` with numba, keeping the machine code on disk where that is possible.

    While it runs, other threads of Python run too.
    """
    function.__qualname__ += f"_{_FINGERPRINT}"
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # neither the installation nor a user's cache folder can be written to
        return cast(F, numba.njit(nogil=True)(function))


def inlined(function: F) -> F:
    """A part of kernels, copied into each of them; it may make no array, and Python never calls it.

    Without memory management it does not count references either, which costs more than the work itself
    where it is done for every person looked at.
    """
    return cast(F, numba.njit(nogil=True, forceinline=True, _nrt=False)(function))


def part(function: F) -> F:
    """A step of kernels that is called, not copied; it may make no array, and Python never calls it.

    Like `inlined` parts it counts no references, and it needs no entrance from Python: with the many columns
    of a network either would cost more than the step itself, in compiling as in running.
    """
    return cast(
        F, numba.njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(function)
    )
