"""Gatherings of the demo: one a month, some of the members at each, and two that are still to come."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bothways.core.clock.api import moments, now, today, travelled
from bothways.core.identity.api import Acting
from bothways.core.walls import api as walls
from bothways.demo.life import Living
from bothways.demo.place import days_ago, sign_in
from bothways.gather import api as gather
from bothways.programme.api import Programme

# Days ago (those with a minus are to come), title, words, hour, minutes.
AFTERNOONS: tuple[tuple[int, str, str, int, int], ...] = (
    (121, "A walk around the lake", "Slow, with breaks, and no step on the way.", 14, 120),
    (92, "Soup and games", "Bring a cup. Children are welcome.", 15, 180),
    (61, "我们一起包饺子", "不会也没关系，我们教你。小朋友也欢迎。", 15, 180),
    (33, "Music from everywhere", "Bring an instrument, or come to listen.", 17, 180),
    (6, "مائدة طويلة في الحديقة", "كل من يستطيع يحضر طبقًا صغيرًا.", 13, 240),
    (-4, "Soup and games", "Bring a cup. Children are welcome.", 15, 180),
    (-18, "Repairing things together", "Bring something that is broken. There are tools and tea.", 14, 240),
)  # fmt: skip
PLACE = "The old mill by the river, second door, no step"
# So many are asked at the most, which keeps the demo quick; how many of them come, and are there.
MOST, COME, THERE = 40, 0.7, 0.8
# They are published so many days before, and people answer a week later.
BEFORE = 14


def gather_all(eli: Acting, programme: Programme, living: Sequence[Living], first: float) -> None:
    """The afternoons since the programme began, `first` days ago. `living` are there in the order in which
    they came."""
    for number, (ago, title, words, hour, minutes) in enumerate(AFTERNOONS):
        arrived = living[: int(len(living) * max(0.0, first - ago - BEFORE) / first)][-MOST:]
        starts_at = _at(programme, ago, hour)
        with travelled(days_ago(max(ago + BEFORE, 0.1))):
            host = sign_in(eli.person_id)
            with walls.acting_with(host.token):
                one = gather.publish(
                    host,
                    programme_id=programme.pk,
                    title=title,
                    starts_at=starts_at,
                    minutes=minutes,
                    place=PLACE,
                    words=words,
                )
        for each in arrived:
            if _luck(each, number) < COME:
                _comes(each, one.pk, ago, starts_at, there=_luck(each, number + 50) < THERE)


def _at(programme: Programme, ago: int, hour: int) -> datetime:
    """The moment at which the clock of the programme shows this hour, so many days ago."""
    return moments(today() - timedelta(days=ago), time(hour), ZoneInfo(programme.time_zone))[0]


def _comes(one: Living, gathering_id: uuid.UUID, ago: int, starts_at: datetime, *, there: bool) -> None:
    with travelled(days_ago(max(ago + 3, 0.05))):
        who = sign_in(one.who.person_id)
        with walls.acting_with(who.token):
            gather.say_coming(who, gathering_id=gathering_id, coming=True)
    if there and starts_at < now():
        with travelled(starts_at + timedelta(hours=6) - now()), walls.acting_with(who.token):
            gather.say_attended(who, gathering_id=gathering_id, attended=True)


def _luck(one: Living, number: int) -> float:
    """Between 0 and 1: the same for the same seed, another for each afternoon."""
    return float(one.invented.luck[0] * (number + 3) * 7.31 % 1)
