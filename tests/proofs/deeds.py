"""The deeds of a history, as rules: what members do alone, and the jobs. `deeds_together.py` has the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from django.utils import translation
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bothways.core.identity import api as identity
from bothways.core.outbox import api as outbox
from bothways.enrol import services as enrol
from bothways.enrol import tasks as enrol_tasks
from bothways.help.opening import end_old
from bothways.match import rounds
from bothways.match import services as match
from bothways.match import words as match_words
from bothways.match.models import LeftOver, Proposal, Round
from bothways.match.running import run_round
from bothways.meet import dates
from bothways.meet.models import Meeting as MeetingRow
from bothways.pair import services as pairs
from bothways.pair.models import Pair as PairRow
from bothways.people import api as people
from bothways.people.api import WantedReach
from bothways.programme import services as programmes
from tests.proofs.played import NAMES, PICK, Played
from tests.proofs.records import Joined, Offer, Pair, Row, Someone

PURPOSE = st.sampled_from(["match", "contact", "notices", "figures"])


def when(there_is: Callable[[Any], object]) -> Any:
    """Only where there is something to do it with."""
    return precondition(lambda self: bool(there_is(self)))


class Deeds:
    played: Played

    @property
    def members(self) -> list[Someone]:
        return [one for one in self.played.oracle.people if one is not self.played.eli]

    @property
    def offers(self) -> list[Offer]:
        return [
            one for one in self.played.oracle.offers if not one.forgotten and any(p.here for p in one.two)
        ]

    @property
    def living(self) -> list[Pair]:
        return [one for one in self.played.oracle.pairs if not one.ended]

    def knows_the_dates(self) -> None:
        """Which row of the product is which date of a rhythm that goes on: by its pair and its day."""
        for one in self.played.oracle.meetings:
            if one.series and one not in self.played.ids and not one.series.ended:
                mine = MeetingRow.objects.filter(
                    pair_id=self.played.ids[one.pair], slot=one.slot, series__ended_at=None
                )
                self.played.ids[one] = mine.get().pk


class Members(Deeds):
    """Alone: accounts, enrolments, rounds and answers."""

    @when(lambda self: len(self.members) < len(NAMES))
    @rule()
    def joins_again(self) -> None:
        here = {one.name for one in self.members}
        self.played.joins(next(name for name in NAMES if name not in here))

    @when(lambda self: self.members)
    @rule(pick=PICK)
    def signs_out_and_in(self, pick: int) -> None:
        one = self.played.choose(self.members, pick)
        self.played.act(one, identity.end_entry)
        self.played.oracle.signs_out(one)
        self.played.signs_in(one)

    @when(lambda self: self.members)
    @rule(pick=PICK)
    def renames(self, pick: int) -> None:
        one, words = self.played.choose(self.members, pick), self.played.fresh("Name")
        self.played.act(one, lambda who: people.set_name(who, name=words))
        self.played.oracle.renames(one, words)

    @when(lambda self: self.members)
    @rule(pick=PICK, letters=st.sampled_from([True, True, False]), per_week=st.integers(1, 3))
    def wants_to_be_told(self, pick: int, letters: bool, per_week: int) -> None:
        one = self.played.choose(self.members, pick)
        wanted = WantedReach(
            notices_by="letter" if letters else "none",
            told="soon",
            told_day=0,
            told_at=time(18),
            notices_per_week=per_week,
            quiet_from=time(21),
            quiet_until=time(8),
        )
        self.played.act(one, lambda who: people.save_reach(who, wanted))
        self.played.oracle.wants_to_be_told(one, letters, per_week)

    @when(lambda self: self.members)
    @rule(pick=PICK, side=st.integers(0, 1), capacity=st.integers(1, 2))
    def begins(self, pick: int, side: int, capacity: int) -> None:
        one, programme = (
            self.played.choose(self.members, pick),
            self.played.choose(self.played.programmes, pick),
        )
        mine = [each for each in self.played.oracle.joined if each.person is one]
        if programme not in [each.programme for each in mine]:
            self.played.begins(one, programme, side, capacity)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK, purpose=PURPOSE, given=st.booleans())
    def says(self, pick: int, purpose: str, given: bool) -> None:
        self.played.says(self._mine(pick), {purpose: given})

    def _mine(self, pick: int) -> Joined:
        return self.played.choose(self.played.oracle.joined, pick)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def says_yes_to_all(self, pick: int) -> None:
        mine = self._mine(pick)
        self.played.says(mine, dict.fromkeys(mine.programme.texts, True))

    def _does(self, mine: Joined, deed: Any, may: bool, then: Callable[[Joined], None]) -> None:
        self.played.act(mine.person, lambda who: deed(who, enrolment_id=self.played.ids[mine]), may=may)
        if may:
            then(mine)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def sends(self, pick: int) -> None:
        mine = self._mine(pick)
        may = mine.state != "draft" or self.played.oracle.may_send(mine)
        self._does(mine, enrol.send, may, self.played.oracle.sends)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def confirms(self, pick: int) -> None:
        mine = self._mine(pick)
        self._does(mine, enrol.confirm, self.played.oracle.may_confirm(mine), self.played.oracle.confirms)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def rests(self, pick: int) -> None:
        mine = self._mine(pick)
        self._does(mine, enrol.pause, mine.state in {"active", "paused"}, self.played.oracle.rests)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def returns(self, pick: int) -> None:
        mine = self._mine(pick)
        self._does(mine, enrol.resume, mine.state in {"active", "paused"}, self.played.oracle.returns)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK, capacity=st.integers(1, 2))
    def wants(self, pick: int, capacity: int) -> None:
        mine = self._mine(pick)
        self.played.act(
            mine.person,
            lambda who: enrol.save(who, enrolment_id=self.played.ids[mine], capacity=capacity),
            may=capacity >= mine.partners,
        )
        if capacity >= mine.partners:
            self.played.oracle.wants(mine, capacity)

    @when(lambda self: self.played.oracle.joined)
    @rule(pick=PICK)
    def withdraws(self, pick: int) -> None:
        self._does(self._mine(pick), enrol.withdraw, True, self.played.oracle.withdraws)

    @when(lambda self: self.members)
    @rule(pick=PICK)
    def leaves(self, pick: int) -> None:
        one = self.played.choose(self.members, pick)
        self.played.act(one, people.leave)
        self.played.oracle.leaves(one)

    @rule(pick=PICK, purpose=PURPOSE)
    def a_new_consent_text(self, pick: int, purpose: str) -> None:
        programme, words = self.played.choose(self.played.programmes, pick), self.played.fresh("We ask")
        self.played.act(
            self.played.eli,
            lambda who: programmes.save_text(
                who, programme_id=self.played.ids[programme].pk, purpose=purpose, words={"en": words}
            ),
        )
        programme.texts[purpose].append(words)
        self.played.oracle.happened(self.played.eli, "programme.consent_text")

    @rule(pick=PICK)
    def a_round(self, pick: int) -> None:
        programme = self.played.choose(self.played.programmes, pick)
        row = self.played.ids[programme]
        self.played.a_job(lambda: run_round(rounds.ask(row.pk).pk))
        known = {self.played.ids[one]: one for one in self.played.oracle.joined}
        found = [self._offer(known, one) for one in self._latest(row)]
        left_over = {
            known[one.enrolment_id].person: _left_over(programme.name, one)
            for one in LeftOver.objects.filter(round__programme=row)
        }
        self.played.oracle.round(programme, found, left_over)

    def _latest(self, row: Any) -> list[Proposal]:
        latest = Round.objects.filter(programme=row).order_by("-number").first()
        return list(Proposal.objects.filter(round=latest).order_by("made_at", "id"))

    def _offer(self, known: dict[Any, Joined], row: Proposal) -> Offer:
        joined = [known[row.left_id], known[row.right_id]]
        with translation.override("en"):
            reasons = " ".join(match_words.explain_reasons(row.reasons))
        at = self.played.oracle.now
        offer = Offer(
            joined[0].programme, [one.person for one in joined], joined, at, at + timedelta(days=7), reasons
        )
        self.played.ids[offer] = row.pk
        return offer

    @when(lambda self: self.offers)
    @rule(pick=PICK, first=st.booleans(), yes=st.sampled_from([True, True, True, False]))
    def answers(self, pick: int, first: bool, yes: bool) -> None:
        offer = self.played.choose(self.offers[::-1], pick)
        self._answers(offer, self.played.choose([one for one in offer.two if one.here], first), yes)

    @when(lambda self: [one for one in self.offers if one.state == "open"])
    @rule(pick=PICK)
    def both_say_yes(self, pick: int) -> None:
        offer = self.played.choose([one for one in self.offers if one.state == "open"], pick)
        for one in offer.two:
            self._answers(offer, one, True)

    def _answers(self, offer: Offer, one: Someone, yes: bool) -> None:
        oracle, pk = self.played.oracle, self.played.ids[offer]
        may = oracle.may_accept(offer, one) if yes else offer.state != "made"
        # The second yes may be taken and still come to nothing: then it is told so, and the proposal closes.
        comes_to_it = may
        if may and yes:
            comes_to_it = oracle.accepts(offer, one)
        elif may:
            oracle.declines(offer)
        self.played.act(one, lambda who: match.answer(who, proposal_id=pk, yes=yes), may=comes_to_it)
        for pair in oracle.pairs:
            if pair not in self.played.ids:
                self.played.ids[pair] = PairRow.objects.get(proposal_id=pk).pk

    @rule()
    def jobs_of_the_minute(self) -> None:
        self.played.a_job(match.close_expired)
        self.played.a_job(enrol_tasks.tell_those_who_can_confirm)
        self.played.a_job(end_old)
        self.played.oracle.every_minute()
        self.played.oracle.half_an_hour_is_over(self.played.eli)

    @rule()
    def jobs_of_the_hour_and_the_night(self) -> None:
        self.played.a_job(pairs.clear_pauses)
        self.played.a_job(dates.fill_all)
        self.played.oracle.every_hour()
        self.knows_the_dates()
        self.played.a_job(match.forget_closed)
        self.played.oracle.every_night()

    @rule()
    def letters_go_out(self) -> None:
        self.played.a_job(outbox.deliver)
        self.played.oracle.letters()


def _left_over(programme: str, row: LeftOver) -> Row:
    with translation.override("en"):
        hints = " ".join(match_words.explain_hint(hint) for hint in row.hints)
        return {
            "programme": programme,
            "reason": str(match_words.explain_left_over(row.reason)),
            "hints": hints,
        }
