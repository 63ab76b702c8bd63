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
from bothways.talk import api as talk

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

BY_TEXT = replace(ONCE_A_WEEK, notices_by="text", told="soon", notices_per_week=3)
WORDS = {
    "en": "I am on the bus and ten minutes late. Please wait for me at the fountain.",
    "ar": "أنا في الحافلة وسأتأخر عشر دقائق. انتظرني عند النافورة من فضلك.",
    "zh": "我在公交车上，要晚到十分钟。请在喷泉那里等我。",
}


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


def words_on_phone(couple: Couple) -> None:
    """What Bo's partner writes comes to Bo's phone: to the page that stands for all phones of the demo."""
    two = couple.one, couple.other
    bo = next((each for each in two if each.invented.name == "Bo"), None)
    if bo is None:
        return
    partner = two[1 - two.index(bo)]
    words = WORDS.get(partner.invented.language, WORDS["en"])
    with travelled(days_ago(LATELY)):
        with walls.acting_with(bo.who.token):
            people.save_reach(bo.who, BY_TEXT)
            talk.wish_by_text(bo.who, pair_id=couple.pair_id)
        with walls.acting_with(partner.who.token):
            talk.allow_by_text(partner.who, pair_id=couple.pair_id)
            talk.send(partner.who, pair_id=couple.pair_id, words=words)


def _has_a_phone(one: Living) -> None:
    """The code comes to the page that stands for all phones of the demo."""
    with walls.acting_with(one.who.token):
        people.add_phone(one.who, number=PHONE, network="demo")
        came = next((text for text in people.demo_texts() if text.number == PHONE), None)
        code = CODE.search(came.words) if came else None
        if code:
            people.confirm_phone(one.who, code=code.group())
