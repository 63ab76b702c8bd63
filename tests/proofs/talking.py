"""What each deed of talking changes in the oracle's books: messages, days, next steps, a planned ending."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.proofs.chronicle import Chronicle
from tests.proofs.records import Day, Message, Pair, Someone, Step

CHANGED = "Something about your pair has changed"


class Talking(Chronicle):
    """Words of one of the two are open to the other while their pair stands, and to nobody else."""

    # --- messages ---

    def writes_message(self, pair: Pair, one: Someone, words: str) -> Message:
        text = self.write(one, "message", words)
        text.readers.add((pair.other(one), pair))
        message = Message(pair, one, self.now, text)
        self.messages.append(message)
        self.happened(one, "message.sent")
        self.tell(pair, pair.other(one), "Your partner wrote to you", message)
        return message

    def unwrites_message(self, message: Message) -> None:
        self.drop(message.text)
        self.messages.remove(message)
        self.happened(message.by, "message.deleted")

    def has_read(self, pair: Pair, one: Someone, up_to: datetime) -> None:
        """Their own mark: the other's books do not change."""
        self.marks[pair, one] = up_to

    # --- days ---

    def keeps_day(self, pair: Pair, one: Someone, day: date, each_year: bool, before: int, words: str) -> Day:
        text = self.write(one, "occasion", words)
        text.readers.add((pair.other(one), pair))
        kept = Day(pair, one, day, each_year, before, text, None)
        self._remind_first(kept)
        self.days.append(kept)
        self.happened(one, "occasion.added")
        self.tell(pair, pair.other(one), "Your partner wrote down a day that matters", kept)
        return kept

    def changes_day(self, kept: Day, day: date, before: int, words: str) -> None:
        kept.day, kept.before = day, before
        self._remind_first(kept)
        if kept.text.words != words:
            self.drop(kept.text)
            kept.text = self.write(kept.by, "occasion", words)
            kept.text.readers.add((kept.pair.other(kept.by), kept.pair))
        self.happened(kept.by, "occasion.changed")

    def _remind_first(self, kept: Day) -> None:
        tomorrow = self.now.date() + timedelta(days=1)
        day = kept.next(tomorrow)
        kept.remind_on = max(day - timedelta(days=kept.before), tomorrow) if day else None

    def forgets_day(self, kept: Day) -> None:
        self.drop(kept.text)
        self.days.remove(kept)
        self.happened(kept.by, "occasion.deleted")

    def reminds(self) -> None:
        """From nine in the morning of the day on, and not in a pause."""
        today = self.now.date()
        for kept in self.days:
            due = kept.remind_on
            if due is None or (today, self.now.hour) < (due, 9):
                continue
            day = kept.next(due)
            until = kept.pair.paused_until
            if day and today <= day and not (until and until > today):
                for one in kept.pair.two:
                    self.tell(kept.pair, one, "A day that matters to you two is near", kept, day)
            after = kept.next(day + timedelta(days=1)) if day else None
            kept.remind_on = (
                max(after - timedelta(days=kept.before), day + timedelta(days=1)) if after and day else None
            )

    # --- next steps ---

    def adds_step(self, one: Someone, words: str, pair: Pair | None) -> Step:
        step = Step(one, self.write(one, "goal", words))
        self.steps.append(step)
        self.happened(one, "goal.added")
        self.shows_step(step, pair)
        return step

    def shows_step(self, step: Step, pair: Pair | None) -> None:
        """To one partner, or to nobody."""
        if step.shown_in is pair:
            return
        step.shown_in, step.text.readers = pair, set()
        if pair is None:
            self.happened(step.by, "goal.closed")
            return
        step.text.readers.add((pair.other(step.by), pair))
        self.happened(step.by, "goal.shared")
        self.tell(pair, pair.other(step.by), "Your partner shares a next step with you", step, pair)

    def changes_step(self, step: Step, words: str) -> None:
        if step.text.words != words:
            step.text.words = words
            self.happened(step.by, "goal.changed")

    def ticks_step(self, step: Step, done: bool) -> None:
        if step.done != done:
            step.done = done
            self.happened(step.by, "goal.changed")

    def drops_step(self, step: Step) -> None:
        self.drop(step.text)
        self.steps.remove(step)
        self.happened(step.by, "goal.deleted")

    # --- a planned ending ---

    def plans_closing(self, pair: Pair, one: Someone, day: date | None) -> bool:
        """Choose a day, or none; whether that changed something."""
        if pair.closing == day:
            return False
        pair.closing, pair.told_of_closing = day, False
        self.happened(one, "pair.closing" if day else "pair.no_closing")
        self.tell(pair, pair.other(one), CHANGED, "closing", self.now)
        return True

    def thanks(self, pair: Pair, one: Someone, words: str) -> None:
        before = pair.thanks.get(one)
        if (before.words if before else "") == words:
            return
        self.drop(pair.thanks.pop(one, None))
        if words:
            pair.thanks[one] = self.write(one, "thanks", words)
            pair.thanks[one].readers.add((pair.other(one), pair))
            self.tell(pair, pair.other(one), CHANGED, "closing", self.now)
        self.happened(one, "pair.thanks")

    def closing_days_come(self) -> None:
        for pair in self.pairs:
            if pair.closing and pair.closing <= self.now.date() and not pair.told_of_closing:
                pair.told_of_closing = True
                for one in pair.two:
                    self.tell(pair, one, "The day that you two chose has come", pair.closing)

    # --- what an end takes ---

    def ends(self, pair: Pair, *, by: Someone) -> None:
        super().ends(pair, by=by)
        for kept in [one for one in self.days if one.pair is pair]:
            self.drop(kept.text)
            self.days.remove(kept)
        for text in pair.thanks.values():
            self.drop(text)
        pair.thanks, pair.closing = {}, None
        for step in self.steps:
            if step.shown_in is pair:
                step.shown_in = None

    def leaves(self, one: Someone) -> None:
        super().leaves(one)
        self.messages = [each for each in self.messages if each.by is not one]
        self.marks = {key: at for key, at in self.marks.items() if key[1] is not one}
        self.days = [each for each in self.days if each.by is not one]
        self.steps = [each for each in self.steps if each.by is not one]
