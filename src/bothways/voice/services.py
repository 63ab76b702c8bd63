"""Answers go into sealed sums in the session of whoever answers, and come out with everybody's, once.

Against the custom of the house no event is written: it would say to the second who answered when.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.keys import api as keys
from bothways.programme import api as programmes
from bothways.voice import sums
from bothways.voice.halves import HalfYear
from bothways.voice.models import Sums
from bothways.voice.questions import ANSWERS, CELLS, QUESTIONS

logger = logging.getLogger(__name__)
# Nothing larger is looked for in a counter.
MOST = 2_000_000
# What nobody published for so long after it closed is given up.
KEPT = timedelta(days=60)
OVER = _("The questions are not open for you any more. Nothing was sent.")


def give(who: Acting, *, sums_id: uuid.UUID, answers: Mapping[str, str]) -> None:
    """Add my answers: for each question one of `ANSWERS`. Once; nobody can take them out again.

    Refused when I have answered or closed these already, am not asked, or their time is over.
    """
    if set(answers) != set(QUESTIONS) or not set(answers.values()) <= set(ANSWERS):
        raise Refused(_("Please choose one answer to each question."))
    _add(who, sums_id, [CELLS.index(chosen) for chosen in answers.items()])


def close(who: Acting, *, sums_id: uuid.UUID) -> None:
    """Not be asked again in this half-year. Looks like an answer in the database: nothing is added."""
    _add(who, sums_id, [])


def _add(who: Acting, sums_id: uuid.UUID, places: Collection[int]) -> None:
    with transaction.atomic():
        confirm(who)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"voice {sums_id}"])
            cursor.execute("SELECT public_key, sums, seal FROM voice_read(%s, %s)", [sums_id, now()])
            row = cursor.fetchone()
            if row is None:
                raise Refused(OVER)
            public, held, seal = (bytes(part) for part in row)
            if not constant_time_compare(seal, _seal(sums_id, public, held)):
                logger.error("the sums %s are not what was written", sums_id)
                raise Refused(OVER)
            after = sums.add(public, held, places)
            cursor.execute(
                "SELECT voice_write(%s, %s, %s, %s, %s)",
                [sums_id, now(), seal, after, _seal(sums_id, public, after)],
            )
            if not cursor.fetchone()[0]:
                raise Refused(OVER)


def open_due() -> int:
    """Let the members of every programme be asked where it is time. Returns how many programmes; a job."""
    opened = 0
    for one in programmes.all_programmes():
        half = HalfYear.of(now(), one.time_zone)
        begins, ends = half.asked(one.time_zone)
        if one.opened_at is not None and begins <= now() < ends:
            opened += _open(one, half, begins, ends)
    _give_up()
    destroy_keys()
    return opened


def _open(one: programmes.Programme, half: HalfYear, begins: datetime, ends: datetime) -> bool:
    with transaction.atomic():
        _hold_keys()
        if Sums.objects.filter(programme=one, year=half.year, half=half.number).exists():
            return False
        made = Sums(programme=one, year=half.year, half=half.number, opens_at=begins, closes_at=ends)
        # The key first: a row without it could take answers that nobody can count.
        made.public_key = sums.public_of(keys.make_sums_key(made.id, sums.fresh_secret()))
        made.sums = sums.empty(made.public_key, len(CELLS))
        made.seal = _seal(made.id, made.public_key, made.sums)
        made.save(force_insert=True)
    return True


def count(programme_id: uuid.UUID, year: int, half: int) -> dict[tuple[str, str], int] | None:
    """How often each answer was given to each question, unprotected; None when nothing can be counted.

    For the job that publishes, which follows it with `forget`.
    """
    row = Sums.objects.filter(programme_id=programme_id, year=year, half=half).first()
    secret = keys.sums_key(row.id) if row else None
    if row is None or secret is None:
        return None
    held = bytes(row.sums)
    if not constant_time_compare(bytes(row.seal), _seal(row.id, bytes(row.public_key), held)):
        logger.error("the sums %s are not what was written", row.id)
        return None
    try:
        return dict(zip(CELLS, sums.opened(secret, held, MOST), strict=True))
    except sums.Unreadable:
        logger.error("the sums %s cannot be opened", row.id)
        return None


def forget(programme_id: uuid.UUID, year: int, half: int) -> None:
    """Delete the sums of a half-year and who took part, in the transaction of the caller, who publishes.

    `destroy_keys` comes after it: what is deleted stays on disks and in backups for a while.
    """
    row = Sums.objects.filter(programme_id=programme_id, year=year, half=half).first()
    if row is not None:
        _forget(row.id)


def destroy_keys() -> None:
    """Destroy every key of sums that are gone. Twice is once."""
    with transaction.atomic():
        _hold_keys()
        keys.destroy_sums_keys_but(Sums.objects.values_list("id", flat=True))


def _give_up() -> None:
    for sums_id in Sums.objects.filter(closes_at__lt=now() - KEPT).values_list("id", flat=True):
        _forget(sums_id)


def _forget(sums_id: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT voice_forget(%s)", [sums_id])


def _hold_keys() -> None:
    """One job at a time: a key that was just made must not be taken for one whose sums are gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('voice keys', 0))")


def _seal(sums_id: uuid.UUID, public: bytes, held: bytes) -> bytes:
    # Whoever can write to the database could else put in the difference of two sums, or one of them many
    # times over, and read the next published figures for what one person answered.
    what = hashlib.sha256(sums_id.bytes + public + held).hexdigest()
    return salted_hmac("bothways.voice.sums", what, algorithm="sha256").digest()
