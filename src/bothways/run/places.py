"""Where this installation keeps what it writes."""

from __future__ import annotations

import os
from pathlib import Path

from bothways.run.faults import Fault


def root() -> Path:
    """The folder that holds `src/`, when the program runs from a checkout."""
    return Path(__file__).resolve().parents[3]


def var() -> Path:
    """`BOTHWAYS_VAR`, else `var/` in the checkout. Not made here: asking must not write."""
    given = os.environ.get("BOTHWAYS_VAR")
    return Path(given).expanduser().absolute() if given else root() / "var"


def make_var() -> Path:
    """The folder, made if absent. Others may pass through (the database's own user must) but not list it."""
    folder = var()
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Fault(
            f"{folder} is in the way: a file has the name of a folder. Move it, or set BOTHWAYS_VAR."
        ) from None
    return folder


def log_file(name: str, *, keep_bytes: int = 10_000_000) -> Path:
    """`var/log/<name>.log`; a log that has grown long is set aside once, so that logs stay bounded."""
    folder = make_var() / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists() and path.stat().st_size > keep_bytes:
        path.replace(path.with_suffix(".log.1"))
    return path
