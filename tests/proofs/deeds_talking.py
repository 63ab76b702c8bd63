"""The deeds of a history in which people talk: messages and letters, days, next steps, a planned ending."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bothways.days import services as days
from bothways.days.reading import KINDS, sealed_words
from bothways.goals import services as goals
from bothways.pair import closings
from bothways.pair.models import Pair as PairRow
from bothways.talk import printed
from bothways.talk import services as talk
from bothways.talk.models import Message as MessageRow
from tests.proofs.deeds import Deeds, when
from tests.proofs.played import PICK
from tests.proofs.records import Pair, Someone, Step


class Talkers(Deeds):
    def _two_of(self, pick: int, first: bool) -> tuple[Pair, Someone]:
        pair = self.played.choose(self.living, pick)
        return pair, pair.two[first]

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), phrase=st.sampled_from(["", "Hello!\n", "Thank you!\n"]))
    def writes_a_message(self, pick: int, first: bool, phrase: str) -> None:
        pair, one = self._two_of(pick, first)
        words = phrase + self.played.fresh("Are you well")
        row = self.played.act(one, lambda who: talk.send(who, pair_id=self.played.ids[pair], words=words))
        self.played.ids[self.played.oracle.writes_message(pair, one, words)] = row.pk

    @when(lambda self: self.played.oracle.messages)
    @rule(pick=PICK)
    def deletes_a_message(self, pick: int) -> None:
        message = self.played.choose(self.played.oracle.messages, pick)
        pk = self.played.ids[message]
        self.played.act(message.by, lambda who: talk.delete(who, message_id=pk))
        self.played.oracle.unwrites_message(message)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans())
    def has_read(self, pick: int, first: bool) -> None:
        pair, one = self._two_of(pick, first)
        now = self.played.oracle.now
        self.played.act(one, lambda who: talk.came_to(who, pair_id=self.played.ids[pair], up_to=now))
        self.played.oracle.has_read(pair, one, now)

    @when(lambda self: self.played.oracle.messages and self.members)
    @rule(pick=PICK, reader=PICK)
    def prints_a_letter(self, pick: int, reader: int) -> None:
        """Whoever may read a message prints it; for everybody else there is no letter."""
        message = self.played.choose(self.played.oracle.messages, pick)
        one = self.played.choose(self.members, reader)
        may = one is message.by or any(each is one for each, _under in message.text.readers)
        row = MessageRow.objects.get(id=self.played.ids[message])
        pair = PairRow.objects.get(id=self.played.ids[message.pair])
        letter = self.played.act(one, lambda who: printed.letter_html(who, row, pair), may=may)
        if may:
            assert all(line in letter for line in message.text.words.split("\n"))

    # --- days ---

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), ahead=st.integers(0, 40), yearly=st.booleans(), before=PICK)
    def keeps_a_day(self, pick: int, first: bool, ahead: int, yearly: bool, before: int) -> None:
        pair, one = self._two_of(pick, first)
        day = self.played.oracle.now.date() + timedelta(days=ahead)
        words = sealed_words(KINDS["exam"][0], self.played.fresh("Chemistry"))
        row = self.played.act(
            one,
            lambda who: days.add(
                who,
                pair_id=self.played.ids[pair],
                days=[day],
                each_year=yearly,
                before=before,
                words=words,
            ),
        )
        kept = self.played.oracle.keeps_day(pair, one, day, yearly, before, words)
        self.played.ids[kept] = row.pk

    @when(lambda self: self.played.oracle.days)
    @rule(pick=PICK, ahead=st.integers(0, 40), before=PICK, new=st.booleans())
    def changes_a_day(self, pick: int, ahead: int, before: int, new: bool) -> None:
        kept = self.played.choose(self.played.oracle.days, pick)
        day = self.played.oracle.now.date() + timedelta(days=ahead)
        words = sealed_words(KINDS["feast"][0], self.played.fresh("Cake")) if new else kept.text.words
        self.played.act(
            kept.by,
            lambda who: days.change(
                who,
                occasion_id=self.played.ids[kept],
                days=[day],
                each_year=kept.each_year,
                before=before,
                words=words,
            ),
        )
        self.played.oracle.changes_day(kept, day, before, words)

    @when(lambda self: self.played.oracle.days)
    @rule(pick=PICK)
    def forgets_a_day(self, pick: int) -> None:
        kept = self.played.choose(self.played.oracle.days, pick)
        self.played.act(kept.by, lambda who: days.delete(who, occasion_id=self.played.ids[kept]))
        self.played.oracle.forgets_day(kept)

    # --- next steps ---

    def _pair_of(self, one: Someone, pick: int) -> Pair | None:
        mine = [None, *(pair for pair in self.living if one in pair.two)]
        return self.played.choose(mine, pick)

    @when(lambda self: self.members)
    @rule(pick=PICK, shown=PICK)
    def adds_a_step(self, pick: int, shown: int) -> None:
        one = self.played.choose(self.members, pick)
        pair, words = self._pair_of(one, shown), self.played.fresh("Learn to swim")
        pair_id = self.played.ids[pair] if pair else None
        row = self.played.act(one, lambda who: goals.add(who, words=words, pair_id=pair_id))
        self.played.ids[self.played.oracle.adds_step(one, words, pair)] = row.pk

    @property
    def steps(self) -> list[Step]:
        return self.played.oracle.steps

    @when(lambda self: self.steps)
    @rule(pick=PICK, shown=PICK, new=st.booleans())
    def changes_a_step(self, pick: int, shown: int, new: bool) -> None:
        step = self.played.choose(self.steps, pick)
        pair = self._pair_of(step.by, shown)
        words = self.played.fresh("Learn to cook") if new else step.text.words
        pair_id = self.played.ids[pair] if pair else None
        pk = self.played.ids[step]
        self.played.act(step.by, lambda who: goals.change(who, goal_id=pk, words=words, pair_id=pair_id))
        self.played.oracle.shows_step(step, pair)
        self.played.oracle.changes_step(step, words)

    @when(lambda self: self.steps)
    @rule(pick=PICK, done=st.booleans())
    def ticks_a_step(self, pick: int, done: bool) -> None:
        step = self.played.choose(self.steps, pick)
        self.played.act(step.by, lambda who: goals.tick(who, goal_id=self.played.ids[step], done=done))
        self.played.oracle.ticks_step(step, done)

    @when(lambda self: self.steps)
    @rule(pick=PICK)
    def drops_a_step(self, pick: int) -> None:
        step = self.played.choose(self.steps, pick)
        self.played.act(step.by, lambda who: goals.delete(who, goal_id=self.played.ids[step]))
        self.played.oracle.drops_step(step)

    # --- a planned ending ---

    @when(lambda self: self.living)
    @rule(
        pick=PICK, first=st.booleans(), ahead=st.integers(0, 40), wanted=st.sampled_from([True, True, False])
    )
    def plans_the_ending(self, pick: int, first: bool, ahead: int, wanted: bool) -> None:
        pair, one = self._two_of(pick, first)
        day = self.played.oracle.now.date() + timedelta(days=ahead) if wanted else None
        pk = self.played.ids[pair]
        if day:
            self.played.act(one, lambda who: closings.plan(who, pair_id=pk, day=day))
        else:
            self.played.act(one, lambda who: closings.drop(who, pair_id=pk))
        self.played.oracle.plans_closing(pair, one, day)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), any_words=st.sampled_from([True, True, False]))
    def says_thanks(self, pick: int, first: bool, any_words: bool) -> None:
        pair, one = self._two_of(pick, first)
        words = self.played.fresh("Thank you") if any_words else ""
        pk = self.played.ids[pair]
        self.played.act(one, lambda who: closings.say_thanks(who, pair_id=pk, words=words))
        self.played.oracle.thanks(pair, one, words)

    @rule()
    def days_are_near(self) -> None:
        self.played.a_job(days.remind)
        self.played.oracle.reminds()
        self.played.a_job(closings.tell_whose_day_has_come)
        self.played.oracle.closing_days_come()
