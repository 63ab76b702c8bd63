"""A letter that came in: an answer from a calendar, or one of ours that came back. All others are let go.

No letter is ever answered with a letter, so no two machines can write to each other for ever; and nothing
of a letter is kept or logged but one of our own words for why it was let go.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.db import connection, transaction

from bothways.core.clock.api import now
from bothways.core.mailbox import api as mailbox
from bothways.core.mailbox.api import NotTaken
from bothways.core.walls import api as walls
from bothways.people.addresses import opaque
from bothways.people.letters import note_refusal
from bothways.people.tallies import Limit, allows

logger = logging.getLogger(__name__)
# A letter comes back within days; what comes later is about an address that may work again.
COMES_BACK_WITHIN = timedelta(days=7)
# How mail servers call the sender of a letter that nobody is to answer.
NOBODY = {"", "<>", "mailer-daemon"}


def take(*, to: str, sender: str, raw: bytes) -> None:
    """Do what a letter says. `to` and `sender` are the envelope's; `sender` is '' for one that came back.

    The same letter again does nothing new. Faults of the database go to the caller, who is to bring it again.
    """
    try:
        _take(to, sender, raw)
    except NotTaken as why:
        logger.info("a letter that came in was let go: %s", why)


def _take(to: str, sender: str, raw: bytes) -> None:
    letter = mailbox.letter_behind(to)
    if letter is not None:
        if not mailbox.read(raw).failed:
            raise NotTaken("says nothing that lasts")
        return _came_back(letter)
    code = mailbox.code_of_reply(to)
    if not code:
        raise NotTaken("not for an address of ours")
    plain = sender.strip().lower()
    if plain in NOBODY or plain.partition("@")[0] == "mailer-daemon":
        raise NotTaken("from nobody")
    mail = mailbox.read(raw)
    if not mail.sender or mailbox.is_ours(mail.sender) or mailbox.is_ours(sender):
        raise NotTaken("from nobody")
    if not mail.calendar:
        raise NotTaken("no answer in it")
    return _answered(code, mail)


def _answered(code: str, mail: mailbox.Mail) -> None:
    with walls.at_the_door(), transaction.atomic():
        sender = opaque(mail.sender)
        mailbox.answered(code, sender, mail.calendar, may=lambda: allows(Limit.ANSWERS_BY_MAIL, code))


def _came_back(letter: uuid.UUID) -> None:
    """Letters to its reader rest until they say otherwise; they read why on their next visit."""
    with walls.at_the_door(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT people_reader_of_letter(%s, %s)", [letter, now() - COMES_BACK_WITHIN])
            (person_id,) = cursor.fetchone()
        if person_id is None:
            raise NotTaken("no letter of ours")
        note_refusal(person_id)
