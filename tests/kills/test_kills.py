"""No acknowledged write is lost, and none is there twice, whatever is killed and whenever."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bothways.run.tests.conftest import var  # noqa: F401 - a fixture
from bothways.run.tests.tools import ROOT, environment, on_teardown

KILLS = int(os.environ.get("KILLS", "200"))
# To run a found case again: SEED=... ./dev attack kills
SEED = int(os.environ.get("SEED", random.randrange(1 << 30)))


@pytest.mark.attack
def test_kills(var: Path) -> None:  # noqa: F811
    print(f"seed {SEED}, {KILLS} kills")
    path = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.killer", str(KILLS), str(SEED)],
        env=environment(var, PYTHONPATH=path, BOTHWAYS_DEMO="1", BOTHWAYS_LOG_LEVEL="CRITICAL"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    on_teardown(process)
    said, complaints = process.communicate(timeout=3600)
    assert process.returncode == 0, f"seed {SEED}: {complaints[-4000:]}"
    result = json.loads(said.strip().splitlines()[-1])
    print({key: result[key] for key in ("killed", "seconds", "slowest")}, counted(result["ledgers"]))
    assert sum(result["killed"].values()) == KILLS
    check(result["ledgers"], result["found"])


def counted(ledgers: list[dict]) -> dict[str, int]:
    """How much was acknowledged of each kind."""
    total: Counter[str] = Counter()
    for ledger in ledgers:
        for kind in ("meetings", "requests", "resolved", "left", "steps"):
            total[kind] += len(ledger[kind])
        for kind in ("lines", "messages"):
            total[kind] += sum(len(lines) for lines in ledger[kind].values())
        total["answers"] += sum(len(people) for people in ledger["answers"].values())
        total["sign-ins"] += ledger["sign_ins"]
        total["sent again"] += ledger["asked_again"]
    return dict(total)


def check(ledgers: list[dict], found: dict) -> None:
    assert found["unreadable"] == 0 and found["loose_texts"] == 0, found["loose_texts"]
    texts = {words: number for words, number in found["texts"].items() if words.startswith(MARKERS)}
    assert not {words for words, number in texts.items() if number != 1}, "written twice"
    for ledger in ledgers:
        check_words(ledger, found)
        for proposal, people in ledger["answers"].items():
            if len(people) == 2:
                assert proposal in found["made"], "two acknowledged yeses and no pair"
        for person in ledger["left"]:
            assert person not in found["people"] and person not in found["keys"]
            assert person in found["tombstones"] and person in found["departed"]
    assert found["numbers"] and found["still_here"] == []
    assert set(found["pairs_per_proposal"].values()) == {1}, "one proposal, two pairs"


MARKERS = ("line-", "message-", "step-", "meeting-", "request-")


def check_words(ledger: dict, found: dict) -> None:
    for kind in ("lines", "messages"):
        for pair, lines in ledger[kind].items():
            there = found[kind].get(pair, [])
            # The last one may be there without having been acknowledged.
            assert there[: len(lines)] == lines and len(there) <= len(lines) + 1
    for kind in ("meetings", "requests", "steps"):
        assert {found[kind].get(words) for words in ledger[kind]} <= {1}, kind
        assert set(found[kind].values()) <= {1}, f"{kind}: one is there twice"
    assert set(ledger["resolved"]) <= set(found["resolved"])
