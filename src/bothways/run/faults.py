"""A fault of the machine or the set-up, told in one sentence instead of a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator

_FOREIGN = (
    "No permission for {path}. Run as the user that owns it, or set BOTHWAYS_VAR to a folder of your own."
)
_BY_ERRNO = {
    errno.ENOSPC: "The disk is full. Free some space (1 GiB is enough to go on) and try again.",
    errno.EDQUOT: "The disk quota of this account is used up. Free some space and try again.",
    errno.EROFS: "{path} is on a read-only disk. Set BOTHWAYS_VAR to a folder that can be written.",
    errno.EACCES: _FOREIGN,
    errno.EPERM: _FOREIGN,
    errno.EADDRINUSE: "The port is taken by another program. Choose another with --port.",
    errno.EMFILE: "Too many files are open. Raise the limit with 'ulimit -n 4096' and try again.",
}


# Django's commands raise these for the person at the keyboard, with a sentence of their own.
_TOLD_BY_DJANGO = {"CommandError", "ImproperlyConfigured"}


class Fault(Exception):
    """What went wrong and what to do, in a sentence for the person at the keyboard."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _of_database(error: BaseException) -> str | None:
    """Judged by name and SQLSTATE: importing psycopg only to name a fault would slow every command."""
    # Django wraps the driver's error; only the one inside knows the SQLSTATE.
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    # A fault that comes from another process has left its SQLSTATE there.
    if state == "53100" or ("DatabaseError" in _kinds(error) and "No space left on device" in str(error)):
        return "The disk of the database is full. Free some space and try again."
    if state == "53300":
        return "The database has no connection left. Stop what else uses it, or raise its max_connections."
    if state == "42P01":
        return (
            f"The tables of the database are missing or older than the program ({first_line(error)}). "
            "'./dev run' makes them; on a server of your own, 'bothways migrate' for each database does."
        )
    if state == "42501" and first_line(error).startswith(("permission denied", "must be owner")):
        return f"The database role may not do this ({first_line(error)}). Grant it, or use another role."
    # No state: never connected. 08 connection lost, 28 refused, 3D no such database, 57P shutting down.
    if "OperationalError" in _kinds(error) and (state is None or state.startswith(("08", "28", "3D", "57P"))):
        return (
            f"The database does not answer: {first_line(error)}. Check that it runs and that DATABASE_URL "
            "and KEYS_DATABASE_URL are right, or unset both to use the embedded server."
        )
    return None


def _kinds(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__


def sentence_for(error: BaseException) -> str | None:
    """The sentence for `error`, or None when it is no fault of the machine but a mistake in the program."""
    for cause in _causes(error):
        if isinstance(cause, Fault):
            return str(cause)
        if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
            return _BY_ERRNO[cause.errno].format(path=cause.filename or "a file that is needed")
        if _kinds(cause) & _TOLD_BY_DJANGO:
            return str(cause)
        told = _of_database(cause)
        if told is not None:
            return told
    return None


def debugging() -> bool:
    return os.environ.get("BOTHWAYS_DEBUG") == "1"


def guarded(work: Callable[[], int]) -> int:
    """Run `work`; a fault of the machine becomes a sentence on stderr and exit code 1, Ctrl-C becomes 130.

    A mistake in the program keeps its traceback: hiding it would only make it harder to report.
    """
    try:
        return work()
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        if debugging():
            traceback.print_exc()
        print(sentence, file=sys.stderr)
        return 1
