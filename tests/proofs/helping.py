"""What each deed of helping changes in the oracle's books: requests and their ladder, and hands."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.proofs.oracle import receipt
from tests.proofs.records import (
    Hand,
    Joined,
    Opening,
    Pair,
    Programme,
    Reply,
    Request,
    Service,
    Someone,
    Words,
    Yes,
)
from tests.proofs.rhythms import Rhythms

OPEN_FOR, WARNING, KEPT = timedelta(days=90), timedelta(days=7), timedelta(days=30)
TO_COORDINATORS = "A member asks the coordinators for help"


class Asking(Rhythms):
    """Requests: to the partner, to the coordinators, and on to where their requester said."""

    def asks(
        self,
        one: Someone,
        programme: Programme,
        pair: Pair | None,
        kind: str,
        words: str,
        ladder: tuple[bool, Service | None, int] = (False, None, 3),
    ) -> Request:
        text = self.write(one, "request", words)
        request = Request(one, programme, pair, kind, self.now, text, self.now + OPEN_FOR)
        request.coordinators_at = None if pair else self.now
        self._puts_on_ladder(request, *ladder)
        request.climbs = self._due(request)
        self.requests.append(request)
        self.happened(one, "request.made")
        if pair:
            text.readers.add((pair.other(one), request))
            self.tell(pair, pair.other(one), "Your partner asks you for help", request)
        else:
            self._tell_coordinators(request)
        return request

    def _tell_coordinators(self, request: Request) -> None:
        for coordinator in request.programme.coordinators:
            self.notice(coordinator, TO_COORDINATORS, request)

    # --- the ladder ---

    def says_where(self, request: Request, agreed: bool, service: Service | None, days: int) -> None:
        before = (request.agreed, request.service, request.wait_days)
        self._puts_on_ladder(request, agreed, service, days)
        if (request.agreed, request.service, request.wait_days) != before:
            if request.state == "open":
                request.climbs = self._due(request)
            self.happened(request.by, "request.ladder")

    def _puts_on_ladder(self, request: Request, agreed: bool, service: Service | None, days: int) -> None:
        if request.coordinators_at is None:
            request.agreed = agreed
        if service is not request.service:
            request.service, request.service_at = service, None
        request.wait_days = days

    def _rung(self, request: Request) -> str:
        if request.coordinators_at is None and request.agreed:
            return "coordinators"
        return "service" if request.service and request.service_at is None else ""

    def _due(self, request: Request) -> datetime | None:
        return self.now + timedelta(days=request.wait_days) if self._rung(request) else None

    def climb(self) -> None:
        for request in self.requests:
            if request.state != "open" or request.climbs is None or request.climbs > self.now:
                continue
            rung = self._rung(request)
            if rung == "coordinators":
                request.coordinators_at = self.now
            elif rung == "service":
                request.service_at = self.now
            request.climbs = self._due(request)
            if not rung:
                continue
            self.happened(request.by, "request.climbed")
            self.notice(request.by, "Your request has gone on to where you said", request, self.now)
            if rung == "coordinators":
                self._tell_coordinators(request)

    def keeps_open(self, request: Request) -> None:
        self._stays(request)
        self.happened(request.by, "request.kept")

    def _stays(self, request: Request) -> None:
        request.expires, request.warned = max(self.now + OPEN_FOR, request.expires), False

    def requests_run_out(self) -> None:
        for request in self.requests:
            if request.closed:
                continue
            if request.warned and request.expires <= self.now:
                request.state, request.closed, request.climbs = "expired", self.now, None
                self.happened(request.by, "request.expired")
                self.notice(request.by, "A request of yours was closed after a long time", request)
            elif not request.warned and request.expires <= self.now + WARNING:
                request.warned, request.expires = True, max(request.expires, self.now + WARNING)
                words = "A request of yours closes soon, unless you keep it open"
                self.notice(request.by, words, request, self.now)
        for request in [one for one in self.requests if one.closed and one.closed <= self.now - KEPT]:
            self._erases(request)

    def _erases(self, request: Request) -> None:
        for reply in [each for each in self.replies if each.request is request]:
            self.drop(reply.text)
            self.replies.remove(reply)
        self.drop(request.text)
        self.requests.remove(request)
        for person in self.people:
            person.openings = [each for each in person.openings if each.request is not request]

    # --- answers ---

    def may_reply(self, request: Request, one: Someone) -> bool:
        if request.closed:
            return False
        ended = bool(request.pair and request.pair.ended)
        if one is request.by:
            return not ended or request.coordinators_at is not None
        if request.pair and one in request.pair.two:
            return not ended
        return request.coordinators_at is not None and any(each.request is request for each in one.openings)

    def replies_to(self, request: Request, one: Someone, words: str) -> None:
        text = self.write(one, "reply", words)
        mine = one is request.by
        asked = bool(request.pair and one in request.pair.two)
        role = next(
            (row["public_name"] for row in one.roles if row["programme"] == request.programme.name), ""
        )
        reply = Reply(request, one, self.now, "" if mine or asked else role, text)
        standing = request.pair if request.pair and not request.pair.ended else None
        reader = request.by if not mine else standing.other(one) if standing else None
        if reader:
            text.readers.add((reader, request))
        request.state = "open" if mine else "answered"
        if mine:
            self._stays(request)
        request.climbs = self._due(request) if mine else None
        self.happened(one, "request.more" if mine else "request.answered")
        if not mine:
            self._tell_asker(reply)
        else:
            for other in {each for each in self.replies if each.request is request and each.by is not one}:
                self._tell_answerer(reply, other)
        self.replies.append(reply)

    def _tell_asker(self, reply: Reply) -> None:
        request, words = reply.request, "Your request has an answer"
        if request.pair and not reply.signed:
            self.tell(request.pair, request.by, words, reply)
        else:
            self.notice(request.by, words, reply)

    def _tell_answerer(self, reply: Reply, earlier: Reply) -> None:
        words, pair = "There is more to read under a request", reply.request.pair
        if earlier.signed:
            self.notice(earlier.by, words, reply)
        elif pair and not pair.ended:
            self.tell(pair, earlier.by, words, reply)

    def opens(self, request: Request, one: Someone) -> None:
        self.half_an_hour_is_over(one, request)
        if any(each.request is request and not each.over for each in one.openings):
            return
        one.openings.append(Opening(self.now, request))
        role = next(row for row in one.roles if row["programme"] == request.programme.name)
        request.by.receipts.append(receipt(self.now, role["public_name"], request))
        self.happened(one, "request.opened")

    def half_an_hour_is_over(self, one: Someone, request: Request | None = None) -> None:
        """It is written down where somebody looks, and by a job."""
        for each in one.openings:
            looked_at = request is None or each.request is request
            if looked_at and each.at <= self.now - timedelta(minutes=30):
                each.over = True

    def resolves(self, request: Request) -> None:
        if request.state != "resolved":
            request.state, request.closed, request.climbs = "resolved", self.now, None
            self.happened(request.by, "request.resolved")

    def takes_back(self, request: Request) -> None:
        if request.state != "taken_back":
            request.state, request.closed, request.climbs = "taken_back", self.now, None
            self.close_under(request)
            self.happened(request.by, "request.taken_back")

    def unwrites_reply(self, reply: Reply) -> None:
        self.drop(reply.text)
        self.replies.remove(reply)
        self.happened(reply.by, "request.words_deleted")

    def withdraws(self, mine: Joined) -> None:
        super().withdraws(mine)
        for request in self.requests:
            if request.by is mine.person and request.programme is mine.programme:
                request.climbs = None


class Helping(Asking):
    """Hands: nobody learns a name before two have said yes."""

    def confirmed(self, one: Someone, programme: Programme) -> bool:
        return any(
            each.person is one and each.programme is programme and each.state in {"active", "paused"}
            for each in self.joined
        )

    def sets_likes(self, one: Someone, programme: Programme, kinds: set[str]) -> None:
        before = {kind for person, where, kind in self.likes if person is one and where is programme}
        self.likes = {each for each in self.likes if each[0] is not one or each[1] is not programme}
        self.likes |= {(one, programme, kind) for kind in kinds}
        if before != kinds:
            self.happened(one, "hand.likes")

    def asks_hand(
        self, one: Someone, programme: Programme, kind: str, day: date, hours: int, pair: Pair | None
    ) -> Hand:
        hand = Hand(one, programme, kind, day, hours, pair, None if pair else self.now)
        self.hands.append(hand)
        self.happened(one, "hand.asked")
        if pair:
            self.tell(pair, pair.other(one), "Your partner asks for a hand", hand)
        return hand

    def widens(self, hand: Hand) -> None:
        if hand.wide is None:
            hand.wide = self.now
            self.happened(hand.by, "hand.widened")

    def tells_of_hand(self, hand: Hand) -> None:
        hand.told = True
        for mine in self.joined:
            likes = (mine.person, hand.programme, hand.kind) in self.likes
            asked = mine.programme is hand.programme and likes and mine.person is not hand.by
            if asked and mine.answer("notices"):
                self.notice(mine.person, "Somebody asks for work that you like", hand)

    def yes_of(self, one: Someone, hand: Hand) -> Yes | None:
        return next((each for each in self.yeses if each.by is one and each.hand is hand), None)

    def may_offer(self, one: Someone, hand: Hand) -> bool:
        if one is hand.by or hand.day < self.now.date():
            return False
        partner = hand.pair is not None and not hand.pair.ended and one in hand.pair.two
        likes = (one, hand.programme, hand.kind) in self.likes
        asked = hand.wide is not None and likes and self.confirmed(one, hand.programme)
        return partner or asked or self.yes_of(one, hand) is not None

    def offers_hand(self, one: Someone, hand: Hand, words: str) -> Yes | None:
        if self.yes_of(one, hand):
            return None
        yes = Yes(hand, one, self.now, self.write(one, "hand", words))
        self.yeses.append(yes)
        self.happened(one, "hand.offered")
        self.notice(hand.by, "Somebody would help you", yes)
        return yes

    def accepts_hand(self, yes: Yes, words: str) -> None:
        """The second yes: names and words open, to these two."""
        if yes.met:
            return
        asker = yes.hand.by
        yes.met, yes.asker_text = self.now, self.write(asker, "hand", words)
        for owner, reader, text in ((asker, yes.by, yes.asker_text), (yes.by, asker, yes.text)):
            text.readers.add((reader, yes))
            self.name_of(owner).readers.add((reader, yes))
        self.happened(asker, "hand.met")
        self.notice(yes.by, "You have both said yes to a few hours of help", yes)

    def name_of(self, one: Someone) -> Words:
        return next(text for text in self.texts if text.owner is one and text.kind == "name")

    def calls_off(self, yes: Yes, one: Someone) -> None:
        self._off(yes, told=yes.hand.by if one is yes.by else yes.by)
        self.happened(one, "hand.off")

    def takes_hand_back(self, hand: Hand) -> None:
        self._forgets_hand(hand)
        self.happened(hand.by, "hand.taken_back")

    def _off(self, yes: Yes, told: Someone | None) -> None:
        if yes.met and told:
            self.notice(told, "A few hours of help were called off", yes)
        self.close_under(yes)
        self.drop(yes.text)
        self.drop(yes.asker_text)
        self.yeses.remove(yes)

    def _forgets_hand(self, hand: Hand, *, quietly: bool = False) -> None:
        for yes in [each for each in self.yeses if each.hand is hand]:
            self._off(yes, None if quietly else yes.by)
        self.hands.remove(hand)

    def hands_are_past(self) -> None:
        for hand in [one for one in self.hands if one.day < self.now.date() - timedelta(days=1)]:
            self._forgets_hand(hand, quietly=True)

    def ends(self, pair: Pair, *, by: Someone) -> None:
        super().ends(pair, by=by)
        for yes in [each for each in self.yeses if each.hand.pair is pair and each.by in pair.two]:
            self._off(yes, None)

    def withdraws(self, mine: Joined) -> None:
        super().withdraws(mine)
        one, programme = mine.person, mine.programme
        for yes in [each for each in self.yeses if each.by is one and each.hand.programme is programme]:
            self._off(yes, yes.hand.by)
        for hand in [each for each in self.hands if each.by is one and each.programme is programme]:
            self._forgets_hand(hand)
        self.likes = {each for each in self.likes if each[0] is not one or each[1] is not programme}
