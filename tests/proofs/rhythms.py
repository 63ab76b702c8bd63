"""What regular meetings change in the oracle's books: dates for eight weeks, pauses, a planned ending."""

from __future__ import annotations

from datetime import date, time, timedelta

from tests.proofs.records import Meeting, Pair, Series, Someone
from tests.proofs.talking import Talking

AHEAD = timedelta(weeks=8)


class Rhythms(Talking):
    """A pair has at most one rhythm; its dates lie where it gives them, or where somebody moved them."""

    def going_on(self, pair: Pair) -> Series | None:
        return next((one for one in self.series if one.pair is pair and not one.ended), None)

    def says_the_same(self, pair: Pair, every: int, starts_on: date, at: time) -> bool:
        before = self.going_on(pair)
        return (
            before is not None
            and (before.every, before.at) == (every, at)
            and starts_on in {before.starts_on, self._coming_days(before)[0]}
        )

    def may_choose(self, pair: Pair, every: int, starts_on: date, at: time) -> bool:
        fits = pair.closing is None or starts_on <= pair.closing
        return fits or self.says_the_same(pair, every, starts_on, at)

    def chooses(self, pair: Pair, one: Someone, every: int, starts_on: date, at: time) -> None:
        if self.says_the_same(pair, every, starts_on, at):
            return
        before = self.going_on(pair)
        skipped = self._closes_series(before) if before else set()
        made = Series(pair, every, starts_on, at, one, self.now)
        self.series.append(made)
        self.settles(made, one, skipped=skipped)
        self.happened(one, "series.changed" if before else "series.chosen")
        words = (
            "Your partner changed your regular meetings" if before else "Your partner chose regular meetings"
        )
        self.tell(pair, pair.other(one), words, made)

    def ends_series(self, pair: Pair, one: Someone) -> None:
        before = self.going_on(pair)
        if before:
            self._closes_series(before)
            self.happened(one, "series.ended")
            self.tell(pair, pair.other(one), "Your partner ended your regular meetings", before)

    def _closes_series(self, series: Series) -> set[date]:
        ahead = [one for one in self.meetings if one.series is series and one.starts > self.now]
        skipped = {one.slot for one in ahead if one.cancelled and one.slot}
        for one in ahead:
            one.cancelled, one.resting, one.sequence = False, True, one.sequence + 1
        series.ended = self.now
        return skipped

    def follows(self, pair: Pair, one: Someone) -> None:
        """A pause or a planned ending has changed."""
        series = self.going_on(pair)
        if series:
            self.settles(series, one, moved_too=True)

    def settles(
        self, series: Series, by: Someone | None, *, skipped: set[date] | None = None, moved_too: bool = False
    ) -> None:
        rows = {one.slot: one for one in self.meetings if one.series is series}
        for day in self._coming_days(series):
            if day not in rows:
                made = Meeting(series.pair, series.moment(day), 0, by, series=series, slot=day)
                made.cancelled = day in (skipped or set())
                made.resting = not made.cancelled and self._rests(series.pair, day)
                self.meetings.append(made)
        for row in rows.values():
            if row.starts <= self.now or row.cancelled:
                continue
            rests = self._rests(series.pair, row.starts.date())
            if (row.resting or moved_too or not row.moved) and row.resting != rests:
                row.resting, row.sequence = rests, row.sequence + 1

    def _rests(self, pair: Pair, day: date) -> bool:
        until = pair.paused_until
        return bool((until and day < until) or (pair.closing and day > pair.closing))

    def _coming_days(self, series: Series) -> list[date]:
        days: list[date] = []
        day = series.starts_on
        while len(days) < 2 or day <= (self.now + AHEAD).date():
            if series.moment(day) > self.now:
                days.append(day)
            day += timedelta(days=series.every)
        return days

    def every_hour(self) -> None:
        super().every_hour()
        for series in self.series:
            if not series.ended:
                self.settles(series, None)

    def plans_closing(self, pair: Pair, one: Someone, day: date | None) -> bool:
        changed = super().plans_closing(pair, one, day)
        if changed:
            self.follows(pair, one)
        return changed

    def ends(self, pair: Pair, *, by: Someone) -> None:
        super().ends(pair, by=by)
        series = self.going_on(pair)
        if series:
            series.ended = self.now
