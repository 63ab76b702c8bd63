"""Proof 4: after every deed of a history, each person's glass box is exactly what the oracle's books say.

What is proved: for random histories of four members and a coordinator in two programmes, everything that the
product can show anyone about a person is in that person's glass box, section by section and row by row, and
nothing else is; and what each person can read of everybody's texts is what was opened to them, no more.

How: a Hypothesis state machine does each deed twice, through the rooms' services as the role that serves
pages (`played.py`) and in an oracle of plain Python (`oracle.py` with its chapters `chronicle.py`,
`talking.py`, `rhythms.py`, `helping.py` and `together.py`), which knows no table of the product. The clock
stands still between deeds. `./dev test` plays a few fixed histories and compares after every fourth deed,
`./dev attack histories` thousands of deeds by dice, compared after each (HISTORIES sets how many histories).
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bothways.people.leaving import finish_leaving
from tests.proofs.deeds import Members
from tests.proofs.deeds_gathering import Guests
from tests.proofs.deeds_helping import Askers, Hands
from tests.proofs.deeds_rhythms import Regulars
from tests.proofs.deeds_talking import Talkers
from tests.proofs.deeds_together import Pairs
from tests.proofs.photo import Photo
from tests.proofs.played import NAMES, PICK, Played, frozen

pytestmark = pytest.mark.django_db(transaction=True)


class History(Members, Pairs, Talkers, Regulars, Askers, Hands, Guests, RuleBasedStateMachine):
    """Every rule is a deed, at a moment of its own."""

    photo: Photo
    # Compare after so many deeds, and at the end.
    often = 1

    def __init__(self) -> None:
        super().__init__()
        self.deeds = 0
        self.clock = frozen()
        self.clock.__enter__()
        self.played = Played()

    @initialize(sides=PICK, second=PICK, paired=st.sampled_from([True, True, True, False]))
    def four_members(self, sides: int, second: int, paired: bool) -> None:
        for number, name in enumerate(NAMES):
            one = self.played.joins(name)
            side = (number + sides) % 2
            self.played.becomes_active(one, self.played.programmes[0], side, 1 + (second + number) % 2)
            if number < 2 and second % 2:
                self.played.becomes_active(one, self.played.programmes[1], side, 1)
        if paired:
            # Most begin with pairs: few of so many deeds would bring them together.
            self.a_round(0)
            for offer in [one for one in self.offers if one.state == "open"]:
                for one in offer.two:
                    self._answers(offer, one, True)

    @rule(hours=PICK)
    def time_passes(self, hours: int) -> None:
        self.played.pass_time(timedelta(hours=1 + hours * hours))

    @rule()
    def weeks_pass(self) -> None:
        self.played.pass_time(timedelta(days=9))

    @rule()
    def the_job_of_leaving(self) -> None:
        self.played.a_job(finish_leaving)

    @invariant()
    def the_books_agree(self) -> None:
        self.played.pass_time(timedelta(minutes=1))
        self.deeds += 1
        if self.deeds % self.often == 0:
            self.played.compare()

    def teardown(self) -> None:
        try:
            self.played.compare()
        finally:
            self.clock.__exit__(None, None, None)
            self.photo.put_back()


def play(histories: int, steps: int, *, often: int, fixed: bool) -> None:
    rules = settings(
        max_examples=histories,
        stateful_step_count=steps,
        derandomize=fixed,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate] if fixed else [Phase.generate, Phase.shrink],
        print_blob=not fixed,
    )
    with Photo() as photo:
        History.photo, History.often = photo, often
        run_state_machine_as_test(History, settings=rules)


def test_a_few_fixed() -> None:
    play(5, 20, often=4, fixed=True)


@pytest.mark.attack
def test_histories() -> None:
    play(int(os.environ.get("HISTORIES", "120")), 50, often=1, fixed=False)
