"""A partner's messages on a phone without internet: one of the two wishes it, the other agrees (decision 40).

The words go with the next text message that tells of something new, and with nothing else. Which words a job
may read for that, the database decides (see the migration `0003_by_text`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.pair.api import Pair, is_told, live_pair, open_pair, tell_partner
from bothways.people.api import gets_texts
from bothways.talk.models import ByText, Message
from bothways.talk.phrases import parts_of

NOTICE = "message.new"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who of the two said yes to what. `i_read`: I want my partner's messages on my phone; `they_let`: they
    said yes to it. `they_read` and `i_let`: the same the other way round."""

    i_read: bool = False
    they_let: bool = False
    they_read: bool = False
    i_let: bool = False

    @property
    def mine_go(self) -> bool:
        """What I write goes to my partner's phone too."""
        return self.they_read and self.i_let

    @property
    def some_go(self) -> bool:
        """What one of us writes goes to a phone."""
        return self.mine_go or (self.i_read and self.they_let)


def agreed(who: Acting, pair: Pair) -> Agreed:
    """What the two of a pair of mine have agreed to; nothing after its end."""
    if pair.is_ended:
        return Agreed()
    rows = ByText.objects.filter(pair=pair).values_list("person_id", "reads")
    said = {(person_id == who.person_id, reads) for person_id, reads in rows}
    return Agreed((True, True) in said, (False, False) in said, (False, True) in said, (True, False) in said)


@transaction.atomic
def wish(who: Acting, *, pair_id: uuid.UUID) -> None:
    """I would like my partner's messages on my phone. They are asked. Twice asks once.

    Refused when no text message or no notice of the programme reaches me, or the pair has ended.
    """
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    if not gets_texts(who):
        raise Refused(_("Please choose text messages first, on the page “How Bothways reaches me”."))
    if not is_told(who, pair):
        raise Refused(_("Please say yes to notices from the programme first, on the page of your enrolment."))
    _say(who, pair, reads=True, event="by_text.wished", notice="message.wish")


@transaction.atomic
def allow(who: Acting, *, pair_id: uuid.UUID) -> None:
    """What I write from now on may go to my partner's phone. Refused when they do not wish it (any more)."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    if not agreed(who, pair).they_read:
        raise Refused(_("Your partner does not wish this any more."))
    _say(who, pair, reads=False, event="by_text.allowed", notice="message.way")


@transaction.atomic
def take_back(who: Acting, *, pair_id: uuid.UUID, reads: bool) -> None:
    """I do not want them on my phone any more (`reads`), or mine go there no more. At once; twice is once.

    With the wish goes the yes to it: another time both say it anew.
    """
    confirm(who)
    pair = open_pair(who, pair_id)
    if ByText.objects.filter(pair=pair, person_id=who.person_id, reads=reads).delete()[0]:
        record(
            "by_text.taken_back", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id
        )
        _tell(who, pair, "message.way")


def words_for_phone(person_id: uuid.UUID, keys: list[str]) -> dict[str, str]:
    """What of these notices may go to somebody's phone, by key; phrases in the active language. For a job."""
    ids = {key.removeprefix(f"{NOTICE}:"): key for key in keys if key.startswith(f"{NOTICE}:")}
    found = list(Message.objects.filter(id__in=list(ids), by_text=True).order_by("at", "number"))
    words = texts.read_for_text_message([one.text_id for one in found], kind="message")
    return {ids[str(one.id)]: _plain(words[one.text_id]) for one in found if one.text_id in words}


def _plain(words: str) -> str:
    parts = parts_of(words, get_language() or "en")
    return "\n".join(part.said or part.words for part in parts)


def _say(who: Acting, pair: Pair, *, reads: bool, event: str, notice: str) -> None:
    row = ByText(pair=pair, person_id=who.person_id, reads=reads, at=now())
    if ByText.objects.filter(pair=pair, person_id=who.person_id, reads=reads).exists():
        return
    row.save(force_insert=True)
    record(event, programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
    _tell(who, pair, notice)


def _tell(who: Acting, pair: Pair, notice: str) -> None:
    path = reverse("messages", args=[pair.id])
    tell_partner(who, pair, notice, path=path, key=f"{notice}:{pair.id}:{now():%Y%m%d%H%M%S%f}")
