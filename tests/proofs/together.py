"""What each deed of a pair changes in the oracle's books: cards, meetings, the journal."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.proofs.helping import Helping
from tests.proofs.records import Afternoon, Card, Line, Meeting, Pair, Someone
from tests.proofs.talking import CHANGED


class Oracle(Helping):
    """The whole of it."""

    # --- gatherings ---

    def says_of(self, one: Afternoon, person: Someone, what: str, wanted: bool) -> None:
        """That somebody comes or was there, or not after all; nobody else's books change."""
        there: set[Someone] = getattr(one, what)
        if (person in there) != wanted:
            (there.add if wanted else there.discard)(person)
            self.happened(person, f"gathering.{what}" if wanted else f"gathering.not_{what}")

    # --- the card ---

    def saves(self, pair: Pair, one: Someone, times: int, words: dict[str, str]) -> None:
        newest = pair.cards[-1] if pair.cards else None
        before = newest.words if newest else {}
        mine = {kind: before[one, kind].words if (one, kind) in before else "" for kind in words}
        if newest and newest.times == times and mine == words:
            return
        kept = {key: text for key, text in before.items() if key[0] is not one}
        for kind, plain in words.items():
            if plain and plain == mine[kind]:
                kept[one, kind] = before[one, kind]
            elif plain:
                kept[one, kind] = self.write(one, kind, plain)
                kept[one, kind].readers.add((pair.other(one), pair))
        card = Card(newest.version + 1 if newest else 1, self.now, times, kept)
        pair.cards.append(card)
        self._keep_two(pair)
        self.happened(one, "card.changed")
        self.tell(pair, pair.other(one), "The card of your pair has changed", card.version)

    def signs(self, pair: Pair, one: Someone) -> None:
        card = pair.cards[-1]
        if one in card.signed:
            return
        card.signed[one] = self.now
        self.happened(one, "card.signed")
        if len(card.signed) == 2:
            self._keep_two(pair)
            self.tell(pair, pair.other(one), "You have both signed your card", card.version)

    def _keep_two(self, pair: Pair) -> None:
        """The newest version stays, and the last that both signed; other words are gone."""
        agreed = [card for card in pair.cards if len(card.signed) == 2][-1:]
        kept = [card for card in pair.cards if card is pair.cards[-1] or card in agreed]
        stay = {id(text) for card in kept for text in card.words.values()}
        for card in pair.cards:
            for text in card.words.values():
                if id(text) not in stay:
                    self.drop(text)
        pair.cards = kept

    # --- the pair itself ---

    def pauses(self, pair: Pair, one: Someone, until: date) -> None:
        if pair.pauses.get(one) == until:
            return
        pair.pauses[one] = until
        self._settle(pair, one)
        self.happened(one, "pair.paused")
        self.tell(pair, pair.other(one), CHANGED, until)

    def resumes(self, pair: Pair, one: Someone) -> None:
        if pair.pauses.pop(one, None) is None:
            return
        self._settle(pair, one)
        self.happened(one, "pair.resumed")
        self.tell(pair, pair.other(one), CHANGED, self.now)

    def _settle(self, pair: Pair, one: Someone) -> None:
        ahead = [until for until in pair.pauses.values() if until > self.now.date()]
        pair.state = "Paused" if ahead else "Live"
        self.follows(pair, one)

    def every_hour(self) -> None:
        for pair in self.pairs:
            ahead = [until for until in pair.pauses.values() if until > self.now.date()]
            if pair.state == "Paused" and not ahead:
                pair.state, pair.pauses = "Live", {}
        super().every_hour()

    def may_give_contact(self, pair: Pair, one: Someone, words: str) -> bool:
        return not words or bool(pair.half(one).answer("contact"))

    def gives_contact(self, pair: Pair, one: Someone, words: str) -> None:
        before = pair.contacts.pop(one, None)
        self.drop(before)
        if words:
            pair.contacts[one] = self.write(one, "contact", words)
            pair.contacts[one].readers.add((pair.other(one), pair))
        self.happened(one, "pair.contact")

    def contact_shown(self, pair: Pair, one: Someone) -> str:
        """The partner's contact details, as the page shows them: while both agree."""
        other = pair.other(one)
        agreed = all(pair.half(each).answer("contact") for each in (one, other))
        return pair.contacts[other].words if agreed and other in pair.contacts else ""

    # --- meetings and the journal ---

    def plans(self, pair: Pair, one: Someone, starts: datetime, mode: int, place: str) -> Meeting:
        meeting = Meeting(pair, starts, mode, one)
        self.meetings.append(meeting)
        self._place(meeting, one, place)
        self.happened(one, "meeting.planned")
        self.tell(pair, pair.other(one), "Your partner planned a meeting", meeting, 0)
        return meeting

    def moves(self, meeting: Meeting, one: Someone, starts: datetime, place: str) -> None:
        meeting.starts, meeting.sequence = starts, meeting.sequence + 1
        if meeting.series and meeting.slot:
            meeting.moved = starts != meeting.series.moment(meeting.slot)
        if (meeting.place.words if meeting.place else "") != place:
            self.drop(meeting.place)
            meeting.place = None
            self._place(meeting, one, place)
        self.happened(one, "meeting.moved")
        self._tell_partner(meeting, one, "Your partner changed a meeting")

    def _place(self, meeting: Meeting, one: Someone, place: str) -> None:
        if place:
            meeting.place = self.write(one, "place", place)
            meeting.place.readers.add((meeting.pair.other(one), meeting.pair))

    def cancels(self, meeting: Meeting, one: Someone) -> None:
        if not meeting.planned:
            return
        meeting.cancelled, meeting.sequence = True, meeting.sequence + 1
        self.happened(one, "meeting.cancelled")
        self._tell_partner(meeting, one, "Your partner cancelled a meeting")

    def _tell_partner(self, meeting: Meeting, one: Someone, words: str) -> None:
        self.tell(meeting.pair, meeting.pair.other(one), words, meeting, meeting.sequence)

    def may_say(self, meeting: Meeting) -> bool:
        return meeting.planned and meeting.starts <= self.now

    def took_place(self, meeting: Meeting, one: Someone) -> None:
        if one not in meeting.said:
            meeting.said[one] = self.now
            self.happened(one, "meeting.confirmed")

    def notes(self, pair: Pair, one: Someone, words: str) -> None:
        text = self.write(one, "journal", words)
        text.readers.add((pair.other(one), pair))
        monday = self.now.date() - timedelta(days=self.now.weekday())
        self.lines.append(Line(pair, one, monday, text))
        self.happened(one, "journal.written")

    def unwrites(self, line: Line) -> None:
        self.drop(line.text)
        self.lines.remove(line)
        self.happened(line.by, "journal.deleted")

    def makes_feed(self, one: Someone) -> None:
        one.feed = self.now
        self.happened(one, "calendar.made")
