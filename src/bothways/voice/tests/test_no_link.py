"""What somebody learns who reads the whole database before and after one person's answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from nacl.exceptions import CryptoError
from tests.undone import undone

from bothways.core.faults import Refused
from bothways.core.keys import api as keys
from bothways.core.keys.models import SumsKey
from bothways.core.walls import api as walls
from bothways.people import api as people
from bothways.voice import services
from bothways.voice import sums as counters
from bothways.voice.models import Done, Sums
from bothways.voice.questions import CELLS
from bothways.voice.services import _seal
from bothways.voice.tests.conftest import all_of, closes, counted, gives

pytestmark = pytest.mark.django_db

Rows = dict[tuple[str, str], dict[str, Any]]


def everything() -> Rows:
    """Every row of every table of both databases, as its owner reads it, by table and key."""
    found: Rows = {}
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in cursor.fetchall():
                # Who is inside a transaction is in no log and no backup, and gone with the transaction.
                if table == "core_inside":
                    continue
                cursor.execute(f'SELECT ctid::text, to_jsonb(r)::text FROM "{table}" r')
                for place, text in cursor.fetchall():
                    row = json.loads(text)
                    found[f"{alias}.{table}", str(row.get("id") or place)] = row
    return found


def differences(act: Callable[[], object]) -> tuple[list[tuple[str, str]], Rows, Rows]:
    """Which rows came or changed, and all rows before and after; afterwards it is undone."""
    with undone():
        before = everything()
        act()
        after = everything()
    keys_of = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return sorted(keys_of), before, after


def test_one_answer_changes_the_sums_and_one_mark_and_nothing_else(amina, bo, sums) -> None:
    gives(bo, sums, all_of("yes"))
    for act in (
        lambda: gives(amina, sums, all_of("yes")),
        lambda: gives(amina, sums, all_of("no") | {"again": "unsaid"}),
        lambda: closes(amina, sums),
    ):
        changed, before, after = differences(act)
        assert [table for table, _key in changed] == ["default.voice_done", "default.voice_sums"]
        mark, row = (after[key] for key in changed)
        assert mark == {"id": mark["id"], "sums_id": str(sums.id), "person_id": str(amina.id)}
        old = before[changed[1]]
        assert {name for name in row if row[name] != old[name]} == {"sums", "seal"}
        one, other = (bytes.fromhex(held["sums"].removeprefix("\\x")) for held in (old, row))
        size = counters.POINT
        parts = [(one[n : n + size], other[n : n + size]) for n in range(0, len(one), size)]
        assert len(parts) == 2 * len(CELLS) and len(one) == len(other)
        assert all(left != right for left, right in parts), "every half of every counter is another one"


def test_the_pages_leave_no_more_than_the_service(amina, bo, sums, programme) -> None:
    """Sent as a browser does: no event, no notice, no job, no line with a time."""
    client = amina.browser()
    page = f"/p/{programme.slug}/how-is-it-going/"
    assert client.get(page).status_code == 200
    changed, _before, after = differences(lambda: client.post(page, all_of("mostly")))
    # The word of thanks on the next page waits in the session, which is the reader's and says nothing.
    tables = {table for table, _key in changed}
    assert tables - {"default.django_session"} == {"default.voice_done", "default.voice_sums"}
    for table, key in changed:
        if table == "default.django_session":
            assert "mostly" not in str(after[table, key])


def taken_apart(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    """The difference of two sums, counter by counter: a sealed 0 or 1 each."""
    sub, size = counters.bindings.crypto_core_ed25519_sub, counters.POINT
    parts = [sub(after[n : n + size], before[n : n + size]) for n in range(0, len(before), size)]
    return list(zip(parts[::2], parts[1::2], strict=True))


def test_two_backups_do_not_tell_an_answer_without_the_key_and_would_with_it(amina, sums) -> None:
    """Both sides of the promise: the difference of two backups opens with the key, which is destroyed."""
    before = bytes(Sums.objects.get().sums)
    gives(amina, sums, all_of("hardly"))
    after = bytes(Sums.objects.get().sums)
    apart = taken_apart(before, after)
    secret = keys.sums_key(sums.id)
    opened = counters.opened(secret, b"".join(one + other for one, other in apart), 1)
    assert [cell for cell, number in zip(CELLS, opened, strict=True) if number] == list(
        all_of("hardly").items()
    )
    # Without it: no counter looks like another, and none like the one that anybody can make for 0 or 1.
    assert len(set(apart)) == len({mask for _, mask in apart}) == len(CELLS)
    wrong = counters.fresh_secret()
    with pytest.raises(counters.Unreadable):
        counters.opened(wrong, b"".join(one + other for one, other in apart), 1)


def test_the_same_answer_never_looks_the_same(amina, sums) -> None:
    before = bytes(Sums.objects.get().sums)
    seen = set()
    for _ in range(3):
        with undone():
            gives(amina, sums, all_of("yes"))
            seen |= set(taken_apart(before, bytes(Sums.objects.get().sums)))
    assert len(seen) == 3 * len(CELLS)


def test_with_the_figures_the_key_goes_and_nothing_opens_old_copies(amina, bo, sums) -> None:
    gives(amina, sums, all_of("yes"))
    copy = Sums.objects.get()
    wrapped = bytes(SumsKey.objects.get().wrapped)
    with walls.working():
        services.forget(sums.programme_id, sums.year, sums.half)
        services.destroy_keys()
        assert services.count(sums.programme_id, sums.year, sums.half) is None
    assert not Sums.objects.exists() and not Done.objects.exists() and not SumsKey.objects.exists()
    # The data of yesterday is put back: nothing can be counted in it, and nobody adds to it for nothing.
    copy.save(force_insert=True)
    with walls.working():
        assert services.count(sums.programme_id, sums.year, sums.half) is None
    assert wrapped not in b"".join(bytes(row.wrapped) for row in SumsKey.objects.all())


def test_a_key_from_an_old_backup_is_destroyed_by_the_next_job(sums) -> None:
    old = uuid.uuid4()
    with walls.working():
        keys.make_sums_key(old, counters.fresh_secret())
        services.destroy_keys()
        assert keys.sums_key(old) is None and keys.sums_key(sums.id) is not None


def test_what_nobody_published_is_given_up(amina, sums) -> None:
    from datetime import timedelta

    from bothways.core.clock.api import travelled

    gives(amina, sums, all_of("yes"))
    with travelled(timedelta(days=100)), walls.working():
        services.open_due()
    assert not Sums.objects.exists() and not Done.objects.exists() and not SumsKey.objects.exists()


def test_sums_that_somebody_put_together_are_not_taken(amina, bo, chen, sums) -> None:
    """With two copies and the right to write, what one person answered could be multiplied and published."""
    gives(bo, sums, all_of("yes"))
    before = bytes(Sums.objects.get().sums)
    gives(amina, sums, all_of("no"))
    row = Sums.objects.get()
    forged = b"".join(one + other for one, other in taken_apart(before, bytes(row.sums)))
    Sums.objects.update(sums=forged)
    with walls.working():
        assert services.count(sums.programme_id, sums.year, sums.half) is None
    with pytest.raises(Refused):
        gives(chen, sums, all_of("yes"))
    Sums.objects.update(seal=_seal(uuid.uuid4(), bytes(row.public_key), forged))
    with walls.working():
        assert services.count(sums.programme_id, sums.year, sums.half) is None
    Sums.objects.update(sums=row.sums, seal=row.seal)
    assert counted(sums)["reach", "no"] == 1


def test_a_departed_person_is_in_no_row_of_it(amina, sums) -> None:
    gives(amina, sums, all_of("yes"))
    people.leave(amina.who)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM voice_done")
        assert cursor.fetchone() == (0,)


def test_a_new_master_key_wraps_the_key_of_the_sums_anew(amina, sums, settings) -> None:
    gives(amina, sums, all_of("yes"))
    settings.MASTER_KEY_OLD, settings.MASTER_KEY = settings.MASTER_KEY, bytes(range(1, 33))
    assert keys.rewrap_all()[1] == 0
    settings.MASTER_KEY_OLD = b""
    assert counted(sums)["reach", "yes"] == 1
    settings.MASTER_KEY = bytes(range(2, 34))
    with pytest.raises(CryptoError):
        keys.sums_key(sums.id)
