"""The machine's faults, each met for real."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bothways.run import checks, databases
from bothways.run.faults import Fault, guarded, sentence_for
from bothways.run.tests.tools import ROOT, environment, told

DEAD = "postgresql://nobody@127.0.0.1:1/nothing"


def bothways(*arguments: str, var: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bothways.cli", *arguments],
        env=environment(var, **more),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        cwd=ROOT,
    )


def test_a_taken_port_is_told_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Fault, match=f"Port {port} is taken .* --port"):
            checks.take_port(port)


def test_a_taken_port_stops_the_whole_start_before_anything_is_started(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert f"Port {port} is taken" in told(bothways("serve-all", "--port", port, var=var))
    assert not (var / "pg").exists()


def test_a_held_port_cannot_be_taken_by_anybody_else() -> None:
    with checks.take_port(0) as held, pytest.raises(Fault, match="is taken"):
        checks.take_port(held.getsockname()[1])


@pytest.mark.parametrize("text", ["", "abc", "-1", "65536", "80 ", "８０", "1e3"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(Fault, match="is no port"):
        checks.port_number(text)


def test_a_nearly_full_disk_is_told_with_figures(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="300 MiB free, 1024 MiB needed"):
        checks.require_space(tmp_path, measure=lambda _: 300 * 1024**2)
    checks.require_space(tmp_path, measure=lambda _: checks.GIB)


def test_the_space_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    assert checks.free_bytes(tmp_path / "not" / "yet") == pytest.approx(checks.free_bytes(tmp_path), rel=0.1)


def test_a_dead_database_is_told_by_every_command(var: Path) -> None:
    for arguments in (("serve-all", "--port", "0"), ("check",), ("migrate",)):
        said = told(bothways(*arguments, var=var, DATABASE_URL=DEAD))
        assert "The database of DATABASE_URL does not answer" in said
    assert not (var / "pg").exists()


@pytest.mark.parametrize("url", ["mysql://a/b", "nonsense", "postgresql://[bad/x", "sqlite:///x"])
def test_an_address_of_no_postgresql_is_told(url: str, var: Path) -> None:
    assert "Bothways runs on PostgreSQL only" in told(bothways("check", var=var, DATABASE_URL=url))


def test_an_operational_error_becomes_a_sentence_through_djangos_wrapping() -> None:
    from django.db.utils import OperationalError

    try:
        psycopg.connect(DEAD, connect_timeout=2)
    except psycopg.Error as inner:
        outer = OperationalError(str(inner))
        outer.__cause__ = inner
    assert "The database does not answer" in (sentence_for(outer) or "")


def test_a_full_disk_of_the_database_is_told_also_when_another_process_says_it() -> None:
    from django.db.utils import OperationalError

    here = psycopg.errors.DiskFull("could not extend file")
    there = OperationalError('could not extend file "base/1/2": No space left on device')
    for error in (here, there):
        assert "The disk of the database is full" in (sentence_for(error) or "")


def test_a_database_without_tables_is_told() -> None:
    missing = psycopg.errors.UndefinedTable('relation "core_event" does not exist')
    assert "'./dev run' makes them" in (sentence_for(missing) or "")


def test_what_django_tells_people_stays_as_it_is() -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError

    assert sentence_for(CommandError("Use another database.")) == "Use another database."
    assert sentence_for(ImproperlyConfigured("Set X.")) == "Set X."


def test_a_mistake_in_the_program_keeps_its_traceback() -> None:
    assert sentence_for(ValueError("x")) is None
    locked = psycopg.errors.LockNotAvailable("could not obtain lock")
    assert sentence_for(locked) is None, "a lost race is no dead database"
    refused = psycopg.errors.InsufficientPrivilege("new row violates row-level security policy")
    assert sentence_for(refused) is None, "a policy that held is no fault of the machine"

    def work() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        guarded(work)


def test_a_write_to_a_full_disk_becomes_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        handle = os.open("/dev/full", os.O_WRONLY)
        try:
            return os.write(handle, b"x")
        finally:
            os.close(handle)

    assert guarded(work) == 1
    assert "The disk is full" in capsys.readouterr().err


def test_a_foreign_file_is_told_by_name() -> None:
    assert "/x/y" in (sentence_for(PermissionError(errno.EACCES, "no", "/x/y")) or "")


def test_the_keys_go_beside_the_data_unless_said_otherwise() -> None:
    assert databases.beside("postgresql://u:p%40@h:5/data?sslmode=require") == (
        "postgresql://u:p%40@h:5/data_keys?sslmode=require"
    )
    assert databases.beside("postgresql:///data?host=/run") == "postgresql:///data_keys?host=/run"
    assert databases.name_in("postgresql://u@h/with%20space") == "with space"
