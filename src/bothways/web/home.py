"""Puts the rooms' tiles together for one person."""

from __future__ import annotations

from typing import Any

from bothways.core.identity.api import Acting
from bothways.core.outbox import api as outbox
from bothways.enrol import api as enrol
from bothways.gather import api as gather
from bothways.help import api as help_
from bothways.match import api as match
from bothways.meet import api as meet
from bothways.pair import api as pair
from bothways.people import api as people
from bothways.programme import api as programme
from bothways.talk import api as talk
from bothways.voice import api as voice

# In the order of the house.
ROOMS = (match, pair, talk, meet, help_, gather, enrol, voice, programme)


def compose(who: Acting) -> dict[str, Any]:
    """What waits for me first, then everything else, in the order of the house."""
    mine = {enrolment.programme_id for enrolment in enrol.of_person(who)}
    tiles = [tile for room in ROOMS for tile in room.tiles(who)]
    return {
        "name": people.my_name(who),
        "tiles": sorted(tiles, key=lambda tile: not tile.urgent),
        "news": [(notice, outbox.words_for(notice.kind)) for notice in outbox.news(who)],
        "open_programmes": [one for one in programme.open_programmes() if one.pk not in mine],
    }


def welcome() -> dict[str, Any]:
    return {"open_programmes": programme.open_programmes()}
