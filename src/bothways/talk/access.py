"""The only way to one message: for the two people of its pair."""

from __future__ import annotations

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404

from bothways.core.identity.api import Acting
from bothways.pair.api import Pair, live_pair, open_pair
from bothways.talk.models import Message


def my_message(who: Acting, message_id: uuid.UUID) -> Message:
    """A message that I wrote, whether or not the pair stands. 404 for every other, the partner's included."""
    return get_object_or_404(Message, id=message_id, person_id=who.person_id)


def our_message(who: Acting, message_id: uuid.UUID) -> tuple[Message, Pair]:
    """A message of either of us in a pair of mine that stands. 404 unless I am one of the two, Refused
    when the pair has ended."""
    mine = Pair.objects.filter(halves__person_id=who.person_id).values("id")
    message = Message.objects.filter(id=message_id, pair__in=mine).first()
    if message is None:
        raise Http404
    if message.person_id != who.person_id and open_pair(who, message.pair_id).is_ended:
        # After the end the other's words are not there for me.
        raise Http404
    return message, live_pair(who, message.pair_id)
