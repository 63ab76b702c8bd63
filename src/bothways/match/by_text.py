"""Answering a proposal later, by a text message: asked for on its page, in one's own session."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.match import access, selectors, services
from bothways.people import api as people

YES = "yes y نعم اجل 愿意 我愿意 願意 我願意 是 是的 好".split()
NO = "no n لا كلا 不愿意 我不愿意 不願意 我不願意 不 不是 不要 否".split()


def ask(who: Acting, *, proposal_id: uuid.UUID) -> None:
    """Send me a code with which I say yes or no to this proposal by text message, as long as it is open."""
    proposal = access.my_proposal(who, proposal_id)
    if not selectors.is_open(proposal):
        raise Refused(services.IS_CLOSED)
    people.ask_by_text(
        who, kind=services.ASK, object_id=proposal.id, opens_at=now(), expires_at=proposal.expires_at
    )


def _say_yes(who: Acting, proposal_id: uuid.UUID) -> object:
    return services.answer(who, proposal_id=proposal_id, yes=True)


def _say_no(who: Acting, proposal_id: uuid.UUID) -> object:
    return services.answer(who, proposal_id=proposal_id, yes=False)


# Translators: what somebody writes in a text message
asks.register(services.ASK, [asks.Word(_("YES"), YES, _say_yes), asks.Word(_("NO"), NO, _say_no)])
