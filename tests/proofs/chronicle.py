"""What each deed changes in the oracle's books: joining, answers, proposals and endings."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.proofs.oracle import Books
from tests.proofs.records import Joined, Offer, Pair, Programme, Request, Row, Said, Someone, Words

WEEK = timedelta(days=7)
STANDING = {"active", "paused"}
WAITS = "A proposal waits for you."


class Chronicle(Books):
    """Each method is one deed that the charter allows; `may_…` says when."""

    # --- small things ---

    def happened(self, one: Someone, kind: str) -> None:
        one.events.append((self.now, kind))

    def notice(self, one: Someone, words: str, *key: object) -> None:
        one.notices.setdefault((words, *key), {"at": self.now, "what": words, "sent": None})

    def write(self, owner: Someone, kind: str, words: str) -> Words:
        text = Words(owner, kind, words, self.now)
        self.texts.append(text)
        return text

    def drop(self, text: Words | None) -> None:
        if text in self.texts:
            self.texts.remove(text)

    def close_under(self, under: object) -> None:
        for text in self.texts:
            text.readers = {(reader, what) for reader, what in text.readers if what is not under}

    # --- accounts ---

    def joins(self, name: str) -> Someone:
        one = Someone(name, self.now)
        self.people.append(one)
        self.write(one, "address", f"{name.lower()}@example.org")
        self.write(one, "name", name)
        self.happened(one, "person.joined")
        self.happened(one, "person.named")
        self.signs_in(one)
        return one

    def signs_in(self, one: Someone) -> None:
        one.entries.append({"opened_at": self.now, "ended_at": None})

    def signs_out(self, one: Someone) -> None:
        one.entries[-1]["ended_at"] = self.now

    def renames(self, one: Someone, words: str) -> None:
        next(text for text in self.texts if text.owner is one and text.kind == "name").words = words
        self.happened(one, "person.named")

    # --- enrolments ---

    def begins(self, one: Someone, programme: Programme, side: int) -> Joined:
        mine = Joined(one, programme, side, self.now)
        self.joined.append(mine)
        self.happened(one, "enrolment.started")
        return mine

    def says(self, mine: Joined, answers: dict[str, bool]) -> None:
        for purpose, given in answers.items():
            standing = [one for one in mine.said if one.purpose == purpose and one.replaced is None]
            version = len(mine.programme.texts[purpose])
            if standing and (standing[0].given, standing[0].version) == (given, version):
                continue
            for one in standing:
                one.replaced = self.now
            mine.said.append(Said(purpose, given, version, self.now))
            self.happened(mine.person, "consent.given" if given else "consent.refused")
            if purpose == "figures" and given and mine.state in STANDING:
                self.happened(mine.person, "enrolment.active")

    def may_send(self, mine: Joined) -> bool:
        return all(mine.answer(purpose) is not None for purpose in mine.programme.texts)

    def sends(self, mine: Joined) -> None:
        if mine.state == "draft":
            mine.state, mine.confirm_from = "waiting", self.now + timedelta(days=1)
            self.happened(mine.person, "enrolment.sent")

    def may_confirm(self, mine: Joined) -> bool:
        return mine.state in STANDING or (mine.confirm_from is not None and self.now >= mine.confirm_from)

    def confirms(self, mine: Joined) -> None:
        if mine.state == "waiting":
            mine.state, mine.waiting = "active", self.now
            self.happened(mine.person, "enrolment.confirmed")
            if mine.answer("figures"):
                self.happened(mine.person, "enrolment.active")

    def wants(self, mine: Joined, capacity: int) -> None:
        mine.capacity = capacity
        if mine.state != "draft":
            self.happened(mine.person, "enrolment.changed")

    def rests(self, mine: Joined) -> None:
        if mine.state == "active":
            mine.state, mine.paused = "paused", self.now
            self.happened(mine.person, "enrolment.paused")

    def returns(self, mine: Joined) -> None:
        if mine.state == "paused":
            assert mine.waiting and mine.paused
            mine.waiting = min(self.now, mine.waiting + (self.now - mine.paused))
            mine.state, mine.paused = "active", None
            self.happened(mine.person, "enrolment.resumed")

    def withdraws(self, mine: Joined) -> None:
        for offer in self.offers:
            if mine in offer.joined and offer.state == "open":
                self.closes(offer)
        for pair in self.pairs:
            if mine in pair.offer.joined and not pair.ended:
                self.ends(pair, by=mine.person)
        for one in self.afternoons:
            if one.programme is mine.programme:
                one.coming.discard(mine.person)
                one.attended.discard(mine.person)
        self.joined.remove(mine)
        self.happened(mine.person, "enrolment.withdrawn")

    # --- proposals ---

    def free(self, mine: Joined) -> int:
        """How many proposals this member may be sent."""
        if mine.state != "active" or not mine.answer("match"):
            return 0
        asked = sum(mine in offer.joined and offer.state == "open" for offer in self.offers)
        return max(mine.capacity - mine.partners - asked, 0)

    def something_between(self, a: Joined, b: Joined) -> bool:
        two = frozenset({a.person, b.person})
        living = any(
            set(offer.two) == two and offer.programme is a.programme and offer.state != "closed"
            for offer in self.offers
        )
        return living or (a.programme, two) in self.apart

    def round(self, programme: Programme, found: list[Offer], left_over: dict[Someone, Row]) -> None:
        """What a round proposed. Which couples it chose is the engine's; that it could, is checked here."""
        here = [one for one in self.joined if one.programme is programme]
        places = {id(one): self.free(one) for one in here}
        for offer in found:
            a, b = offer.joined
            assert {a.side, b.side} == {0, 1} and not self.something_between(a, b)
            for one in (a, b):
                places[id(one)] -= 1
                assert places[id(one)] >= 0, "a proposal to somebody without a place or a yes"
        sent = {id(one) for offer in found for one in offer.joined}
        self._nobody_was_forgotten(here, places, sent, found)
        assert left_over.keys() <= {one.person for one in here if places[id(one)] and id(one) not in sent}
        for one in here:
            one.left_over = left_over.get(one.person)
        for offer in found:
            self.offers.append(offer)
            for one in offer.joined:
                self.happened(one.person, "proposal.sent")
                if one.answer("notices"):
                    self.notice(one.person, WAITS, offer)

    def _nobody_was_forgotten(
        self, here: list[Joined], places: dict[int, int], sent: set[int], found: list[Offer]
    ) -> None:
        new = [set(offer.two) for offer in found]
        alone = [one for one in here if places[id(one)] and id(one) not in sent]
        for a in alone:
            for b in alone:
                if a.side < b.side and {a.person, b.person} not in new:
                    assert self.something_between(a, b), "two who suit each other were left over"

    def may_accept(self, offer: Offer, one: Someone) -> bool:
        if offer.state == "made":
            return True
        if offer.state == "open" and offer.until <= self.now:
            # Too late, and written down: no clock that is put back opens it again.
            self.closes(offer)
        mine = next((each for each in offer.joined if each.person is one), None)
        return (
            offer.state == "open" and offer.until > self.now and mine in self.joined and self._has_room(mine)
        )

    def _has_room(self, mine: Joined | None) -> bool:
        return bool(
            mine and mine.state == "active" and mine.partners < mine.capacity and mine.answer("match")
        )

    def accepts(self, offer: Offer, one: Someone) -> bool:
        """Whether it came to something: a second yes may find that the other has no place any more."""
        if offer.state == "made":
            return True
        offer.yes.add(one)
        if len(offer.yes) < 2:
            return True
        if not all(self._has_room(mine) for mine in offer.joined):
            self.closes(offer)
            return False
        offer.state = "made"
        for mine in offer.joined:
            mine.partners, mine.waiting = mine.partners + 1, self.now
        full = [mine for mine in offer.joined if mine.partners >= mine.capacity]
        for other in self.offers:
            if other.state == "open" and any(mine in full for mine in other.joined):
                self.closes(other)
        self._becomes_a_pair(offer)
        return True

    def _becomes_a_pair(self, offer: Offer) -> None:
        pair = Pair(offer, self.now)
        self.pairs.append(pair)
        for one in offer.two:
            name = next(text for text in self.texts if text.owner is one and text.kind == "name")
            name.readers.add((pair.other(one), pair))
            self.happened(one, "pair.joined")
            self.tell(pair, one, "You both said yes: you have a new partner")

    def declines(self, offer: Offer) -> None:
        if offer.state == "open":
            self.closes(offer)
            self.apart.add((offer.programme, frozenset(offer.two)))

    def closes(self, offer: Offer) -> None:
        offer.state, offer.reasons = "closed", ""
        offer.yes.clear()

    def every_minute(self) -> None:
        for offer in self.offers:
            if offer.state == "open" and offer.until <= self.now:
                self.closes(offer)
        for mine in self.joined:
            opens = mine.confirm_from
            lately = opens is not None and self.now - WEEK < opens <= self.now
            if mine.state == "waiting" and mine.answer("notices") and lately:
                self.notice(mine.person, "You can confirm your enrolment now.", mine)

    def every_hour(self) -> None:
        """What the rooms above add to."""

    def every_night(self) -> None:
        for offer in self.offers:
            if offer.state == "closed" and offer.until < self.now - timedelta(days=30):
                offer.forgotten = True

    def letters(self) -> None:
        """At most so many letters in seven days as each wants, each for all that waits, none in the night."""
        for one in self.people:
            unsent = {key: row for key, row in one.notices.items() if row["sent"] is None}
            new = [row["at"] for key, row in unsent.items() if key not in one.due]
            for key in unsent.keys() - one.due.keys():
                when = _by_day(max(min(new), self.now - timedelta(minutes=10)))
                one.due[key] = when if one.letters else self.now + timedelta(days=1)
            waiting = {key: row for key, row in unsent.items() if not self._is_over(key)}
            young = [key for key, row in waiting.items() if row["at"] > self.now - 3 * WEEK]
            due = [one.due[key] for key in young if one.due[key] <= self.now]
            if not due:
                continue
            if not one.letters:
                one.due.update(dict.fromkeys(unsent, self.now + timedelta(days=1)))
                continue
            until = _by_day(self.now)
            at = min(due) if self.now - min(due) < timedelta(hours=1) else self.now
            lately = sorted(row["at"] for row in one.messages if row["at"] > at - WEEK)
            full = len(lately) >= one.most
            if until == self.now and full:
                until = _by_day(lately[-one.most] + WEEK)
            if until > self.now or full:
                one.due.update(dict.fromkeys(unsent, until))
                continue
            for row in waiting.values():
                row["sent"] = self.now
            one.messages.append({"at": at, "way": "Letter", "sent": self.now})
            self.happened(one, "notice.sent")

    def wants_to_be_told(self, one: Someone, letters: bool, per_week: int) -> None:
        """It counts at once, also for what waits."""
        if (one.letters, one.per_week) == (letters, per_week):
            return
        one.letters, one.per_week = letters, per_week
        one.due = {key: when for key, when in one.due.items() if one.notices[key]["sent"]}
        self.happened(one, "person.settings")

    def _is_over(self, key: tuple[object, ...]) -> bool:
        """Nobody is told of a proposal that does not wait any more."""
        return key[0] == WAITS and not (key[1].state == "open" and key[1].until > self.now)

    # --- pairs ---

    def tell(self, pair: Pair, one: Someone, words: str, *key: object) -> None:
        """A notice about a pair, for those who agreed to notices."""
        if pair.half(one) in self.joined and pair.half(one).answer("notices"):
            self.notice(one, words, pair, *key)

    def ends(self, pair: Pair, *, by: Someone) -> None:
        self.tell(pair, pair.other(by), "This pair has ended")
        for card in pair.cards:
            for text in card.words.values():
                self.drop(text)
        for text in pair.contacts.values():
            self.drop(text)
        pair.cards, pair.contacts, pair.pauses = [], {}, {}
        pair.state, pair.ended = "Ended", self.now
        self.close_under(pair)
        for request in self.requests:
            if request.pair is pair:
                self._forgets_answers(request)
        for mine in pair.offer.joined:
            mine.partners, mine.waiting = mine.partners - 1, self.now
            self.happened(mine.person, "pair.over")
        for meeting in self.meetings:
            if meeting.pair is pair and meeting.starts > self.now and meeting.planned:
                meeting.cancelled = True
        self.closes(pair.offer)
        self.apart.add((pair.offer.programme, frozenset(pair.two)))

    def _forgets_answers(self, request: Request) -> None:
        """What one wrote under a request of the other's goes with the pair; more of the requester's stays,
        closed to the other. What a coordinator wrote stays between them and the requester."""
        for text in self.texts:
            if text.owner is request.by:
                text.readers = {(reader, what) for reader, what in text.readers if what is not request}
        under = [one for one in self.replies if one.request is request and not one.signed]
        for reply in [one for one in under if one.by is not request.by]:
            self.drop(reply.text)
            self.replies.remove(reply)

    # --- leaving ---

    def leaves(self, one: Someone) -> None:
        """Everything ends for the others, and then there is nothing of this person."""
        for mine in [each for each in self.joined if each.person is one]:
            self.withdraws(mine)
        for request in [each for each in self.requests if each.by is one]:
            for reply in [each for each in self.replies if each.request is request]:
                self.drop(reply.text)
                self.replies.remove(reply)
            self.requests.remove(request)
            for person in self.people:
                person.openings = [each for each in person.openings if each.request is not request]
        self.replies = [each for each in self.replies if each.by is not one]
        self.lines = [each for each in self.lines if each.by is not one]
        self.texts = [text for text in self.texts if text.owner is not one]
        self.people.remove(one)
        one.here = False


def _by_day(moment: datetime) -> datetime:
    """The same moment, or eight in the morning after the night in which it lies."""
    if 8 <= moment.hour < 21:
        return moment
    day = moment + timedelta(days=1) if moment.hour >= 21 else moment
    return day.replace(hour=8, minute=0, second=0, microsecond=0)
