"""The deeds of a history in which many gather: published, answered in one tap, taken back, called off.

The job that tells those who come has its own tests (`gather/tests/test_telling.py`); here it does not run.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bothways.gather import answers, services
from tests.proofs.deeds import Deeds, when
from tests.proofs.played import PICK
from tests.proofs.records import Afternoon, Someone

AHEAD = st.sampled_from([timedelta(hours=5), timedelta(days=4), timedelta(days=20)])


class Guests(Deeds):
    @property
    def afternoons(self) -> list[Afternoon]:
        return self.played.oracle.afternoons

    @rule(pick=PICK, ahead=AHEAD)
    def eli_publishes_a_gathering(self, pick: int, ahead: timedelta) -> None:
        programme, title = self.played.choose(self.played.programmes, pick), self.played.fresh("Soup")
        one = Afternoon(programme, title, self.played.oracle.now + ahead)
        row = self.played.act(
            self.played.eli,
            lambda who: services.publish(
                who,
                programme_id=self.played.ids[programme].pk,
                title=title,
                starts_at=one.starts,
                minutes=120,
                place="The old mill",
            ),
        )
        self.played.ids[one] = row.pk
        self.afternoons.append(one)
        self.played.oracle.happened(self.played.eli, "gathering.published")

    @when(lambda self: self.afternoons)
    @rule(pick=PICK)
    def eli_calls_a_gathering_off(self, pick: int) -> None:
        one = self.played.choose(self.afternoons, pick)
        may, pk = one.off or one.starts > self.played.oracle.now, self.played.ids[one]
        self.played.act(self.played.eli, lambda who: services.call_off(who, gathering_id=pk), may=may)
        if may and not one.off:
            one.off = True
            self.played.oracle.happened(self.played.eli, "gathering.cancelled")

    @when(lambda self: self.afternoons and self.members)
    @rule(pick=PICK, other=PICK, coming=st.sampled_from([True, True, False]))
    def comes_to_a_gathering(self, pick: int, other: int, coming: bool) -> None:
        one, person = self._two(pick, other)
        may = self._is_in(person, one) and not one.off and one.starts > self.played.oracle.now
        pk = self.played.ids[one]
        self.played.act(person, lambda who: answers.say_coming(who, gathering_id=pk, coming=coming), may=may)
        if may:
            self.played.oracle.says_of(one, person, "coming", coming)

    @when(lambda self: self.afternoons and self.members)
    @rule(pick=PICK, other=PICK, attended=st.sampled_from([True, True, False]))
    def was_at_a_gathering(self, pick: int, other: int, attended: bool) -> None:
        one, person = self._two(pick, other)
        now, pk = self.played.oracle.now, self.played.ids[one]
        may = (
            self._is_in(person, one) and not one.off and one.starts <= now <= one.starts + timedelta(days=14)
        )
        self.played.act(
            person, lambda who: answers.say_attended(who, gathering_id=pk, attended=attended), may=may
        )
        if may:
            self.played.oracle.says_of(one, person, "attended", attended)

    def _two(self, pick: int, other: int) -> tuple[Afternoon, Someone]:
        return self.played.choose(self.afternoons, pick), self.played.choose(self.members, other)

    def _is_in(self, person: Someone, one: Afternoon) -> bool:
        return self.played.oracle.confirmed(person, one.programme)
