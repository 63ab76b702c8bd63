"""What new pairs do in the weeks after a round: agree a card, write, meet, ask for something."""

from __future__ import annotations

import uuid
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bothways.core.clock.api import now, today, travelled
from bothways.core.walls import api as walls
from bothways.days import api as days
from bothways.demo.life import Answered, Living
from bothways.demo.place import days_ago
from bothways.help import api as help_
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.talk import api as talk

LINES = (
    "We walked by the river and got lost twice.",
    "Tea, and a long talk about gardens.",
    "We read a letter from the office together.",
    "New words today: ticket, platform, delay.",
    "كان يوماً جميلاً، وتعلّمنا كلمات جديدة.",
    "今天一起做了饺子。",
)
ASKED = ("school", "Could somebody look at a school form with me?")


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people who have just become a pair, `when` days ago."""

    pair_id: uuid.UUID
    programme_id: uuid.UUID
    one: Living
    other: Living
    when: float


def couples(answered: Sequence[Answered], when: float) -> list[Couple]:
    """The pairs that were just made by these answers, about `when` days ago, in the order of their people."""
    awake = {one.living.who.person_id: one.living for one in answered}
    with travelled(days_ago(when)):
        fresh = {pair.pk: pair for one in answered for pair in one.pairs if (now() - pair.made_at).days < 5}
    found = [_couple(pair, awake, when) for pair in fresh.values()]
    return sorted(found, key=lambda couple: (couple.one.invented.number, couple.other.invented.number))


def _couple(pair: pairs.Pair, awake: Mapping[uuid.UUID, Living], when: float) -> Couple:
    """A pair begins with the one who joined first."""
    two = [awake[half.person_id] for half in pair.halves.all()]
    one, other = sorted(two, key=lambda living: living.invented.number)
    return Couple(pair.pk, pair.programme_id, one, other, when)


def begin(batch: Sequence[Couple]) -> list[uuid.UUID]:
    """Each pair begins: often a card, up to two meetings, some words, sometimes a request."""
    for couple in batch:
        _live(couple)
    return [couple.pair_id for couple in batch]


def _live(couple: Couple) -> None:
    one, other, when = couple.one, couple.other, couple.when
    with travelled(days_ago(when)):
        if one.invented.luck[1] < 0.65:
            _agree_card(couple)
    if other.invented.luck[6] < 0.5:
        _write_to_each_other(couple)
    # Some have met twice, most once, and some have not found a day yet.
    meetings = 2 - bisect((0.25, 0.75), one.invented.luck[2])
    # The first meeting of any pair has taken place by today; later ones only as far as the past goes.
    for number in range(meetings):
        _meet(couple, when - 2 - 9 * number)
    if other.invented.luck[4] < 0.3 or one.invented.luck[4] == 0.0:
        with travelled(days_ago(when - 4)):
            _ask(couple, other if other.invented.luck[4] < 0.3 else one)


def _agree_card(couple: Couple) -> None:
    one, other = couple.one, couple.other
    wanted = pairs.Wanted(
        rhythm="weekly" if one.invented.luck[3] < 0.5 else "fortnightly",
        times=one.invented.answers["times"] & other.invented.answers["times"]
        or one.invented.answers["times"],
        modes=one.invented.answers["modes"],
        customs="Shoes off at the door, please.",
        rather_not="No calls after nine in the evening.",
    )
    with walls.acting_with(one.who.token):
        card = pairs.save_card(one.who, pair_id=couple.pair_id, seen_version=0, wanted=wanted)
    for each in (one, other):
        with walls.acting_with(each.who.token):
            pairs.sign_card(each.who, pair_id=couple.pair_id, version=card.version)


def _write_to_each_other(couple: Couple) -> None:
    """A question, an answer from the list of phrases, and a day that one of them writes down."""
    with travelled(days_ago(couple.when - 1)):
        for each, words in ((couple.one, "When shall we meet?"), (couple.other, "Tomorrow is fine for me.")):
            with walls.acting_with(each.who.token):
                talk.send(each.who, pair_id=couple.pair_id, words=words)
        with walls.acting_with(couple.one.who.token):
            days.add(
                couple.one.who,
                pair_id=couple.pair_id,
                days=[today() + timedelta(days=90)],
                each_year=True,
                before=3,
                words=days.sealed_words("Birthday", "My youngest. There will be cake."),
            )


def _meet(couple: Couple, when: float) -> None:
    """Plan a meeting; both say that it took place, and sometimes one writes a line about it."""
    one, other = couple.one, couple.other
    with travelled(days_ago(when)), walls.acting_with(one.who.token):
        starts = (now() + timedelta(days=3)).replace(hour=14, minute=0, second=0, microsecond=0)
        meeting = meet.plan(
            one.who, pair_id=couple.pair_id, starts_at=starts, minutes=90, mode=0, place="At the station"
        )
    if when - 4 < 0:
        return
    with travelled(days_ago(when - 4)):
        for each in (one, other):
            if each.invented.luck[5] < 0.9:
                with walls.acting_with(each.who.token):
                    meet.say_it_took_place(each.who, meeting_id=meeting.pk)
        if other.invented.luck[6] < 0.5:
            line = LINES[int(other.invented.luck[7] * len(LINES))]
            with walls.acting_with(other.who.token):
                meet.write_journal(other.who, pair_id=couple.pair_id, words=line)


def _ask(couple: Couple, asker: Living) -> None:
    kind, words = ASKED
    with walls.acting_with(asker.who.token):
        request = help_.ask(
            asker.who, programme_id=couple.programme_id, pair_id=couple.pair_id, kind=kind, words=words
        )
        if asker.invented.luck[5] < 0.7:
            help_.resolve(asker.who, request_id=request.pk)
