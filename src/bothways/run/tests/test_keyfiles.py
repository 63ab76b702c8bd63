from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from bothways.run import keyfiles, rotate
from bothways.run.faults import Fault
from bothways.run.tests.tools import start


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOTHWAYS_VAR", str(tmp_path))
    return tmp_path


def test_both_are_made_once_and_for_their_owner_only(var: Path) -> None:
    master, secret = keyfiles.master_key(), keyfiles.secret_key()
    assert len(base64.b64decode(master)) == 32
    assert (keyfiles.master_key(), keyfiles.secret_key()) == (master, secret)
    for name in ("master.key", "secret.key", "master.key.mark", "secret.key.mark"):
        assert (var / name).stat().st_mode & 0o777 == 0o600
    assert master not in (var / "master.key.mark").read_text()


def test_a_lost_key_is_not_replaced_in_silence(var: Path) -> None:
    keyfiles.master_key()
    (var / "master.key").unlink()
    with pytest.raises(Fault, match="is missing, and without it no text can be read"):
        keyfiles.master_key()
    keyfiles.secret_key()
    (var / "secret.key").unlink()
    with pytest.raises(Fault, match="is missing, and without it nobody's address is recognised"):
        keyfiles.secret_key()


def test_a_wrong_master_key_is_refused(var: Path) -> None:
    keyfiles.master_key()
    (var / "master.key").write_text(base64.b64encode(b"0" * 32).decode())
    with pytest.raises(Fault, match="not the key that this data was written with"):
        keyfiles.master_key()


def test_processes_that_start_together_agree(var: Path) -> None:
    code = "from bothways.run import keyfiles; print(keyfiles.master_key(), keyfiles.secret_key())"
    several = [start(code, var) for _ in range(12)]
    assert len({process.communicate(timeout=30)[0] for process in several}) == 1


def test_the_environment_comes_first(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyfiles.SECRET, "from outside")
    monkeypatch.setenv(keyfiles.MASTER, "from outside")
    keyfiles.put_into_environment()
    assert not list(var.iterdir())


def test_a_key_for_notices_in_browsers_is_made_where_the_others_are_files(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (keyfiles.SECRET, keyfiles.MASTER, keyfiles.PUSH):
        monkeypatch.delenv(name, raising=False)
    keyfiles.put_into_environment()
    made = os.environ[keyfiles.PUSH]
    assert len(base64.urlsafe_b64decode(made + "=")) == 32 and made == keyfiles.push_key()
    assert (var / "push.key").stat().st_mode & 0o777 == 0o600
    (var / "push.key").unlink()
    with pytest.raises(Fault, match="no device that was switched on takes a notice"):
        keyfiles.push_key()


def test_where_secrets_come_from_outside_no_machine_makes_its_own(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyfiles.SECRET, "from outside")
    monkeypatch.setenv(keyfiles.MASTER, "from outside")
    monkeypatch.delenv(keyfiles.PUSH, raising=False)
    keyfiles.put_into_environment()
    assert keyfiles.PUSH not in os.environ and not list(var.iterdir())


def test_a_new_key_for_notices_in_browsers(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (keyfiles.SECRET, keyfiles.PUSH):
        monkeypatch.delenv(name, raising=False)
    before = keyfiles.push_key()
    assert rotate.new_push_key([]) == 0
    after = keyfiles.push_key()
    assert after != before and after not in capsys.readouterr().out
    (var / "push.key").write_text(before)
    with pytest.raises(Fault, match="not the key"):
        keyfiles.push_key()
    monkeypatch.setenv(keyfiles.SECRET, "from outside")
    assert rotate.new_push_key([]) == 0
    printed = capsys.readouterr().out
    assert f"{keyfiles.PUSH}=" in printed and before not in printed and after not in printed
    with pytest.raises(Fault, match="takes no arguments"):
        rotate.new_push_key(["now"])


def test_a_master_key_is_exchanged_and_the_old_one_kept_until_the_end(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(keyfiles.MASTER, raising=False)
    monkeypatch.setenv(keyfiles.MASTER_OLD, "")
    before = keyfiles.master_key()
    keyfiles.begin_rotation()
    after = keyfiles.master_key()
    assert after != before
    keyfiles.begin_rotation()
    assert keyfiles.master_key() == after, "begun already"
    monkeypatch.setenv(keyfiles.MASTER, "")
    keyfiles.put_into_environment()
    assert (os.environ[keyfiles.MASTER], os.environ[keyfiles.MASTER_OLD]) == (after, before)
    keyfiles.end_rotation()
    keyfiles.end_rotation()
    assert keyfiles.master_key() == after and not (var / "master.key.old").exists()
    (var / "master.key").write_text(before)
    with pytest.raises(Fault, match="not the key"):
        keyfiles.master_key()


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_an_exchange_that_is_killed_leaves_a_key_that_is_recognised(
    var: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    class Killed(BaseException):
        pass

    before = keyfiles.master_key()
    steps, replace = iter(range(1, 9)), keyfiles._replace

    def some(path: Path, text: str) -> None:
        if next(steps) >= kept:
            raise Killed
        replace(path, text)

    with monkeypatch.context() as broken:
        broken.setattr(keyfiles, "_replace", some)
        with pytest.raises(Killed):
            keyfiles.begin_rotation()
            keyfiles.end_rotation()
    assert (keyfiles.master_key() == before) is (kept < 3)
    keyfiles.begin_rotation()
    assert keyfiles.master_key() != before and (var / "master.key.old").read_text().strip() == before
    keyfiles.end_rotation()


def test_an_old_key_in_the_environment_is_not_put_aside_for_the_one_in_a_file(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyfiles.master_key()
    monkeypatch.delenv(keyfiles.MASTER, raising=False)
    monkeypatch.setenv(keyfiles.MASTER_OLD, "another")
    with pytest.raises(Fault, match="the master key is in a file"):
        rotate.rotate_master_key([])
    assert keyfiles.master_key() == before and not (var / "master.key.old").exists()
