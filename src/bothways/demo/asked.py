"""The four questions about the programme, as some members answered them in the half-year before this one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bothways.core.clock.api import today, travelled
from bothways.core.walls import api as walls
from bothways.demo.life import Living
from bothways.demo.place import days_ago, sign_in
from bothways.voice import api as voice

# So many answer: enough for something to come out, and few enough to be quick.
MOST = 120
# Whoever is happy about one thing often is about the next, but not always.
SAID = ("yes", "yes", "mostly", "mostly", "yes", "hardly", "unsaid", "no")


def last_asked() -> float:
    """How many days ago the last month of questions that is over had its middle: June or December."""
    this = today()
    ended = date(this.year, 7, 1) if this.month >= 7 else date(this.year, 1, 1)
    return float((this - ended).days + 15)


def let_them_answer(living: Sequence[Living], since: float) -> None:
    """Open the questions of then, if the programme (there for `since` days) was, and let some answer."""
    when = last_asked()
    if when >= since:
        return
    with travelled(days_ago(when)):
        with walls.working():
            voice.open_due()
        for one in living[:MOST]:
            _answers(one)


def _answers(one: Living) -> None:
    """Whoever was asked then: not those who came later."""
    who = sign_in(one.who.person_id)
    with walls.acting_with(who.token):
        for asked in voice.waiting():
            voice.give(who, sums_id=asked.sums_id, answers=dict(_said(one.invented.luck)))


def _said(luck: Iterable[float]) -> Iterable[tuple[str, str]]:
    return (
        (question, SAID[int(part * len(SAID))]) for question, part in zip(voice.QUESTIONS, luck, strict=False)
    )
