"""What each of the two can do with their own messages."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404
from django.urls import reverse

from bothways.core.identity.api import Acting
from bothways.core.wording.api import Change, register
from bothways.talk import services
from bothways.talk.models import Message


def delete(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my message, also after the pair has ended."""
    services.delete(who, message_id=_message(who, text_id).id)


def place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("messages", args=[_message(who, text_id).pair_id])


def _message(who: Acting, text_id: uuid.UUID) -> Message:
    return get_object_or_404(Message, person_id=who.person_id, text_id=text_id)


register("message", Change(place=place, delete=delete))
