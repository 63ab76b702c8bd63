"""Saying by a text message that a meeting took place: asked for on its page, in one's own session."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.meet import access, services
from bothways.people import api as people

# How long after its end.
LASTS = timedelta(days=3)


def ask(who: Acting, *, meeting_id: uuid.UUID) -> None:
    """Send me a code with which I say by text message, once it has begun, that this meeting took place."""
    meeting, pair = access.open_meeting(who, meeting_id)
    over = meeting.ends_at + LASTS
    if pair.is_ended or not meeting.is_planned or over <= now():
        raise Refused(_("This is not possible for this meeting any more."))
    people.ask_by_text(
        who, kind=services.ASK, object_id=meeting.id, opens_at=meeting.starts_at, expires_at=over
    )


def _took_place(who: Acting, meeting_id: uuid.UUID) -> object:
    return services.say_it_took_place(who, meeting_id=meeting_id)


asks.register(services.ASK, [asks.Word("1", ["1"], _took_place)])
