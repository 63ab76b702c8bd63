"""The deeds of a history in which people help: requests and where they go, the directory, hands."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bothways.help import directory, ending, hands, ladder
from bothways.help import services as help_
from bothways.help.opening import open_with_receipt
from tests.proofs.deeds import Deeds, when
from tests.proofs.played import PICK
from tests.proofs.records import Hand, Pair, Request, Service, Someone, Yes

KIND = st.sampled_from(["work", "school", "farm"])
WORK = st.sampled_from(["harvest", "moving", "repairs"])
# Whether coordinators may see it, whether there is a service, and how many days each waits.
LADDER = st.tuples(st.booleans(), st.booleans(), st.sampled_from([1, 3, 7]))


class Askers(Deeds):
    """Requests: to the partner, to the coordinators, opened against receipts, answered, closed, climbing."""

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK, kind=KIND, where=LADDER)
    def asks_the_coordinators(self, pick: int, kind: str, where: tuple[bool, bool, int]) -> None:
        mine = self.played.choose(self.played.oracle.joined, pick)
        self._asks(mine.person, mine.programme, None, kind, where)

    @when(lambda self: self.living)
    @rule(pick=PICK, first=st.booleans(), kind=KIND, where=LADDER)
    def asks_the_partner(self, pick: int, first: bool, kind: str, where: tuple[bool, bool, int]) -> None:
        pair = self.played.choose(self.living, pick)
        self._asks(pair.two[first], pair.offer.programme, pair, kind, where)

    def _asks(
        self, one: Someone, programme: Any, pair: Pair | None, kind: str, where: tuple[bool, bool, int]
    ) -> None:
        waiting = [
            each
            for each in self.played.oracle.requests
            if each.by is one and each.programme is programme and not each.closed
        ]
        if len(waiting) >= 10:
            return
        words, wanted = self.played.fresh("Please help"), self._ladder(programme, where)
        row = self.played.act(
            one,
            lambda who: help_.ask(
                who,
                programme_id=self.played.ids[programme].pk,
                kind=kind,
                words=words,
                pair_id=self.played.ids[pair] if pair else None,
                ladder=self._as_sent(wanted),
            ),
        )
        request = self.played.oracle.asks(one, programme, pair, kind, words, wanted)
        self.played.ids[request] = row.pk

    def _ladder(self, programme: Any, where: tuple[bool, bool, int]) -> tuple[bool, Service | None, int]:
        there = [one for one in self.played.oracle.services if one.programme is programme and not one.ended]
        return where[0], there[-1] if there and where[1] else None, where[2]

    def _as_sent(self, wanted: tuple[bool, Service | None, int]) -> ladder.Ladder:
        agreed, service, days = wanted
        return ladder.Ladder(agreed, self.played.ids[service] if service else None, days)

    @when(lambda self: [one for one in self.played.oracle.requests if one.by.here])
    @rule(pick=PICK, where=LADDER)
    def says_where_it_goes(self, pick: int, where: tuple[bool, bool, int]) -> None:
        request = self.played.choose(self.played.oracle.requests[::-1], pick)
        wanted = self._ladder(request.programme, where)
        if wanted[1] and not self._is_member(request):
            # Whoever is not in a programme any more chooses from no directory of it.
            wanted = (wanted[0], request.service, wanted[2])
        may, pk = not request.closed, self.played.ids[request]
        self.played.act(
            request.by,
            lambda who: ladder.set_ladder(who, request_id=pk, ladder=self._as_sent(wanted)),
            may=may,
        )
        if may:
            self.played.oracle.says_where(request, *wanted)

    def _is_member(self, request: Request) -> bool:
        mine = [one for one in self.played.oracle.joined if one.person is request.by]
        return request.programme in [one.programme for one in mine]

    @when(lambda self: self.played.oracle.requests)
    @rule(pick=PICK)
    def keeps_it_open(self, pick: int) -> None:
        request = self.played.choose(self.played.oracle.requests, pick)
        may, pk = not request.closed, self.played.ids[request]
        self.played.act(request.by, lambda who: ladder.keep_open(who, request_id=pk), may=may)
        if may:
            self.played.oracle.keeps_open(request)

    @rule(pick=PICK)
    def eli_writes_in_the_directory(self, pick: int) -> None:
        programme, name = self.played.choose(self.played.programmes, pick), self.played.fresh("Advice")
        entry = directory.Entry(name=name, kind="work", phone="0331 1234567")
        row = self.played.act(
            self.played.eli,
            lambda who: directory.write(who, programme_id=self.played.ids[programme].pk, entry=entry),
        )
        made = Service(programme, name)
        self.played.oracle.services.append(made)
        self.played.oracle.happened(self.played.eli, "service.written")
        self.played.ids[made] = row.pk

    @when(lambda self: [one for one in self.played.oracle.services if not one.ended])
    @rule(pick=PICK)
    def eli_takes_an_entry_away(self, pick: int) -> None:
        there = [one for one in self.played.oracle.services if not one.ended]
        one = self.played.choose(there, pick)
        self.played.act(
            self.played.eli, lambda who: directory.take_away(who, service_id=self.played.ids[one])
        )
        one.ended = True
        self.played.oracle.happened(self.played.eli, "service.taken_away")

    @rule()
    def requests_climb_and_run_out(self) -> None:
        self.played.a_job(ladder.climb_due)
        self.played.oracle.climb()
        self.played.a_job(ending.warn_and_expire)
        self.played.a_job(ending.erase_closed)
        self.played.oracle.requests_run_out()

    @property
    def to_coordinators(self) -> list[Request]:
        return [one for one in self.played.oracle.requests if one.coordinators_at][::-1]

    @when(lambda self: self.to_coordinators)
    @rule(pick=PICK)
    def eli_opens(self, pick: int) -> None:
        request = self.played.choose(self.to_coordinators, pick)
        may = not request.closed
        pk = self.played.ids[request]
        self.played.act(self.played.eli, lambda who: open_with_receipt(who, request_id=pk), may=may)
        if may:
            self.played.oracle.opens(request, self.played.eli)

    @when(lambda self: self.played.oracle.requests)
    @rule(pick=PICK, mine=st.booleans())
    def replies(self, pick: int, mine: bool) -> None:
        request = self.played.choose(self.played.oracle.requests[::-1], pick)
        others = [request.pair.other(request.by)] if request.pair else []
        others += [self.played.eli] if request.coordinators_at else []
        there = [each for each in others if each.here]
        one = request.by if mine or not there else self.played.choose(there, pick)
        words, may = self.played.fresh("Answer"), self.played.oracle.may_reply(request, one)
        pk = self.played.ids[request]
        row = self.played.act(one, lambda who: help_.reply(who, request_id=pk, words=words), may=may)
        if may:
            self.played.oracle.replies_to(request, one, words)
            self.played.ids[self.played.oracle.replies[-1]] = row.pk

    @when(lambda self: self.played.oracle.requests)
    @rule(pick=PICK, resolved=st.booleans())
    def closes(self, pick: int, resolved: bool) -> None:
        request = self.played.choose(self.played.oracle.requests, pick)
        pk = self.played.ids[request]
        if resolved:
            may = request.state != "taken_back"
            self.played.act(request.by, lambda who: help_.resolve(who, request_id=pk), may=may)
            if may:
                self.played.oracle.resolves(request)
        else:
            self.played.act(request.by, lambda who: help_.take_back(who, request_id=pk))
            self.played.oracle.takes_back(request)

    @when(lambda self: self.played.oracle.replies)
    @rule(pick=PICK)
    def deletes_a_reply(self, pick: int) -> None:
        reply = self.played.choose(self.played.oracle.replies, pick)
        self.played.act(reply.by, lambda who: help_.delete_reply(who, reply_id=self.played.ids[reply]))
        self.played.oracle.unwrites_reply(reply)


class Hands(Deeds):
    """A few hours of help: two yeses before anybody learns a name."""

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK, kinds=st.sets(WORK, max_size=3))
    def sets_what_they_like(self, pick: int, kinds: set[str]) -> None:
        mine = self.played.choose(self.played.oracle.joined, pick)
        pk = self.played.ids[mine.programme].pk
        self.played.act(mine.person, lambda who: hands.set_likes(who, programme_id=pk, kinds=kinds))
        self.played.oracle.sets_likes(mine.person, mine.programme, kinds)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK, kind=WORK, ahead=st.integers(0, 9), by_partner=st.booleans())
    def asks_for_a_hand(self, pick: int, kind: str, ahead: int, by_partner: bool) -> None:
        mine = self.played.choose(self.played.oracle.joined, pick)
        one, programme, oracle = mine.person, mine.programme, self.played.oracle
        if sum(each.by is one for each in oracle.hands) >= 10:
            return
        mine_living = [each for each in self.living if mine in each.offer.joined]
        pair = mine_living[0] if by_partner and mine_living else None
        day, may = oracle.now.date() + timedelta(days=ahead), oracle.confirmed(one, programme)
        row = self.played.act(
            one,
            lambda who: hands.ask(
                who,
                programme_id=self.played.ids[programme].pk,
                kind=kind,
                day=day,
                hours=3,
                pair_id=self.played.ids[pair] if pair else None,
            ),
            may=may,
        )
        if may:
            self.played.ids[oracle.asks_hand(one, programme, kind, day, 3, pair)] = row.pk

    @property
    def asked(self) -> list[Hand]:
        return self.played.oracle.hands[::-1]

    @when(lambda self: self.asked)
    @rule(pick=PICK)
    def asks_more_people(self, pick: int) -> None:
        hand = self.played.choose(self.asked, pick)
        self.played.act(hand.by, lambda who: hands.widen(who, ask_id=self.played.ids[hand]))
        self.played.oracle.widens(hand)

    @when(lambda self: [one for one in self.asked if one.wide and not one.told])
    @rule()
    def those_who_like_it_are_told(self) -> None:
        for hand in [one for one in self.asked if one.wide and not one.told]:
            pk: uuid.UUID = self.played.ids[hand]
            self.played.a_job(lambda pk=pk: hands.tell_those_who_like_it(pk))
            self.played.oracle.tells_of_hand(hand)

    @when(lambda self: self.asked and self.members)
    @rule(pick=PICK, helper=PICK)
    def would_help(self, pick: int, helper: int) -> None:
        hand = self.played.choose(self.asked, pick)
        one, oracle = self.played.choose(self.members, helper), self.played.oracle
        words, may = self.played.fresh("Ring me"), oracle.may_offer(one, hand)
        pk = self.played.ids[hand]
        row = self.played.act(one, lambda who: hands.offer(who, ask_id=pk, words=words), may=may)
        yes = oracle.offers_hand(one, hand, words) if may else None
        if yes:
            self.played.ids[yes] = row.pk

    @property
    def said(self) -> list[Yes]:
        return self.played.oracle.yeses[::-1]

    @when(lambda self: self.said)
    @rule(pick=PICK, asker=PICK)
    def says_yes_too(self, pick: int, asker: int) -> None:
        """The asker; whoever else tries opens nothing."""
        yes = self.played.choose(self.said, pick)
        one = self.played.choose([yes.hand.by, yes.hand.by, *self.members], asker)
        may = one is yes.hand.by and yes.hand.day >= self.played.oracle.now.date()
        words = self.played.fresh("Come to us")
        ask_id, yes_id = self.played.ids[yes.hand], self.played.ids[yes]
        self.played.act(
            one, lambda who: hands.accept(who, ask_id=ask_id, yes_id=yes_id, words=words), may=may
        )
        if may:
            self.played.oracle.accepts_hand(yes, words)

    @when(lambda self: self.said)
    @rule(pick=PICK, asker=st.booleans())
    def calls_it_off(self, pick: int, asker: bool) -> None:
        yes = self.played.choose(self.said, pick)
        one = yes.hand.by if asker else yes.by
        # Before the second yes there is nothing for the asker to know or to end.
        may = not asker or yes.met is not None
        self.played.act(one, lambda who: hands.call_off(who, yes_id=self.played.ids[yes]), may=may)
        if may:
            self.played.oracle.calls_off(yes, one)

    @when(lambda self: self.asked)
    @rule(pick=PICK)
    def takes_a_hand_back(self, pick: int) -> None:
        hand = self.played.choose(self.asked, pick)
        self.played.act(hand.by, lambda who: hands.take_back(who, ask_id=self.played.ids[hand]))
        self.played.oracle.takes_hand_back(hand)

    @rule()
    def what_is_past_is_gone(self) -> None:
        self.played.a_job(hands.delete_past)
        self.played.oracle.hands_are_past()
