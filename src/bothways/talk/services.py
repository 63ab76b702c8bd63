"""What the two people of a pair write to each other."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.pair.api import Pair, live_pair, open_pair, share_in_pair, tell_partner
from bothways.talk.access import my_message
from bothways.talk.by_text import agreed
from bothways.talk.models import Bookmark, Message

# Far more than a conversation needs; it stops a program, or somebody who wants to bury the other in words.
MOST_A_DAY = 300
DAY = timedelta(days=1)


def send(
    who: Acting,
    *,
    pair_id: uuid.UUID,
    words: str,
    message_id: uuid.UUID | None = None,
    only_here: bool = False,
) -> Message:
    """Write to my partner, who can read it while the pair stands, and tell them that there is something.

    The same `message_id` sends one message, however often it is sent. With `only_here` it goes to no phone,
    whatever the two have agreed to. Refused when the pair has ended.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        earlier = Message.objects.filter(id=message_id).first() if message_id else None
        if earlier is not None:
            if (earlier.pair_id, earlier.person_id) != (pair.id, who.person_id):
                raise Http404
            return earlier
        _check_number(who, pair)
        message = Message(
            id=message_id or uuid.uuid4(),
            pair=pair,
            number=_next_number(pair),
            person_id=who.person_id,
            text_id=texts.put(owner_id=who.person_id, kind="message", words=words),
            at=now(),
            by_text=not only_here and agreed(who, pair).mine_go,
        )
        message.save(force_insert=True)
        share_in_pair(who, pair, [message.text_id])
        record("message.sent", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
        path = reverse("messages", args=[pair.id])
        tell_partner(who, pair, "message.new", path=path, key=f"message.new:{message.id}")
    return message


def delete(who: Acting, *, message_id: uuid.UUID) -> None:
    """Delete a message of mine, also after the pair has ended. 404 when it is not mine or gone."""
    with transaction.atomic():
        confirm(who)
        message = my_message(who, message_id)
        gone, _rows = Message.objects.filter(id=message.id).delete()
        if gone:
            texts.drop(owner_id=who.person_id, text_ids=[message.text_id])
            record("message.deleted", person_id=who.person_id, object_id=message.pair_id)


def came_to(who: Acting, *, pair_id: uuid.UUID, up_to: datetime) -> None:
    """I have the messages of a pair before me, up to this moment. Only my own home page ever knows."""
    with transaction.atomic():
        confirm(who)
        pair = open_pair(who, pair_id)
        Bookmark.objects.update_or_create(pair=pair, person_id=who.person_id, defaults={"at": up_to})


def _check_number(who: Acting, pair: Pair) -> None:
    mine = Message.objects.filter(pair=pair, person_id=who.person_id, at__gt=now() - DAY)
    if mine.count() >= MOST_A_DAY:
        raise Refused(_("You have sent very many messages today. Please wait until tomorrow with this one."))


def _next_number(pair: Pair) -> int:
    # Under the lock of the pair's row, so no two messages take the same.
    highest = Message.objects.filter(pair=pair).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
