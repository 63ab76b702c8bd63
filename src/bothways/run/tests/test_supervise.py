"""Real children: a false start, a fall, a refusal to stop, a supervisor that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from bothways.run import children, roles, supervise, unchanged
from bothways.run.children import Child
from bothways.run.faults import Fault
from bothways.run.tests.tools import ROOT, end, environment, eventually, on_teardown, processes_of


def child(tmp_path: Path, code: str) -> Child:
    return Child("worker", [sys.executable, "-u", "-c", code], tmp_path / "worker.log")


def test_a_false_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    one = child(tmp_path, "raise SystemExit('the cable is out')")
    with pytest.raises(Fault, match=r"worker stopped right after its start.*the cable is out"):
        supervise.run([one], ready=lambda: False, announce=lambda: None)


@pytest.mark.parametrize("name", ["WEB_DATABASE_URL", "WORKER_KEYS_DATABASE_URL"])
def test_roles_of_a_server_without_its_owner_are_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    roles.require_owner()
    monkeypatch.setenv(name, "postgresql://web@db.example.org/bothways")
    with pytest.raises(Fault, match=f"^{name} is set, and DATABASE_URL is not"):
        roles.require_owner()
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner@db.example.org/bothways")
    roles.require_owner()


def test_no_answer_in_time_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "PATIENCE", 0.2)
    one = child(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(Fault, match="gave no answer"):
        supervise.run([one], ready=lambda: False, announce=lambda: None)
    children.stop([one])


def test_a_child_that_falls_later_is_started_again_each_time_after_a_longer_pause(tmp_path: Path) -> None:
    one = child(tmp_path, "import time; time.sleep(60)")
    one.start()
    one.watch(one.begun + children.SETTLING + 1)
    now, pauses = time.monotonic(), []
    for _ in range(3):
        first = one.process
        assert first is not None
        first.kill()
        first.wait()
        pauses.append(one.pause)
        assert "starting it again" in (one.watch(now) or "")
        assert one.watch(now + one.pause / 4) is None
        assert not one.running, "it was started before its pause was over"
        one.watch(now + one.pause)
        assert one.running
    assert pauses == [1, 2, 4]
    children.stop([one])


def test_a_child_that_will_not_stop_is_ended(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = (
        f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    )
    one = child(tmp_path, code)
    one.start()
    assert eventually(ready.exists)
    children.stop([one], patience=0.3)
    assert one.process is not None
    assert one.process.returncode == -signal.SIGKILL


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = f"""
import pathlib, sys, time
from bothways.run.children import Child
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
one = Child("worker", sleep, pathlib.Path({str(tmp_path / "log")!r}))
one.start()
print(one.process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()

    def dead() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    assert eventually(dead)


def test_a_start_is_prepared_again_when_anything_changed(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOTHWAYS_STATIC_ROOT", raising=False)
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "PG_VERSION").write_text("18")
    (var / "static").mkdir()
    now = unchanged.fingerprint(var)
    assert not unchanged.same_as_before(var, now)
    unchanged.remember(var, now)
    assert unchanged.same_as_before(var, unchanged.fingerprint(var))

    monkeypatch.setenv("BOTHWAYS_DEMO", "another")
    assert not unchanged.same_as_before(var, unchanged.fingerprint(var)), "a setting changed"
    monkeypatch.undo()
    (var / "pg" / "PG_VERSION").unlink()
    (var / "pg" / "PG_VERSION").write_text("18")
    assert not unchanged.same_as_before(var, unchanged.fingerprint(var)), "the data was made anew"


def serve(var: Path) -> tuple[subprocess.Popen[str], str, str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bothways.cli", "serve-all", "--port", "0"],
        env=environment(var),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    on_teardown(process)
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "runs at" in line:
            return process, line.split()[-1], "".join(said)
    raise AssertionError("".join(said))


def test_the_whole_thing_starts_answers_keeps_its_data_and_stops(var: Path) -> None:
    process, address, said = serve(var)
    assert "Preparing" in said
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    assert "Stopping" in process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert not (var / "pg" / "postmaster.pid").exists(), "the database still runs"

    process, address, said = serve(var)
    assert "Preparing" not in said, "what makes the second start short is that it prepares nothing"
    end(process)
    assert eventually(lambda: not processes_of(var), seconds=15), "killed outright, it left something behind"
