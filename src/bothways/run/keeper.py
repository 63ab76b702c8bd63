"""Keeps one PostgreSQL server running for as long as somebody uses it, then stops it.

Every process that uses the server holds a shared lock on one file. The keeper asks for the exclusive
lock and gets it when the last of them is gone, however it went: the kernel drops locks even after
`kill -9`, where a list of process ids would go stale. Run as a script that needs only the standard
library, so that it starts in milliseconds: `keeper.py LOCK SOCKETS UID GID POSTGRES ARGUMENT...`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PATIENCE = 60


class _Leave(Exception):
    """The server is gone, or the machine is going down: nothing left to wait for."""


def _leave(*_: Any) -> None:
    raise _Leave


def _die_with_keeper() -> None:
    # A fast shutdown if the keeper is killed. Set after the change of user, which would clear it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _stop(server: subprocess.Popen[bytes]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for step in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(step)
        try:
            server.wait(PATIENCE)
            return
        except subprocess.TimeoutExpired:
            continue


def main(lock: str, sockets: str, uid: str, gid: str, *command: str) -> int:
    if os.fork():
        # The starter waits for this one only, and is left without a child to look after.
        os._exit(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGCHLD, _leave)
    other = {"user": int(uid), "group": int(gid), "extra_groups": []} if int(uid) != os.geteuid() else {}
    handle = os.open(lock, os.O_RDONLY)
    server = subprocess.Popen(  # type: ignore[call-overload]
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        umask=0o077,
        preexec_fn=_die_with_keeper,
        **other,
    )
    with contextlib.suppress(_Leave):
        fcntl.flock(handle, fcntl.LOCK_EX)
    # Still under the exclusive lock, if we have it: whoever comes now waits, and then starts a new server.
    _stop(server)
    # A folder made for the socket alone is empty now; the data folder, where it mostly lies, is not.
    with contextlib.suppress(OSError):
        os.rmdir(sockets)  # noqa: PTH106 - pathlib would double the time to start
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
