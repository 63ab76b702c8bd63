"""PostgreSQL's own programs for copying a database, and how they are called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bothways.run import embedded
from bothways.run.faults import Fault

NAMES = ("pg_dump", "pg_restore", "psql")


@dataclass(frozen=True, slots=True)
class Tools:
    """One folder with all three, of one version that is new enough for the server."""

    folder: Path

    def command(self, name: str, url: str, *more: str) -> list[str]:
        return [str(self.folder / name), *more, f"--dbname={_without_password(url)}"]


def tools_for(url: str) -> Tools:
    """Those on the PATH, else those of the embedded server, whichever are as new as the server."""
    server = _server_version(url)
    folders = [embedded.programs() / "bin"]
    on_path = shutil.which("pg_dump")
    # The embedded server's own are always right for it.
    if on_path and os.environ.get("DATABASE_URL"):
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in folders:
        if _version(folder) >= server:
            return Tools(folder)
    raise Fault(
        f"The server is PostgreSQL {server}, and there are no pg_dump, pg_restore and psql as new as that. "
        f"Install the package postgresql-client-{server}, or what your system calls it, and try again."
    )


def environment(url: str) -> dict[str, str]:
    """No setting of the caller redirects the programs, and the password is on no command line."""
    from psycopg.conninfo import conninfo_to_dict

    password = conninfo_to_dict(url).get("password")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "BOTHWAYS_"))}
    return {**plain, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}


def _without_password(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = conninfo_to_dict(url)
    parts.pop("password", None)
    return make_conninfo("", **parts)


def _server_version(url: str) -> int:
    import psycopg

    with psycopg.connect(url, connect_timeout=5) as connection:
        return connection.info.server_version // 10_000


def _version(folder: Path) -> int:
    """The lowest version of the three, 0 when one is missing."""
    found = []
    for name in NAMES:
        try:
            said = subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=False)
        except OSError:
            return 0
        number = re.search(r"(\d+)", said.stdout)
        found.append(int(number.group(1)) if number else 0)
    return min(found)
