"""`bothways serve-all`: the database, the web server and the worker, as one thing to start and to stop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from bothways.run import checks, children, embedded, keyfiles, roles, serving, unchanged
from bothways.run.children import Child
from bothways.run.faults import Fault
from bothways.run.places import log_file, make_var

ADDRESS = "127.0.0.1"
# From the start of the web server to its first answer, on a slow machine with nothing compiled yet.
PATIENCE = 90.0
TICK = 0.1


class Stopped(BaseException):
    """Somebody asked us to stop. Not an Exception: nothing on the way may swallow it."""


def _on_signal(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def _listen_for_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)


def _ignore_signals() -> None:
    # A second Ctrl-C must not cut the orderly stop short and leave the database behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bothways serve-all", description=__doc__)
    parser.add_argument(
        "--port", default="8000", help="where the pages are served on this machine (0: any free port)"
    )
    return parser.parse_args(arguments)


def serve_all(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    _listen_for_signals()
    started: list[Child] = []
    var = make_var()
    try:
        checks.require_space(var)
        held = checks.take_port(checks.port_number(options.port))
        _environment(var, held)
        # Taken before preparing: what is edited meanwhile is looked at by the next start.
        now = unchanged.fingerprint(var) if embedded.handles() else ""
        if not (now and unchanged.same_as_before(var, now) and serving.nobody_came_back()):
            _prepare(var)
        started += _children(held)
        run(started, ready=lambda: _answers(held), announce=lambda: _well(var, held, now))
        return 0
    except Fault:
        if started:
            unchanged.forget(var)
        raise
    except Stopped as stopped:
        print("\nStopping ...", flush=True)
        # Ctrl-C is how people end this: no fault. Others may want to know which signal it was.
        return 0 if stopped.args[0] in (signal.SIGINT, signal.SIGTERM) else 128 + int(stopped.args[0])
    finally:
        _ignore_signals()
        children.stop(started)
        embedded.release()


def _environment(var: Path, held: socket.socket) -> None:
    """All that the children need to know. With both URLs given, none of them starts or joins a server."""
    os.environ["BOTHWAYS_VAR"] = str(var)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    os.environ.setdefault("BOTHWAYS_SITE_URL", _address(held))
    os.environ["PYTHONUNBUFFERED"] = "1"
    keyfiles.put_into_environment()
    roles.require_owner()
    os.environ["DATABASE_URL"], os.environ["KEYS_DATABASE_URL"] = embedded.database_urls()


def _prepare(var: Path) -> None:
    """Its output is for the person who waits; when it fails it has said why."""
    print("Preparing the database ...", flush=True)
    command = [sys.executable, "-m", "bothways.run.prepare", str(var / "who.txt")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=children.dying_with_parent())
    try:
        if process.wait() != 0:
            raise Fault("Nothing was started, because preparing failed: see above.")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _children(held: socket.socket) -> list[Child]:
    python = sys.executable
    web = [python, "-m", "gunicorn", "bothways.config.wsgi:application"]
    web += ["--workers", "2", "--threads", "4", "--bind", f"fd://{held.fileno()}"]
    # Loaded once and then forked: half the time to the first page, half the memory.
    web += ["--preload"]
    # No access log: addresses of pages and feeds are personal.
    web += ["--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]
    worker = [python, "-m", "bothways.cli", "procrastinate", "worker", "--shutdown-graceful-timeout", "8"]
    owner = os.environ["DATABASE_URL"], os.environ["KEYS_DATABASE_URL"]
    held_open = embedded.handles()
    return [
        Child(
            "web server",
            web,
            log_file("web"),
            keep=(held.fileno(), *held_open),
            environment=roles.environment(roles.WEB, *owner),
        ),
        Child(
            "worker",
            worker,
            log_file("worker"),
            keep=held_open,
            environment=roles.environment(roles.WORKER, *owner),
        ),
    ]


def run(team: Sequence[Child], *, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
    """Start them, announce once `ready`, then keep them running until `Stopped`. A false start is a Fault."""
    for child in team:
        child.start()
    deadline = time.monotonic() + PATIENCE
    announced = False
    while True:
        for child in team:
            told = child.watch(time.monotonic())
            if told:
                print(told, file=sys.stderr, flush=True)
        if embedded.revive():
            print("The database stopped; it was started again.", file=sys.stderr, flush=True)
        if not announced and ready():
            announced = True
            announce()
        if not announced and time.monotonic() > deadline:
            raise Fault(f"The web server gave no answer within {PATIENCE:.0f} s. See {team[0].log}.")
        time.sleep(TICK)


def _address(held: socket.socket) -> str:
    return f"http://{ADDRESS}:{held.getsockname()[1]}"


def _answers(held: socket.socket) -> bool:
    """Whether the first page comes. The socket queues us until the web server is up: no long wait."""
    connection = HTTPConnection(ADDRESS, held.getsockname()[1], timeout=2)
    try:
        connection.request("GET", "/", headers={"Accept-Language": "en"})
        status = connection.getresponse().status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    if status >= 500:
        raise Fault(f"The first page answers with a fault ({status}). See {log_file('web')}.")
    return True


def _well(var: Path, held: socket.socket, now: str) -> None:
    if now:
        unchanged.remember(var, now)
    _announce(var, held)


def _announce(var: Path, held: socket.socket) -> None:
    print(f"\nBothways runs at {_address(held)}\n", flush=True)
    who = var / "who.txt"
    if os.environ.get("BOTHWAYS_DEMO") == "1" and who.exists():
        print(who.read_text().rstrip() + "\n", flush=True)
    print("Press Ctrl-C to stop.", flush=True)
