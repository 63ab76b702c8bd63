"""What the database's own walls hold: who reads, files, fetches, counts and deletes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from nacl.public import PrivateKey
from tests.cast import someone

from bothways.core.clock.api import today, travelled
from bothways.core.walls import api as walls
from bothways.report import keylines, limits, sealing, tasks
from bothways.report.models import Attempt, LeadKey, Sealed
from bothways.report.services import Outcome
from bothways.report.tests.conftest import Stage
from bothways.report.tests.test_services import file, opened

pytestmark = pytest.mark.django_db


def test_the_roles_that_serve_see_no_report_and_no_count(stage: Stage) -> None:
    """Not even with every right on the tables granted by mistake: no policy lets them through."""
    file(stage)
    limits.allowed("one")
    for role in ("bothways_web", "bothways_worker"):
        for table in ("report_sealed", "report_attempt"):
            assert refused(role, f"SELECT * FROM {table}") == "permission denied"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"GRANT ALL ON report_sealed, report_attempt TO {role}")
            cursor.execute(f"SET LOCAL ROLE {role}")
            for table in ("report_sealed", "report_attempt"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)
                cursor.execute(f"DELETE FROM {table}")
                assert cursor.rowcount == 0
            transaction.set_rollback(True)
    assert Sealed.objects.count() == 1


def refused(role: str, statement: str, *values: object) -> str:
    """Why the database refuses a statement to a role; empty when it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(statement, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return "permission denied" if "permission denied" in str(error) else str(error)
    return ""


def test_each_role_calls_only_what_it_needs(stage: Stage) -> None:
    file(stage)
    here, key = stage.programme.id, stage.public
    for_pages = [
        ("SELECT report_file(%s, %s, %s, %s, %s)", here, key, sealing.seal("x", key), today(), 2**21),
        ("SELECT * FROM report_bundle(%s, %s, %s)", here, key, "no code"),
        ("SELECT report_try('mark', now(), now())",),
    ]
    for_jobs = [("SELECT report_tidy(%s)", today()), ("SELECT report_forget(now())",)]
    for statement in for_pages:
        assert refused("bothways_web", *statement) == ""
        assert refused("bothways_worker", *statement) == "permission denied"
    for statement in for_jobs:
        assert refused("bothways_worker", *statement) == ""
        assert refused("bothways_web", *statement) == "permission denied"


def test_the_hash_of_a_code_opens_no_door(stage: Stage) -> None:
    """Everybody may read the list of keys, and with it the hash."""
    file(stage)
    held = bytes(LeadKey.objects.get().code_hash)
    with walls.visiting(), connection.cursor() as cursor:
        for tried in (held.hex(), held.hex().upper(), ""):
            cursor.execute(
                "SELECT * FROM report_bundle(%s, %s, %s)", [stage.programme.id, stage.public, tried]
            )
            assert cursor.fetchall() == []


def test_the_database_lets_nobody_but_a_coordinator_set_a_key(stage: Stage) -> None:
    """A bug in a view, with the rights of a page: a stranger inside, and nobody."""
    line = keylines.line_of(PrivateKey.generate())
    about = {"programme": stage.programme, "since": today()}
    values = {"public_key": line.public_key, "code_hash": line.code_hash}
    for inside in (walls.visiting(), walls.inside(someone("Dara").who.token)):
        with inside, pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            LeadKey.objects.create(**about, **values)
    with walls.inside(stage.eli.who.token):
        LeadKey.objects.create(**about, **values)


def test_pages_and_jobs_do_all_this_with_their_own_rights(stage: Stage) -> None:
    with walls.visiting():
        assert limits.allowed("one")
        assert file(stage, "by a visitor") is Outcome.SENT
        assert opened(stage) == ["by a visitor"]
    with travelled(timedelta(days=1)), walls.working():
        tasks.delete_old_reports(0)
        tasks.forget_networks(0)
    assert opened(stage) == ["by a visitor"]
    assert not Attempt.objects.exists()
