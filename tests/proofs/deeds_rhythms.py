"""The deeds of a history with regular meetings: choosing a rhythm, another one, and ending it."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bothways.meet import series
from bothways.meet.rhythm import FORTNIGHTLY, WEEKLY, Rhythm
from bothways.pair.models import Pair as PairRow
from tests.proofs.deeds import Deeds, when
from tests.proofs.played import PICK


class Regulars(Deeds):
    @when(lambda self: self.living)
    @rule(
        pick=PICK,
        first=st.booleans(),
        ahead=st.integers(1, 12),
        hour=st.sampled_from([9, 18]),
        weekly=st.booleans(),
    )
    def chooses_a_rhythm(self, pick: int, first: bool, ahead: int, hour: int, weekly: bool) -> None:
        pair = self.played.choose(self.living, pick)
        one, at = pair.two[first], time(hour)
        day = self.played.oracle.now.date() + timedelta(days=ahead)
        every, kind = (7, WEEKLY) if weekly else (14, FORTNIGHTLY)
        wanted = series.WantedSeries(Rhythm(kind, day, at, "UTC"), 60, 0)
        row = PairRow.objects.get(id=self.played.ids[pair])
        self.played.act(
            one,
            lambda who: series.choose(
                who, pair_id=row.id, seen=series.mark_of(series.current(row)), wanted=wanted
            ),
            may=self.played.oracle.may_choose(pair, every, day, at),
        )
        if self.played.oracle.may_choose(pair, every, day, at):
            self.played.oracle.chooses(pair, one, every, day, at)
            self.knows_the_dates()

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans())
    def ends_a_rhythm(self, pick: int, first: bool) -> None:
        pair = self.played.choose(self.living, pick)
        one = pair.two[first]
        self.played.act(one, lambda who: series.end(who, pair_id=self.played.ids[pair]))
        self.played.oracle.ends_series(pair, one)
