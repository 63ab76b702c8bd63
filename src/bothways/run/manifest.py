"""What a backup says of itself: what it holds, of which version, from when. Nothing about people."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bothways.run.faults import Fault
from bothways.run.keyfiles import settle

FORMAT = 1
DUMP, MANIFEST = "dump", "manifest.json"
PARTS = ("data", "keys")


@dataclass(frozen=True, slots=True)
class Manifest:
    holds: str
    version: str
    migrations: list[str]
    made_at: str
    demo: bool
    postgresql: int
    sha256: str
    # Recognises the master key that the keys are wrapped by, and tells nothing of it. Empty for the data.
    master: str = ""
    format: int = FORMAT

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def write(folder: Path, manifest: Manifest) -> None:
    with (folder / MANIFEST).open("w") as file:
        file.write(json.dumps(asdict(manifest), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    settle(folder)


def read(folder: Path) -> Manifest:
    """Raises Fault for what is no backup, or one of a newer kind."""
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if content["format"] != FORMAT:
            raise Fault(f"{folder} was made by another version of Bothways. Restore it with that one.")
        return Manifest(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder} is no whole backup: its {MANIFEST} is missing or spoiled.") from error


def whole(folder: Path) -> Iterator[Path]:
    """The finished backups in a folder, oldest first: their names are times."""
    if folder.is_dir():
        found = (
            one for one in folder.iterdir() if not one.name.startswith(".") and (one / MANIFEST).exists()
        )
        yield from sorted(found)


def program_version() -> str:
    """Of the installed package, or of the checkout that the program runs from."""
    project = Path(__file__).resolve().parents[3] / "pyproject.toml"
    if project.exists():
        return str(tomllib.loads(project.read_text())["project"]["version"])
    return version("bothways")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
