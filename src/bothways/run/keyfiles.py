"""The secrets of an installation, made on first use: Django's, the key that wraps people's keys, and the one
that signs notices in browsers."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bothways.run.faults import Fault
from bothways.run.places import make_var

SECRET = "BOTHWAYS_SECRET_KEY"  # noqa: S105 - a name
MASTER = "BOTHWAYS_MASTER_KEY"
MASTER_OLD = "BOTHWAYS_MASTER_KEY_OLD"
PUSH = "BOTHWAYS_PUSH_KEY"


def _write_once(path: Path, text: str) -> bool:
    """Whether this call made the file. Written beside and linked: nobody ever reads half a key."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:
        draft.rename(path)  # a disk without hard links
    finally:
        draft.unlink(missing_ok=True)
    return True


def _replace(path: Path, text: str) -> None:
    """New content for a file that is there; nobody ever reads half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """What was renamed or removed in a folder is so on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mark_of(key: str) -> str:
    """Recognises the key and tells nothing of it: a key has 256 random bits or more."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def mark_of_bytes(key: bytes) -> str:
    """The mark of a master key, given as bytes."""
    return mark_of(base64.b64encode(key).decode())


def _kept(name: str, make: Callable[[], str], loss: str, without: str = "if the data may go") -> str:
    """The key in the file `name`, made once.

    If it went missing later, a new one would look fine and spoil what the old one was used for, so its mark
    is kept beside it and a key that does not fit is refused.
    """
    path = make_var() / name
    mark = path.with_name(f"{name}.mark")
    # Asked before the file: whoever makes both at this moment makes the mark last.
    known = mark.exists()
    if not path.exists():
        if known:
            raise Fault(
                f"{path} is missing, and without it {loss}. Put it back from your backup, "
                f"or remove {mark.name} beside it {without}."
            )
        _write_once(path, make())
    key = path.read_text().strip()
    if not mark.exists():
        _write_once(mark, mark_of(key))
    # Two marks while the key is being exchanged.
    if mark_of(key) not in mark.read_text().split():
        raise Fault(
            f"{path} is not the key that this data was written with. Put the right one back from your backup."
        )
    return key


def secret_key() -> str:
    """Django's secret; it also keys the hashes by which an address is found again."""
    return _kept("secret.key", lambda: secrets.token_urlsafe(48), "nobody's address is recognised")


def master_key() -> str:
    """The key-encryption key, 32 bytes in base64."""
    return _kept("master.key", _fresh_master, "no text can be read")


def push_key() -> str:
    """The key that signs notices in browsers, 32 bytes in base64 for addresses."""
    loss = "no device that was switched on takes a notice"
    return _kept("push.key", fresh_push_key, loss, "and let members switch their devices on again")


def fresh_push_key() -> str:
    """A new one: a private key of the curve P-256."""
    from cryptography.hazmat.primitives.asymmetric import ec

    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def replace_push_key() -> None:
    """A new key in place of the one from before, which is gone."""
    push_key()
    path, fresh = make_var() / "push.key", fresh_push_key()
    # The mark first, with both: whichever of the two a kill leaves here, it is recognised.
    _replace(path.with_name("push.key.mark"), f"{mark_of(path.read_text().strip())}\n{mark_of(fresh)}")
    _replace(path, fresh)
    _replace(path.with_name("push.key.mark"), mark_of(fresh))


def _fresh_master() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def begin_rotation() -> None:
    """A new master key; the one from before stays beside it until `end_rotation`. Begun already, it stays."""
    key = master_key()
    path = make_var() / "master.key"
    old = path.with_name("master.key.old")
    if not old.exists():
        _write_once(old, key)
        settle(path.parent)
    if old.read_text().strip() != key:
        return
    fresh = _fresh_master()
    # The mark first: whichever of the two keys a kill leaves here, it is recognised.
    _replace(path.with_name("master.key.mark"), f"{mark_of(key)}\n{mark_of(fresh)}")
    _replace(path, fresh)


def end_rotation() -> None:
    """Nothing is wrapped by the old master key any more: forget it."""
    path = make_var() / "master.key"
    _replace(path.with_name("master.key.mark"), mark_of(master_key()))
    path.with_name("master.key.old").unlink(missing_ok=True)
    settle(path.parent)


def put_into_environment() -> None:
    """Give them to Django and to every child; what the environment already says stands."""
    old = make_var() / "master.key.old"
    if not os.environ.get(MASTER) and old.exists():
        os.environ[MASTER_OLD] = old.read_text().strip()
    # Several machines must sign with one key: where the secrets come from outside, none is made here.
    in_files = not os.environ.get(SECRET)
    if in_files and PUSH not in os.environ:
        os.environ[PUSH] = push_key()
    for name, read in ((SECRET, secret_key), (MASTER, master_key)):
        if not os.environ.get(name):
            os.environ[name] = read()
