"""Half a year of a programme: people arrive, rounds are run, some say yes, pairs meet."""

from __future__ import annotations

from django.db import connection
from tqdm import tqdm

from bothways.core.clock.api import travelled
from bothways.core.identity.api import Acting
from bothways.core.registry import api as registry
from bothways.core.walls import api as walls
from bothways.demo import asked, gathered, later, life, together
from bothways.demo.crew import Crew
from bothways.demo.life import Answered, Answering, Arriving, Living
from bothways.demo.members import invent
from bothways.demo.place import days_ago, found, sign_in
from bothways.demo.together import Couple
from bothways.demo.who import named
from bothways.insight import api as insight
from bothways.match import api as match
from bothways.programme.api import Programme

# Days ago: the first and the last arrival, and the rounds; the last round's proposals are open today.
FIRST, LAST = 185.0, 2.0
ROUNDS = (130.0, 60.0, 0.04)


class NotADemo(Exception):
    """This database belongs to real people."""


def fill(members: int, seed: int, *, quiet: bool = False, processes: int | None = None) -> Programme:
    """Invent `members` people and let them live through half a year. The same seed gives the same programme.

    Works in as many processes as there are processors, unless told otherwise. Needs a database that is
    new or was made for the demo; raises NotADemo otherwise. Memory grows by about a kilobyte a member.
    """
    if not registry.settle_installation(demo=True):
        raise NotADemo
    with Crew(processes) as crew:
        with travelled(days_ago(FIRST + 5)):
            eli, programme, populations = found(members)
        biggest = max(populations, key=populations.__getitem__)
        invented = invent(members, seed, towns=list(populations), populations=list(populations.values()))
        step = (FIRST - LAST) / members
        arriving = [
            Arriving(programme.pk, *named(one, members, biggest), FIRST - step * one.number)
            for one in invented
        ]
        _Story(eli, programme, crew, quiet).tell(arriving)
    with walls.working():
        insight.publish_due()
    return programme


def is_whole(programme: Programme) -> bool:
    """Whether the half year was lived through to its end: what was stopped half-way lacks a round."""
    return match.rounds_done(programme) >= len(ROUNDS)


class _Story:
    """Arrivals and rounds in the order of the days."""

    def __init__(self, eli: Acting, programme: Programme, crew: Crew, quiet: bool) -> None:
        self.eli, self.programme, self.crew, self.quiet = eli, programme, crew, quiet
        self.living: list[Living] = []
        self.couples: list[Couple] = []

    def tell(self, arriving: list[Arriving]) -> None:
        since = FIRST + 1
        for when in ROUNDS:
            self._arrive([one for one in arriving if when < one.when <= since])
            if when == ROUNDS[-1]:
                self._go_on()
            self._round(when)
            since = when
        asked.let_them_answer(self.living, FIRST)
        gathered.gather_all(self.eli, self.programme, self.living, FIRST)

    def _arrive(self, arriving: list[Arriving]) -> None:
        with self._bar("People arrive", len(arriving)) as bar:
            for came in self.crew.each(life.come, arriving):
                self.living += came
                bar.update(len(came))

    def _round(self, when: float) -> None:
        """Eli presses the button; for a round of the past, people answer and the new pairs begin to meet."""
        # Tables that have just been filled have no statistics yet, and a plan made without any can be slow.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with travelled(days_ago(when)):
            eli = sign_in(self.eli.person_id)
            with walls.acting_with(eli.token):
                started = match.start_round(eli, programme_id=self.programme.pk)
            with self._bar(f"A round, {when:.0f} days ago", 1) as bar, walls.working():
                match.run_round(started.pk)
                bar.update(1)
        if when > 1:
            answered = self._answer(when - 2)
            self._begin(answered, when - 3)

    def _answer(self, when: float) -> list[Answered]:
        asked = [Answering(one, when) for one in self.living]
        answered: list[Answered] = []
        with self._bar("People answer", len(asked)) as bar:
            for some in self.crew.each(life.answer, asked):
                answered += some
                bar.update(20)
        return answered

    def _begin(self, answered: list[Answered], when: float) -> None:
        couples = together.couples(answered, when)
        with self._bar("Pairs begin", len(couples)) as bar:
            for begun in self.crew.each(together.begin, couples):
                bar.update(len(begun))
        self.couples += couples

    def _go_on(self) -> None:
        some = later.some_of(self.couples)
        with self._bar("Pairs go on", len(some)) as bar:
            for gone_on in self.crew.each(later.go_on, some):
                bar.update(len(gone_on))

    def _bar(self, words: str, total: int) -> tqdm:
        return tqdm(total=total, desc=f"{words:<24}", disable=self.quiet, unit="")
