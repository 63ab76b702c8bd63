"""How some invented people want to be told, and the phone that Bo has."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time

from bothways.core.clock.api import travelled
from bothways.core.mailbox import api as mailbox
from bothways.core.walls import api as walls
from bothways.demo.life import Living
from bothways.demo.place import days_ago
from bothways.demo.together import Couple
from bothways.people import api as people

# Kept for films: nobody has it.
PHONE = "+491713920011"
CODE = re.compile(r"\d{6}")
LATELY = 0.5
ONCE_A_WEEK = people.WantedReach(
    notices_by="letter",
    told="weekly",
    told_day=5,
    told_at=time(10),
    notices_per_week=1,
    quiet_from=time(20),
    quiet_until=time(9),
)


def reach(couple: Couple) -> None:
    """One of the two wants to hear once a week; Bo has a phone too."""
    with travelled(days_ago(couple.when - 1)):
        for each in (couple.one, couple.other):
            if each.invented.name == "Bo":
                _has_a_phone(each)
        with walls.acting_with(couple.one.who.token):
            people.save_reach(couple.one.who, ONCE_A_WEEK)


def invite(couple: Couple) -> None:
    """One of the two wants their meetings as invitations for a calendar, where there are any."""
    if not mailbox.is_on():
        return
    # Now, nearly: a letter about a meeting that has waited for three weeks is not sent any more.
    with travelled(days_ago(LATELY)), walls.acting_with(couple.one.who.token):
        people.save_reach(couple.one.who, replace(ONCE_A_WEEK, calendar_letters=True))


def _has_a_phone(one: Living) -> None:
    """The code comes to the page that stands for all phones of the demo."""
    with walls.acting_with(one.who.token):
        people.add_phone(one.who, number=PHONE, network="demo")
        came = next((text for text in people.demo_texts() if text.number == PHONE), None)
        code = CODE.search(came.words) if came else None
        if code:
            people.confirm_phone(one.who, code=code.group())
