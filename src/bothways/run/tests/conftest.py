from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bothways.run.tests.tools import end_all, eventually, processes_of


@pytest.fixture
def var() -> Iterator[Path]:
    """A short path of its own: pytest's folders are closed to the database's user and long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="bw-"))
    folder.chmod(0o711)
    try:
        yield folder / "var"
        end_all()
        assert eventually(lambda: not processes_of(folder / "var")), "a server was left behind"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
