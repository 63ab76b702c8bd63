"""`bothways backup` and `restore`, with PostgreSQL's own programs on the databases of the tests."""

from __future__ import annotations

import base64
import builtins
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from nacl.exceptions import CryptoError
from tests.cast import someone

from bothways.core.identity.models import Entry
from bothways.core.texts import api as texts
from bothways.people.models import Person
from bothways.run import backup, databases, embedded, manifest, restore, tools
from bothways.run.faults import Fault
from bothways.run.tests.tools import environment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amina(urls):
    return someone("Amina")


@pytest.fixture
def kept(amina, tmp_path: Path, settings) -> Path:
    settings.PUBLISHED = tmp_path / "published"  # apart from figures that other tests published
    assert backup.backup([str(tmp_path / "kept")]) == 0
    return tmp_path / "kept"


def whole(folder: Path) -> list[Path]:
    return list(manifest.whole(folder))


def changed(folder: Path, **fields) -> None:
    path = whole(folder)[0] / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_two_backups_with_nothing_of_the_moment_in_them(kept: Path) -> None:
    (data,), (keys,) = whole(kept / "data"), whole(kept / "keys")
    assert {path.name for path in kept.iterdir()} == {".lock", "data", "keys"}
    for folder in (data, keys):
        assert {path.name for path in folder.iterdir()} == {"dump", "manifest.json"}
        assert folder.stat().st_mode & 0o077 == 0 and (folder / "dump").stat().st_mode & 0o077 == 0
    about = json.loads((keys / "manifest.json").read_text())
    assert about["holds"] == "keys" and about["demo"] is False
    assert not re.search(r"amina|example|[0-9a-f]{8}-[0-9a-f]{4}-", (data / "manifest.json").read_text())
    assert b"Amina" not in (data / "dump").read_bytes() and b"amina@" not in (data / "dump").read_bytes()
    program = embedded.programs() / "bin" / "pg_restore"
    held = subprocess.run([program, "--list", data / "dump"], capture_output=True, text=True, check=True)
    filled = set(re.findall(r"TABLE DATA public (\w+)", held.stdout))
    momentary = re.compile(r"session|cache|procrastinate|code|confirmation|people_device|letter")
    assert "core_text" in filled and "keys_personkey" not in filled
    assert not {name for name in filled if momentary.search(name)}
    # What is left out by name is there: a table under a new name would come in again.
    assert set(re.findall(r"TABLE public (\w+)", held.stdout)) - filled == set(backup.LEFT_OUT)


def test_people_are_not_replaced_without_being_told_so_by_name(kept: Path, monkeypatch) -> None:
    with pytest.raises(Fault, match="say --replace"):
        restore.restore([str(kept)])
    for typed in ("something", "", EOFError):

        def answer(asked, typed=typed):
            if typed is EOFError:
                raise EOFError
            return typed

        monkeypatch.setattr(builtins, "input", answer)
        with pytest.raises(Fault, match="not its name"):
            restore.restore([str(kept), "--replace"])
    assert Person.objects.count() == 1


def test_what_is_not_there_is_told(kept: Path, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="no backup of the data"):
        restore.restore([str(tmp_path)])
    with pytest.raises(Fault, match=r"There are: 20"):
        restore.restore([str(kept), "--at=2001-01-01T000000Z"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"migrations": ["core.9999_later"]}, "newer version"),
        ({"demo": True}, "BOTHWAYS_DEMO=1"),
        ({"holds": "keys"}, "holds the keys"),
        ({"sha256": "0" * 64}, "spoiled"),
        ({"format": 2}, "another version"),
        ({"master": "0" * 16}, "another master key"),
        ({"surprise": 1}, "no whole backup"),
    ],
)
def test_a_backup_that_does_not_fit_is_refused(kept: Path, change: dict, sentence: str) -> None:
    changed(kept / "data", **change)
    with pytest.raises(Fault, match=sentence):
        restore.restore([str(kept), "--only=data", "--replace"])
    assert Person.objects.count() == 1


@pytest.mark.parametrize("demo", [True, False])
def test_neither_demo_nor_real_becomes_the_other_by_a_setting(amina, tmp_path, settings, demo: bool) -> None:
    call_command("installation")
    backup.backup([str(tmp_path)])
    changed(tmp_path / "data", demo=demo)
    settings.DEMO = not demo
    with pytest.raises(Fault, match=f"BOTHWAYS_DEMO={int(demo)}"):
        restore.restore([str(tmp_path), "--only=data", "--replace"])
    settings.DEMO = demo
    if demo:
        with pytest.raises(Fault, match="is for real people"):
            restore.restore([str(tmp_path), "--only=data", "--replace"])


def test_a_database_in_use_is_not_replaced(kept: Path, urls) -> None:
    with psycopg.connect(urls[1]), pytest.raises(Fault, match="in use by 1"):
        restore.restore([str(kept), "--replace"])
    assert Person.objects.count() == 1


def test_back_to_what_was_and_nobody_is_signed_in(kept: Path, amina) -> None:
    someone("Bo")
    assert Person.objects.count() == 2
    assert restore.restore([str(kept), "--replace"]) == 0
    assert Person.objects.get() == amina.person
    assert texts.read_for_delivery(amina.id, "name") == "Amina"
    assert not Entry.objects.filter(ended_at=None).exists() and Entry.objects.exists()


PUT_BACK = """
import subprocess, sys, time
from pathlib import Path
from bothways.run import manifest, restore
folder = next(manifest.whole(Path(sys.argv[1]) / "data"))
if sys.argv[3] == "wait":
    # All of it is with the database by then, except the word that makes it stand.
    subprocess.Popen.wait = lambda self, timeout=None: print(1, flush=True) or time.sleep(60)
else:
    restore.SIGN_OUT = sys.argv[3]
restore._put_back(restore.Chosen("data", folder, manifest.read(folder), sys.argv[2]))
"""


def put_back(kept: Path, url: str, last: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PUT_BACK, str(kept), url, last]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment(), text=True, **pipes)


def test_a_restore_that_is_killed_or_fails_changes_nothing(kept: Path, urls) -> None:
    someone("Bo")
    connections.close_all()
    process = put_back(kept, urls[0], "wait")
    assert process.stdout.readline(), process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    databases.require_alone(urls[0])
    assert Person.objects.count() == 2
    connections.close_all()
    failing = put_back(kept, urls[0], "SELECT no_such_function();")
    assert "no_such_function" in failing.communicate()[1]
    assert Person.objects.count() == 2


def test_a_backup_that_was_killed_is_none_and_the_next_clears_it_away(kept: Path, monkeypatch) -> None:
    draft = kept / "data" / ".2030-01-01T000000Z.new"
    draft.mkdir()
    (draft / "dump").write_text("half")
    assert len(whole(kept / "data")) == 1
    monkeypatch.setattr(backup, "NAME", f"{backup.NAME}-2")
    backup.backup([str(kept), "--only=data"])
    assert not draft.exists() and len(whole(kept / "data")) == 2


def test_old_backups_of_the_keys_are_deleted_and_those_of_the_data_stay(kept: Path, monkeypatch) -> None:
    for part in ("data", "keys"):
        changed(kept / part, made_at="2001-01-01T00:00:00+00:00")
    (old,) = whole(kept / "keys")
    monkeypatch.setattr(backup, "NAME", f"{backup.NAME}-2")
    backup.backup([str(kept)])
    assert old not in whole(kept / "keys") and len(whole(kept / "keys")) == 1
    assert len(whole(kept / "data")) == 2


def test_two_backups_to_one_place_at_once_are_refused(kept: Path) -> None:
    with backup._alone_in(kept), pytest.raises(Fault, match="being made"):
        backup.backup([str(kept)])


def test_a_new_master_key_and_new_keys_of_people(amina, urls, tmp_path: Path, settings) -> None:
    """The commands themselves, with a master key in a file."""
    var, before = tmp_path / "installation", os.environ["BOTHWAYS_MASTER_KEY"]
    var.mkdir()
    (var / "master.key").write_text(before)

    def bothways(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        connections.close_all()
        given = environment(var, DATABASE_URL=urls[0], KEYS_DATABASE_URL=urls[1], **more)
        command = [sys.executable, "-m", "bothways.cli", *arguments]
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60)

    refused = bothways("rotate-master-key", BOTHWAYS_MASTER_KEY=before)
    assert "BOTHWAYS_MASTER_KEY_OLD must be too" in refused.stderr and refused.returncode == 1
    done = bothways("rotate-master-key")
    assert "1 keys are wrapped anew" in done.stdout, done.stderr
    assert (var / "master.key").read_text() != before and not (var / "master.key.old").exists()
    again = bothways("reseal-texts")
    assert "The texts of 1 people" in again.stdout, again.stderr
    with pytest.raises(CryptoError):
        texts.read_for_delivery(amina.id, "name")
    settings.MASTER_KEY = base64.b64decode((var / "master.key").read_text())
    assert texts.read_for_delivery(amina.id, "name") == "Amina"


def test_the_programs_must_be_as_new_as_the_server(monkeypatch) -> None:
    monkeypatch.setattr(tools, "_server_version", lambda url: 99)
    with pytest.raises(Fault, match="postgresql-client-99"):
        tools.tools_for("postgresql:///")


def test_no_password_is_on_a_command_line() -> None:
    url = "postgresql://role:s3cret@db.example:5433/name?sslmode=require"
    command = tools.Tools(Path("/bin")).command("pg_dump", url, "--format=custom")
    assert "s3cret" not in " ".join(command) and "sslmode=require" in command[-1]
    assert tools.environment(url)["PGPASSWORD"] == "s3cret"


def test_published_figures_are_copied_once_and_never_over_each_other(tmp_path) -> None:
    from bothways.run.backup import add_missing

    here, there = tmp_path / "here", tmp_path / "there"
    for name, words in (("2026-quarter-01", "first"), ("2026-quarter-02", "second")):
        (here / "programme").mkdir(parents=True, exist_ok=True)
        (here / "programme" / f"{name}.json").write_text(words)
    add_missing(here, there)
    (here / "programme" / "2026-quarter-01.json").write_text("other")
    (there / "programme" / "2026-quarter-02.json").unlink()
    add_missing(here, there)
    held = {one.name: one.read_text() for one in there.glob("*/*")}
    assert held == {"2026-quarter-01.json": "first", "2026-quarter-02.json": "second"}
    add_missing(tmp_path / "nowhere", there)
