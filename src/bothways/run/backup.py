"""`bothways backup DIR`: the data and the keys, as two backups with two lives.

`DIR/data/TIME/` and `DIR/keys/TIME/` each hold a dump and a manifest. A backup is made under another name and
renamed when all of it is on the disk. `DIR/departures` is the newest list of those who left, `DIR/published`
holds every published figure that there ever was.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bothways.core.clock.api import now, today
from bothways.run import checks, embedded, manifest
from bothways.run.faults import Fault
from bothways.run.keyfiles import settle
from bothways.run.manifest import DUMP, Manifest
from bothways.run.owner import as_owner
from bothways.run.tools import environment, tools_for

NAME = "%Y-%m-%dT%H%M%SZ"
# Sessions, what limits and queues hold for a moment, and codes: nothing that should come back from the past.
LEFT_OUT = (
    "account_emailconfirmation",
    "cache",
    "core_inside",
    "django_session",
    "enrol_codetries",
    "match_part",
    "people_device",
    "people_sentcode",
    "people_signedinbrowser",
    "report_attempt",
    "people_tally",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)


def backup(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    target = Path(options.folder).expanduser().absolute()
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    checks.require_space(target)
    urls = dict(zip(manifest.PARTS, embedded.database_urls(), strict=True))
    as_owner()
    with _alone_in(target):
        name = now().strftime(NAME)
        # The data first: a key that is destroyed in between is not missed, because its rows are erased again.
        for part in manifest.PARTS:
            if options.only in ("", part):
                _make(target / part, name, part, urls[part])
                print(f"{target / part / name} is made.")
        _departures(target)
        _published(target)
        _forget_old_keys(target / "keys", options.keys_days)
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bothways backup", description="Back up the data and the keys.")
    parser.add_argument("folder", metavar="DIR", help="where the backups lie")
    parser.add_argument("--only", choices=manifest.PARTS, default="", help="one of the two, not both")
    parser.add_argument(
        "--keys-days",
        type=int,
        default=7,
        help="backups of the keys that are older than this are deleted (7): whoever left since is in them",
    )
    return parser.parse_args(arguments)


@contextmanager
def _alone_in(target: Path) -> Iterator[None]:
    handle = os.open(target / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Fault(f"Another backup to {target} is being made. Wait for it and try again.") from None
    finally:
        os.close(handle)


def _make(folder: Path, name: str, part: str, url: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(".*.new"):  # by a backup that was killed
        shutil.rmtree(left)
    draft, final = folder / f".{name}.new", folder / name
    if final.exists():
        raise Fault(f"{final} is there already. Wait a second and try again.")
    draft.mkdir(mode=0o700)
    tools = tools_for(url)
    about = _about(part, url)
    _dump(tools.command("pg_dump", url, *_what(part, draft / DUMP)), url)
    _settle_file(draft / DUMP)
    manifest.write(draft, Manifest(**about, sha256=manifest.digest(draft / DUMP)))
    draft.rename(final)
    settle(folder)


def _what(part: str, file: Path) -> list[str]:
    left_out = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT] if part == "data" else []
    return ["--format=custom", "--no-owner", f"--file={file}", *left_out]


def _dump(command: list[str], url: str) -> None:
    done = subprocess.run(
        command, env=environment(url), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Fault(f"The backup failed: {last_line(done.stderr)}. Nothing half-made is left in its place.")


def last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["it said nothing"])[0].rstrip(".")[:300]


def _settle_file(path: Path) -> None:
    path.chmod(0o600)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _about(part: str, url: str) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    from bothways.core.registry.api import is_demo
    from bothways.run.keyfiles import mark_of_bytes

    connection = connections["keys" if part == "keys" else "default"]
    applied = MigrationRecorder(connection).applied_migrations()
    if not applied:
        raise Fault(f"There is nothing to back up: the database of the {part} has no tables yet.")
    return {
        "holds": part,
        "version": manifest.program_version(),
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "made_at": now().isoformat(timespec="seconds"),
        "demo": is_demo(),
        "postgresql": connection.pg_version // 10_000,  # type: ignore[attr-defined]
        "master": mark_of_bytes(settings.MASTER_KEY) if part == "keys" else "",
    }


def _departures(target: Path) -> None:
    """The one thing here that must be new and not old, so it has no time in its name."""
    from bothways.core.departures import api, ledger

    ledger.add(target / "departures", api.known(), day=today())


def _published(target: Path) -> None:
    """What is out stays out, whichever backup is put back."""
    from django.conf import settings

    add_missing(Path(settings.PUBLISHED), target / "published")


def add_missing(source: Path, target: Path) -> None:
    """Copy the published figures that are not in `target` yet; those that are there stay."""
    for one in sorted(source.glob("*/*.json")):
        copy = target / one.parent.name / one.name
        if not copy.exists():
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = copy.with_name(f".{copy.name}.new")
            shutil.copyfile(one, draft)
            _settle_file(draft)
            draft.rename(copy)


def _forget_old_keys(folder: Path, days: int) -> None:
    """All but the newest, when older than so many days."""
    for one in list(manifest.whole(folder))[:-1]:
        if manifest.read(one).made < now() - timedelta(days=days):
            gone = one.with_name(f".{one.name}.new")
            one.rename(gone)
            shutil.rmtree(gone)
            print(f"{one} is deleted: it was older than {days} days.")
