"""What people can do with their own words in requests."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.core.wording.api import Change, register
from bothways.help import hands, services
from bothways.help.models import HandYes, Reply, Request


@transaction.atomic
def delete_request_words(who: Acting, text_id: uuid.UUID) -> None:
    """Take the request back and delete its words: without them there is nothing left to answer."""
    services.take_back(who, request_id=_request(who, text_id).id)
    texts.drop(owner_id=who.person_id, text_ids=[text_id])


def delete_reply_words(who: Acting, text_id: uuid.UUID) -> None:
    """Delete what I wrote under a request."""
    services.delete_reply(who, reply_id=_reply(who, text_id).id)


def request_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("request", args=[_request(who, text_id).id])


def reply_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("request", args=[_reply(who, text_id).request_id])


def _request(who: Acting, text_id: uuid.UUID) -> Request:
    return get_object_or_404(Request, person_id=who.person_id, text_id=text_id)


def _reply(who: Acting, text_id: uuid.UUID) -> Reply:
    return get_object_or_404(Reply, person_id=who.person_id, text_id=text_id)


register(
    "request",
    Change(
        place=request_place,
        delete=delete_request_words,
        effect=_("The request counts as taken back: nobody else can read anything under it."),
    ),
)


def hand_place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("hand", args=[_yes(who, text_id).ask_id])


def delete_hand_words(who: Acting, text_id: uuid.UUID) -> None:
    """Call off what these words were for: without them the other cannot reach me."""
    hands.call_off(who, yes_id=_yes(who, text_id).id)


def _yes(who: Acting, text_id: uuid.UUID) -> HandYes:
    found = HandYes.objects.filter(Q(text_id=text_id) | Q(asker_text_id=text_id)).first()
    if found is None:
        raise Http404
    return found


register(
    "hand",
    Change(place=hand_place, delete=delete_hand_words, effect=_("The few hours of help are called off.")),
)
register("reply", Change(place=reply_place, delete=delete_reply_words))
