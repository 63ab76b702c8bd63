"""`./dev` itself, run for real in a copy that has nothing but the script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bothways.run.tests.tools import ROOT, environment, told

VERBS = ["help", "run", "setup", "test", "demo", "bench", "attack", "lock", "messages", "python", "bothways"]
# The few programs that `./dev` may call before it has made anything.
PROGRAMS = ("bash", "cat", "cut", "df", "dirname", "env", "grep", "mkdir", "read", "rm", "sed", "tail", "tr")


@pytest.fixture
def copy(var: Path) -> Path:
    """A checkout in which another user may try things."""
    folder = var.parent / "checkout"
    folder.mkdir()
    for name in ("dev", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        shutil.copy(ROOT / name, folder)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    return folder


@pytest.fixture
def programs(var: Path) -> Path:
    """A PATH with hardly anything on it: no sudo, and a dpkg that knows of no package."""
    folder = var.parent / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    fake(folder, "dpkg-query", "exit 1")
    return folder


def fake(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def dev(folder: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    # Tests that run in the background have been told to ignore Ctrl-C, and what they start would too.
    command = [shutil.which("env") or "env", "--default-signal=INT"]
    command += [shutil.which("bash") or "bash", str(folder / "dev"), *arguments]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv") or "setpriv"
        command = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    more = {"PATH": str(path)} if path else {}
    return subprocess.run(
        command, env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def test_help_explains_every_verb() -> None:
    script = (ROOT / "dev").read_text()
    known = re.search(r'case "\$verb" in(.*)esac', script, re.DOTALL)
    assert known
    for verb in VERBS:
        assert re.search(rf"^\s*(.* \| )?{verb}\b.*\)", known[1], re.MULTILINE), f"{verb} is not carried out"
    helped = subprocess.run([ROOT / "dev"], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  \./dev (\w+)", helped, re.MULTILINE) == VERBS


def test_the_reference_documents_every_verb_and_no_other() -> None:
    reference = (ROOT / "docs" / "reference" / "dev.md").read_text()
    assert sorted(re.findall(r"^### `\./dev (\w+)", reference, re.MULTILINE)) == sorted(VERBS)


def test_the_reference_documents_every_setting_that_help_names() -> None:
    reference = (ROOT / "docs" / "reference" / "dev.md").read_text()
    helped = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    for name in re.findall(r"^([A-Z_]{2,})", helped, re.MULTILINE):
        assert f"| `{name}` |" in reference


def test_an_unknown_verb_is_told(copy: Path) -> None:
    assert "'./dev frobnicate' is not known" in told(dev(copy, "frobnicate"))


def test_without_sudo_the_missing_packages_are_named(copy: Path, programs: Path) -> None:
    said = told(dev(copy, "run", path=programs))
    assert "there is no sudo" in said
    assert "ask an administrator to run: apt-get install libpango-1.0-0 " in said
    assert len(said.strip().splitlines()) == 1


def test_a_sudo_that_wants_a_password_from_nobody_is_told(copy: Path, programs: Path) -> None:
    fake(programs, "sudo", "exit 1")
    said = told(dev(copy, "setup", "--dev", path=programs))
    assert "sudo asks for a password" in said
    assert "gettext" in said


def test_a_package_server_that_does_not_answer_is_told(copy: Path, programs: Path) -> None:
    fake(programs, "sudo", 'while [ "$1" != env ]; do [ $# -gt 0 ] || exit 0; shift; done; exec "$@"')
    fake(programs, "apt-get", "echo 'E: Temporary failure resolving the name' >&2; exit 100")
    assert "the network or the package server does not answer" in told(dev(copy, "run", path=programs))


def test_a_disk_that_fills_while_packages_are_installed_is_told(copy: Path, programs: Path) -> None:
    fake(programs, "sudo", 'while [ "$1" != env ]; do [ $# -gt 0 ] || exit 0; shift; done; exec "$@"')
    fake(programs, "apt-get", "echo 'cannot copy: No space left on device' >&2; exit 100")
    assert "the disk is full" in told(dev(copy, "run", path=programs))


def test_ctrl_c_stops_it_also_when_the_step_makes_a_failure_of_it(copy: Path, programs: Path) -> None:
    fake(programs, "sudo", 'while [ "$1" != env ]; do [ $# -gt 0 ] || exit 0; shift; done; exec "$@"')
    # Like apt-get, which catches the signal that reaches everybody, and ends with a code.
    fake(programs, "apt-get", "echo called >>.tools/calls; kill -INT $PPID; exit 100")
    assert dev(copy, "run", path=programs).returncode == 130
    assert (copy / ".tools" / "calls").read_text() == "called\n", "it went on to the next attempt"


def test_a_nearly_full_disk_is_told_before_anything_is_done(copy: Path, programs: Path) -> None:
    (programs / "df").unlink()
    fake(programs, "df", "echo head; echo '/dev/x 9000 8700 300 97% /'")
    said = told(dev(copy, "run", path=programs))
    assert "300 MiB free, 1024 MiB needed" in said
    assert not (copy / ".tools").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root; CI is root")
def test_a_really_small_disk_is_told(copy: Path) -> None:
    script = (
        f'mount -t tmpfs -o size=64m small "{copy}" && cp "{ROOT}/dev" "{copy}" && exec "{copy}/dev" setup'
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert re.search(r"nearly full: 6\d MiB free, 1024 MiB needed", told(done))


def test_an_unknown_benchmark_lists_those_there_are(copy: Path) -> None:
    (copy / "benchmarks").mkdir()
    for name in ("engine.py", "round.py", "_shared.py"):
        (copy / "benchmarks" / name).touch()
    assert "There is no benchmark 'nothing'. There are: engine, round" in told(dev(copy, "bench", "nothing"))
    assert dev(copy, "bench").stdout == "Benchmarks: engine, round\n"


def test_no_address_of_a_package_server_is_in_the_lock_files() -> None:
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert "://" not in text, path.name
        assert text.count("--hash=sha256:") >= text.count("=="), path.name


def test_ci_runs_the_gate_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().split("\n")
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert lines[-2:] == ["exec ./dev test", ""]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert os.access(ROOT / "dev", os.X_OK)
