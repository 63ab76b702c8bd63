"""A piece of work in a process of its own, so that its peak memory is its own and it can be ended."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

MIB = 1024
EVERY = 0.02  # seconds between two looks at a process
PREPARING = 300


class Outcome(NamedTuple):
    """What a process said, or in a few words why it said nothing."""

    said: dict[str, Any] | None
    failed: str = ""


def alone(script: str, *arguments: str, ready: Path, seconds: float, mib: int) -> Outcome:
    """Run `script` with `arguments`; end it when it takes longer or holds more memory than it may.

    Its seconds count from when it makes the file `ready`; to get there it has PREPARING seconds.
    """
    ready.unlink(missing_ok=True)
    command = [sys.executable, script, *arguments]
    work = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    status = Path(f"/proc/{work.pid}/status")
    begun, prepared, why = time.monotonic(), False, ""
    while work.poll() is None and not why:
        time.sleep(EVERY)
        if not prepared and ready.exists():
            begun, prepared = time.monotonic(), True
        if time.monotonic() - begun > (seconds if prepared else PREPARING):
            why = f"more than {seconds if prepared else PREPARING:.0f} s"
        elif peak_mib(status) > mib:
            why = f"more than {mib / MIB:.0f} GiB"
    if why:
        work.kill()
    said, complaint = work.communicate()
    if why or work.returncode:
        return Outcome(None, why or (complaint.strip().splitlines() or ["ended without a word"])[-1])
    return Outcome(json.loads(said.splitlines()[-1]))


def peak_mib(status: Path = Path("/proc/self/status")) -> float:
    """The most memory a process has held so far; 0 when it has ended. (getrusage would add its parent's.)"""
    try:
        lines = status.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / MIB for line in lines if line.startswith("VmHWM")), 0.0)


def say(**words: object) -> None:
    """The last line of a process's output: what `alone` gives back."""
    print(json.dumps(words | {"mib": peak_mib()}))
