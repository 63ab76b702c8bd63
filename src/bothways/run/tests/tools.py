"""Commands run as a person would run them, each with a `var/` of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
OURS = ("DATABASE_URL", "KEYS_DATABASE_URL", "BOTHWAYS_", "DJANGO_", "PYTEST_")


def environment(var: Path | None = None, **more: str) -> dict[str, str]:
    """The caller's environment without anything of Bothways, except what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    clean["PYTHONPATH"] = str(ROOT / "src")
    if var is not None:
        clean["BOTHWAYS_VAR"] = str(var)
    return {**clean, **more}


def python(code: str, var: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own: the test run itself may be using another server."""
    return subprocess.run(
        [sys.executable, "-c", code], env=environment(var, **more), capture_output=True, text=True, timeout=60
    )


_started: list[subprocess.Popen[str]] = []


def start(code: str, var: Path) -> subprocess.Popen[str]:
    """A program that runs beside the test, at the longest until the test is over."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(var), stdout=subprocess.PIPE, text=True, cwd="/"
    )
    _started.append(process)
    return process


def on_teardown(process: subprocess.Popen[str]) -> None:
    """End it after the test if the test did not."""
    _started.append(process)


def end_all() -> None:
    while _started:
        process = _started.pop()
        if process.returncode is None:
            end(process)


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.communicate(timeout=30)


def eventually(holds: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes_of(var: Path) -> list[int]:
    """Every process whose command line names this `var/`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(var) + b"/" in command:
                found.append(int(entry.name))
    return found


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What was said on stderr: a sentence, and no traceback."""
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr, done.stderr
    assert done.stderr.strip(), "a fault was not told"
    return done.stderr
