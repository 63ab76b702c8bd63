"""What a web server and a worker ask before their first request or job."""

from __future__ import annotations

import os
from pathlib import Path

from bothways.run.faults import Fault
from bothways.run.places import var

BACK = (
    "An older backup was put back, and people who left since are in it. Nothing is served before they are "
    "erased: run 'bothways erase-departed' and start again."
)


def refuse_departed() -> None:
    """Raise Fault when somebody who left is in the databases. Needs Django to be set up."""
    from bothways.core.departures.api import still_here

    if still_here():
        raise Fault(BACK)


def nobody_came_back() -> bool:
    """The same question without Django, for a start that prepares nothing. Not sure is no."""
    import psycopg

    from bothways.core.departures import ledger, questions

    file = Path(os.environ.get("BOTHWAYS_DEPARTURES") or var() / "departures")
    try:
        with (
            psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as data,
            psycopg.connect(os.environ["KEYS_DATABASE_URL"], connect_timeout=5) as keys,
        ):
            asked = data.cursor(), keys.cursor()
            return not questions.still_here(*asked, ledger.read(file))
    except psycopg.Error:
        return False
