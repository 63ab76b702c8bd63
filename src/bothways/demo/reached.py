"""How some invented people want to be told, and the phone that Bo has."""

from __future__ import annotations

import re
from datetime import time

from bothways.core.clock.api import travelled
from bothways.core.walls import api as walls
from bothways.demo.life import Living
from bothways.demo.place import days_ago
from bothways.demo.together import Couple
from bothways.people import api as people

# Kept for films: nobody has it.
PHONE = "+491713920011"
CODE = re.compile(r"\d{6}")


def reach(couple: Couple) -> None:
    """One of the two wants to hear once a week; Bo has a phone too."""
    with travelled(days_ago(couple.when - 1)):
        for each in (couple.one, couple.other):
            if each.invented.name == "Bo":
                _has_a_phone(each)
        with walls.acting_with(couple.one.who.token):
            people.save_reach(
                couple.one.who,
                people.WantedReach(
                    notices_by="letter",
                    told="weekly",
                    told_day=5,
                    told_at=time(10),
                    notices_per_week=1,
                    quiet_from=time(20),
                    quiet_until=time(9),
                ),
            )


def _has_a_phone(one: Living) -> None:
    """The code comes to the page that stands for all phones of the demo."""
    with walls.acting_with(one.who.token):
        people.add_phone(one.who, number=PHONE, network="demo")
        came = next((text for text in people.demo_texts() if text.number == PHONE), None)
        code = CODE.search(came.words) if came else None
        if code:
            people.confirm_phone(one.who, code=code.group())
