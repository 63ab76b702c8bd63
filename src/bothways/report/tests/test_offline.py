"""The lead's two commands, run as a lead runs them: no settings, no Django, no database, no network."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from bothways.report import keyfile, keylines, sealing

PASSPHRASE = "seven geese and a yellow door"
SOURCE = Path(__file__).parents[3]
# Runs the command with the network closed, and fails when it loaded anything of the server.
ALONE = """
import socket, sys
def closed(*about, **more):
    raise AssertionError("no network")
socket.socket = socket.create_connection = closed
from bothways.cli import main
code = main(sys.argv[1:])
heavy = {"django", "psycopg", "procrastinate", "allauth", "numpy"}
loaded = {name.split(".")[0] for name in sys.modules} & heavy
assert not loaded, loaded
assert "bothways.config.settings" not in sys.modules
sys.exit(code)
"""


def run(*arguments: object, typed: str = f"{PASSPHRASE}\n") -> subprocess.CompletedProcess[str]:
    bare = {"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, arguments)],
        input=typed,
        capture_output=True,
        encoding="utf-8",
        env=bare,
        timeout=60,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lead") / "lead.key"
    done = run("report-keys", path, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr
    return path


def key_of(path: Path) -> PrivateKey:
    return keyfile.read(path, PASSPHRASE)


def test_making_keys_prints_what_the_programme_and_the_lead_need(key_file: Path) -> None:
    again = run("report-keys", key_file)
    line = keylines.line_of(key_of(key_file))
    for shown in (line.line(), line.fingerprint(), keylines.fetch_code(key_of(key_file))):
        assert shown in again.stdout
    assert keylines.parse(re.search(r"^ +([A-Z2-7-]{90,})$", again.stdout, re.MULTILINE).group(1)) == line


def test_the_key_file_is_its_owners_only_and_is_never_replaced(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    before = key_file.read_bytes()
    assert bytes(key_of(key_file)) not in before
    run("report-keys", key_file)
    assert key_file.read_bytes() == before
    with pytest.raises(FileExistsError):
        keyfile.write(key_file, PrivateKey.generate(), PASSPHRASE)


def test_a_bundle_opens_offline_in_every_script(key_file: Path, tmp_path: Path) -> None:
    public = bytes(key_of(key_file).public_key)
    stranger = bytes(PrivateKey.generate().public_key)
    reports = [
        (date(2026, 3, 1), sealing.seal("أخاف العودة إلى البيت", public)),
        (date(2026, 3, 2), sealing.seal("很担心\nsecond line\x1b[2J\u202e turned", public)),
        (date(2026, 3, 3), sealing.seal("for somebody else", stranger)),
    ]
    bundle = tmp_path / "river.bundle"
    bundle.write_bytes(sealing.bundle(reports, public))
    done = run("open-reports", bundle, key_file)
    assert done.returncode == 0, done.stderr
    assert "أخاف العودة إلى البيت" in done.stdout
    assert "很担心\nsecond line" in done.stdout
    assert "2026-03-02" in done.stdout
    assert "not sealed to this key" in done.stdout
    # What a report says cannot steer the lead's terminal.
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_older_keys_open_older_reports_in_one_go(key_file: Path, tmp_path: Path) -> None:
    older = PrivateKey.generate()
    keyfile.write(tmp_path / "older.key", older, PASSPHRASE)
    bundle = tmp_path / "older.bundle"
    report = (date(2026, 3, 1), sealing.seal("an older one", bytes(older.public_key)))
    bundle.write_bytes(sealing.bundle([report], bytes(older.public_key)))
    done = run("open-reports", bundle, key_file, tmp_path / "older.key", typed=f"{PASSPHRASE}\n" * 2)
    assert "an older one" in done.stdout


@pytest.mark.parametrize(
    "typed, says",
    [
        ("short\nshort\n", "at least 12"),
        (f"{PASSPHRASE}\nsomething else again\n", "different"),
        ("", "at least 12"),
    ],
)
def test_a_weak_or_mistyped_passphrase_makes_nothing(tmp_path: Path, typed: str, says: str) -> None:
    done = run("report-keys", tmp_path / "new.key", typed=typed)
    assert done.returncode == 1
    assert says in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_goes_wrong_is_a_sentence(key_file: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "some.bundle"
    bundle.write_bytes(sealing.bundle([], bytes(PrivateKey.generate().public_key)))
    damaged = tmp_path / "damaged.key"
    damaged.write_text(json.dumps({**json.loads(key_file.read_text()), "memory": 2**40}))
    for arguments, typed, says in [
        (("open-reports", bundle, key_file), PASSPHRASE, "does not open with this key"),
        (("open-reports", bundle, key_file), "not the passphrase", "passphrase does not open"),
        (("open-reports", bundle, bundle), PASSPHRASE, "not a key file"),
        (("open-reports", bundle, damaged), PASSPHRASE, "damaged"),
        (("open-reports", tmp_path / "none", key_file), PASSPHRASE, "There is no file"),
        (("open-reports", bundle, tmp_path / "none"), PASSPHRASE, "There is no file"),
        (
            ("report-keys", tmp_path / "none" / "lead.key"),
            f"{PASSPHRASE}\n{PASSPHRASE}",
            "There is no folder",
        ),
    ]:
        done = run(*arguments, typed=f"{typed}\n")
        assert done.returncode == 1, done.stderr
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_at_a_terminal_the_passphrase_is_not_shown(key_file: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ["PYTHONPATH"] = str(SOURCE)
        os.execv(sys.executable, [sys.executable, "-m", "bothways.cli", "report-keys", str(key_file)])
    seen = b""
    while b"Passphrase" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, f"{PASSPHRASE}\n".encode())
    try:
        while part := os.read(terminal, 1000):
            seen += part
    except OSError:
        # The terminal is gone when the program is.
        pass
    assert os.waitpid(child, 0)[1] == 0
    assert PASSPHRASE.encode() not in seen
    assert keylines.fetch_code(key_of(key_file)).encode() in seen
