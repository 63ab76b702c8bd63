"""Whose account the embedded server runs under. PostgreSQL refuses root, so root gives it one of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bothways.run.faults import Fault

NAME = "bothways-db"


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    @property
    def ours(self) -> bool:
        return self.uid == os.geteuid()

    def popen(self) -> dict[str, Any]:
        """What `subprocess` needs to run something as this account."""
        return {} if self.ours else {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(data: Path) -> Account:
    """The owner of the data when there is data, else ourselves, else (as root) an account made for it."""
    if data.exists():
        owner = data.stat()
        if owner.st_uid != 0 and os.geteuid() in (0, owner.st_uid):
            return Account(owner.st_uid, owner.st_gid)
        if owner.st_uid != os.geteuid():
            raise Fault(
                f"{data} belongs to another user ({_name(owner.st_uid)}). Run as that user, "
                "or set BOTHWAYS_VAR to a folder of your own."
            )
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    return _system_account()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _system_account() -> Account:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        if shutil.which("useradd") is None:
            raise Fault(
                f"PostgreSQL does not run as root, and there is no 'useradd' to make the account {NAME}. "
                "Install the package passwd, run as an ordinary user, or set DATABASE_URL."
            ) from None
        made = subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode not in (0, 9):  # 9: somebody made it in the meantime
            raise Fault(f"The account {NAME} could not be made: {made.stderr.strip()}") from None
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def let_through(account: Account, folder: Path) -> None:
    """Let the account pass through the folders above: pass, not list, and only where it could not."""
    if account.ours:
        return
    for above in folder.resolve().parents:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            print(
                f"Letting the account {_name(account.uid)} pass through {above} (chmod o+x).", file=sys.stderr
            )
            above.chmod(mode | stat.S_IXOTH)


def let_run(account: Account, programs: Path) -> None:
    """Let the account read and run the server's programs, also when a strict umask kept others out."""
    if account.ours:
        return
    let_through(account, programs)
    if _runs(account, programs):
        return
    # The wheel keeps the libraries that it brings in a folder beside its package.
    libraries = programs.parent.with_name(f"{programs.parent.name}.libs")
    for path in [programs, *programs.rglob("*"), libraries, *libraries.rglob("*")]:
        if path.exists() and not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _runs(account: Account, programs: Path) -> bool:
    try:
        done = subprocess.run(
            [programs / "bin" / "postgres", "--version"], capture_output=True, check=False, **account.popen()
        )
    except PermissionError:
        return False
    # What initdb reads tells whether the rest was installed strictly too.
    readable = (programs / "share" / "postgresql").stat().st_mode & stat.S_IROTH
    return done.returncode == 0 and bool(readable)
