"""The deeds of a history that take two: card, pauses, contact details, meetings, journal, ending."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bothways.meet import calendar, journal
from bothways.meet import services as meet
from bothways.pair import cards
from bothways.pair import services as pairs
from tests.proofs.deeds import Deeds, when
from tests.proofs.played import PICK
from tests.proofs.records import Meeting, Pair, Someone


class Pairs(Deeds):
    """Two who said yes: card, pauses, contact details, meetings, journal, ending."""

    def _two(self, pick: int, first: bool) -> tuple[Pair, Someone]:
        pair = self.played.choose(self.living, pick)
        return pair, pair.two[first]

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), evening=st.booleans(), new=st.integers(0, 3))
    def saves_the_card(self, pick: int, first: bool, evening: bool, new: int) -> None:
        pair, one = self._two(pick, first)
        newest = pair.cards[-1] if pair.cards else None
        times = 32 if evening else 4
        words = {}
        for number, kind in enumerate(("customs", "rather_not")):
            before = newest.words.get((one, kind)) if newest else None
            words[kind] = self.played.fresh("Please") if new >> number & 1 else before.words if before else ""
        wanted = cards.Wanted(rhythm="weekly", times=times, modes=1, **words)
        seen = newest.version if newest else 0
        self.played.act(
            one,
            lambda who: cards.save(who, pair_id=self.played.ids[pair], seen_version=seen, wanted=wanted),
        )
        self.played.oracle.saves(pair, one, times, words)

    @when(lambda self: [pair for pair in self.living if pair.cards])
    @rule(pick=PICK, first=st.booleans())
    def signs(self, pick: int, first: bool) -> None:
        pair = self.played.choose([pair for pair in self.living if pair.cards], pick)
        one, version = pair.two[first], pair.cards[-1].version
        self.played.act(one, lambda who: cards.sign(who, pair_id=self.played.ids[pair], version=version))
        self.played.oracle.signs(pair, one)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), days=st.integers(1, 4))
    def pauses(self, pick: int, first: bool, days: int) -> None:
        pair, one = self._two(pick, first)
        until = self.played.oracle.now.date() + timedelta(days=days)
        self.played.act(one, lambda who: pairs.pause(who, pair_id=self.played.ids[pair], until=until))
        self.played.oracle.pauses(pair, one, until)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans())
    def resumes(self, pick: int, first: bool) -> None:
        pair, one = self._two(pick, first)
        self.played.act(one, lambda who: pairs.resume(who, pair_id=self.played.ids[pair]))
        self.played.oracle.resumes(pair, one)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), any_words=st.sampled_from([True, True, False]))
    def gives_contact(self, pick: int, first: bool, any_words: bool) -> None:
        pair, one = self._two(pick, first)
        words = self.played.fresh("Call me") if any_words else ""
        may = self.played.oracle.may_give_contact(pair, one, words)
        self.played.act(
            one,
            lambda who: pairs.set_contact(who, pair_id=self.played.ids[pair], words=words),
            may=may,
        )
        if may:
            self.played.oracle.gives_contact(pair, one, words)

    @when(lambda self: self.living)
    @rule(
        pick=PICK, first=st.booleans(), hours=st.integers(1, 30), mode=st.integers(0, 3), placed=st.booleans()
    )
    def plans(self, pick: int, first: bool, hours: int, mode: int, placed: bool) -> None:
        pair, one = self._two(pick, first)
        starts = self.played.oracle.now + timedelta(hours=hours)
        place = self.played.fresh("At the library") if placed else ""
        row = self.played.act(
            one,
            lambda who: meet.plan(
                who, pair_id=self.played.ids[pair], starts_at=starts, minutes=60, mode=mode, place=place
            ),
        )
        self.played.ids[self.played.oracle.plans(pair, one, starts, mode, place)] = row.pk

    @property
    def meetings(self) -> list[Meeting]:
        """Of living pairs, the latest first."""
        return [one for one in self.played.oracle.meetings if not one.pair.ended][::-1]

    @when(lambda self: self.meetings)
    @rule(pick=PICK, first=st.booleans(), hours=st.integers(1, 30), keeps=st.booleans())
    def moves(self, pick: int, first: bool, hours: int, keeps: bool) -> None:
        meeting = self.played.choose(self.meetings, pick)
        one, now = meeting.pair.two[first], self.played.oracle.now
        starts = now + timedelta(hours=hours)
        before = meeting.place.words if meeting.place else ""
        place = before if keeps else self.played.fresh("At the lake")
        may = meeting.planned and meeting.starts > now
        self.played.act(
            one,
            lambda who: meet.move(
                who,
                meeting_id=self.played.ids[meeting],
                sequence=meeting.sequence,
                starts_at=starts,
                minutes=60,
                mode=meeting.mode,
                place=place,
            ),
            may=may,
        )
        if may:
            self.played.oracle.moves(meeting, one, starts, place)

    @when(lambda self: self.meetings)
    @rule(pick=PICK, first=st.booleans())
    def cancels(self, pick: int, first: bool) -> None:
        meeting = self.played.choose(self.meetings, pick)
        one = meeting.pair.two[first]
        may = not meeting.planned or meeting.starts > self.played.oracle.now
        self.played.act(one, lambda who: meet.cancel(who, meeting_id=self.played.ids[meeting]), may=may)
        if may:
            self.played.oracle.cancels(meeting, one)

    @when(lambda self: self.meetings)
    @rule(pick=PICK, first=st.booleans())
    def says_it_took_place(self, pick: int, first: bool) -> None:
        meeting = self.played.choose(self.meetings, pick)
        one, may = meeting.pair.two[first], self.played.oracle.may_say(meeting)
        pk = self.played.ids[meeting]
        self.played.act(one, lambda who: meet.say_it_took_place(who, meeting_id=pk), may=may)
        if may:
            self.played.oracle.took_place(meeting, one)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans())
    def writes_in_the_journal(self, pick: int, first: bool) -> None:
        pair, one = self._two(pick, first)
        words = self.played.fresh("We walked")
        row = self.played.act(one, lambda who: journal.write(who, pair_id=self.played.ids[pair], words=words))
        self.played.oracle.notes(pair, one, words)
        self.played.ids[self.played.oracle.lines[-1]] = row.pk

    @when(lambda self: self.played.oracle.lines)
    @rule(pick=PICK)
    def deletes_a_line(self, pick: int) -> None:
        line = self.played.choose(self.played.oracle.lines, pick)
        self.played.act(line.by, lambda who: journal.delete(who, line_id=self.played.ids[line]))
        self.played.oracle.unwrites(line)

    @when(lambda self: self.members)
    @rule(pick=PICK)
    def makes_a_feed(self, pick: int) -> None:
        one = self.played.choose(self.members, pick)
        self.played.act(
            one, lambda who: calendar.make_feed(who, instead_of=calendar.mark_of(calendar.my_feed(who)))
        )
        self.played.oracle.makes_feed(one)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans())
    def ends(self, pick: int, first: bool) -> None:
        pair, one = self._two(pick, first)
        self.played.act(one, lambda who: pairs.end(who, pair_id=self.played.ids[pair]))
        self.played.oracle.ends(pair, by=one)
