"""What must hold before anything is started; each check raises a Fault that says what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from bothways.run.faults import Fault, first_line

GIB = 1024**3


def free_bytes(path: Path) -> int:
    """Free space for an ordinary user on the disk that holds `path`, or will hold it."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def require_space(path: Path, *, needed: int = GIB, measure: Callable[[Path], int] = free_bytes) -> None:
    """Refuse to start on a disk that is almost full: PostgreSQL stops half-way through when it fills."""
    free = measure(path)
    if free < needed:
        raise Fault(
            f"The disk that holds {path} is nearly full: {free // 1024**2} MiB free, "
            f"{needed // 1024**2} MiB needed. Free some space, or set BOTHWAYS_VAR to another disk."
        )


def port_number(text: str) -> int:
    """A port from the command line; 0 means any free one."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise Fault(f"'{text}' is no port: give a number from 1 to 65535, as in --port 8001.")
    return int(text)


def take_port(port: int, *, address: str = "127.0.0.1") -> socket.socket:
    """A socket on the port, held until the web server takes it over: nobody can slip in between."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((address, port))
        # Binding alone succeeds beside another bound socket; listening is what only one may do.
        held.listen(128)
    except PermissionError:
        held.close()
        raise Fault(
            f"Port {port} is kept for the system. Choose one above 1023, as in './dev run --port 8000'."
        ) from None
    except OSError:
        held.close()
        other = port + 1 if port < 65535 else 8000
        raise Fault(
            f"Port {port} is taken by another program (or by a Bothways that is still running). "
            f"Stop it, or choose another port: './dev run --port {other}'."
        ) from None
    return held


def require_database(url: str, *, name: str) -> None:
    """The server behind `url` must let us in within five seconds."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except (psycopg.Error, ValueError) as error:
        raise Fault(
            f"The database of {name} does not answer: {first_line(error)}. Start it, correct {name}, "
            "or unset it to use the embedded server."
        ) from error
