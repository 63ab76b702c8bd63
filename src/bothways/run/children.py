"""The processes under the supervisor: started, watched, restarted, and never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bothways.run.faults import Fault

PR_SET_PDEATHSIG = 1
# A child that falls within this time of its very first start was never well: restarting would only repeat it.
SETTLING = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

_libc = ctypes.CDLL(None)


def dying_with_parent() -> Callable[[], None]:
    """For `preexec_fn`: the child gets SIGTERM when the supervisor goes, also by `kill -9`."""
    supervisor = os.getpid()

    def in_child() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:  # it went between the fork and here
            os._exit(1)

    return in_child


@dataclass
class Child:
    """One process that should run. `name` is what people are told, `log` receives all it says."""

    name: str
    command: Sequence[str]
    log: Path
    keep: Sequence[int] = ()
    # All of its environment; None: ours.
    environment: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)
    settled: bool = False

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                # Its own session: Ctrl-C reaches the supervisor alone, which then stops things in order.
                start_new_session=True,
                pass_fds=self.keep,
                env=self.environment,
                preexec_fn=dying_with_parent(),
            )
        self.begun = time.monotonic()
        self.due = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def watch(self, now: float) -> str | None:
        """Look once: settle it, restart it when its pause is over. What to tell people, if anything."""
        if self.running:
            if now - self.begun > SETTLING:
                self.settled, self.pause = True, FIRST_PAUSE
            return None
        if not self.settled:
            raise Fault(self.epitaph())
        if not self.due:
            self.due = now + self.pause
            told = f"The {self.name} stopped; starting it again in {self.pause:.0f} s. See {self.log}."
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
            return told
        if now >= self.due:
            self.start()
        return None

    def epitaph(self) -> str:
        lines = [
            line.strip() for line in self.log.read_text(errors="replace").splitlines()[-60:] if line.strip()
        ]
        last = f" Its last words: {lines[-1][:300]}" if lines else ""
        return f"The {self.name} stopped right after its start. See {self.log}.{last}"

    def signal(self, number: int) -> None:
        if self.running and self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def stop(children: Sequence[Child], *, patience: float = 10.0) -> None:
    """Ask all to stop at once, wait for all, and end those that do not."""
    for child in children:
        if child.running and child.process is not None:
            child.process.terminate()
    deadline = time.monotonic() + patience
    while any(child.running for child in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()
