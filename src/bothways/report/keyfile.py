"""A lead's private key in a file, under a passphrase: Argon2id makes the key of a secretbox.

Knows no Django and no database.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from nacl import pwhash, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import SecretBox

FORM = "bothways report key 1"
SHORTEST = 12
# A file that asks for more than this was not written here.
MOST_MEMORY, MOST_WORK = pwhash.argon2id.MEMLIMIT_SENSITIVE, pwhash.argon2id.OPSLIMIT_SENSITIVE


class NotAKeyFile(ValueError):
    """The file is no key file, or is damaged."""


class WrongPassphrase(ValueError):
    """The passphrase does not open the file."""


def write(path: Path, private_key: PrivateKey, passphrase: str) -> None:
    """Write a new key file that only its owner may read. Raises FileExistsError rather than replace one."""
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    work, memory = pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE
    box = _box(passphrase, salt, work, memory).encrypt(bytes(private_key))
    whole = {
        "form": FORM,
        "salt": base64.b64encode(salt).decode(),
        "work": work,
        "memory": memory,
        "box": base64.b64encode(bytes(box)).decode(),
    }
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(whole, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path, passphrase: str) -> PrivateKey:
    """The private key. Raises NotAKeyFile, WrongPassphrase, OSError."""
    salt, box, work, memory = _parts(path)
    try:
        return PrivateKey(_box(passphrase, salt, work, memory).decrypt(box))
    except CryptoError as error:
        raise WrongPassphrase("the passphrase does not open this file") from error


def _parts(path: Path) -> tuple[bytes, bytes, int, int]:
    try:
        whole = json.loads(path.read_bytes())
        if whole["form"] != FORM:
            raise NotAKeyFile("this is not a key file")
        salt, box = base64.b64decode(whole["salt"]), base64.b64decode(whole["box"])
        work, memory = int(whole["work"]), int(whole["memory"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotAKeyFile("this is not a key file") from error
    sound = len(salt) == pwhash.argon2id.SALTBYTES and len(box) == SecretBox.NONCE_SIZE + 16 + 32
    if not sound or not 1 <= work <= MOST_WORK or not 8192 <= memory <= MOST_MEMORY:
        raise NotAKeyFile("this key file is damaged")
    return salt, box, work, memory


def _box(passphrase: str, salt: bytes, work: int, memory: int) -> SecretBox:
    key = pwhash.argon2id.kdf(SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=work, memlimit=memory)
    return SecretBox(key)
