"""The product and the oracle side by side: who acts, as whom, at which frozen moment, and the comparison."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import strategies as st

from bothways.core.clock import api as clock
from bothways.core.events import api as events
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.identity.api import Acting
from bothways.core.models import Event, Text
from bothways.core.receipts.api import Receipt
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.walls import api as walls
from bothways.enrol import services as enrol
from bothways.enrol.tests.factory import usual
from bothways.pair import selectors as pair_selectors
from bothways.pair.models import Pair as PairRow
from bothways.people import browsers
from bothways.people import services as people
from bothways.programme.default_texts import TEXTS
from bothways.programme.tests.factory import a_programme
from tests import cast
from tests.proofs import oracle as books
from tests.proofs import truths
from tests.proofs.records import Joined, Programme
from tests.proofs.records import Someone as Known
from tests.proofs.together import Oracle

T = TypeVar("T")
NAMES = ["Amina", "Bo", "Chen", "Dara"]
SESSION = timedelta(days=30)
START = datetime.now(UTC)
# A choice among what there is at that moment.
PICK = st.integers(min_value=0, max_value=11)
TEXT_KINDS = {"card.customs": "customs", "card.rather_not": "rather_not", "meeting place": "place"}


@contextmanager
def frozen() -> Iterator[None]:
    """The clock stands still except where a history moves it, so that every moment is known exactly.

    Ids come in the same order each time: a round settles what is equal by them, and the same choices must
    give the same history.
    """

    class Still(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return START

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uuid, "os", SimpleNamespace(urandom=random.Random(0).randbytes))
        patch.setattr(clock, "datetime", Still)
        patch.setattr(clock, "_offset", timedelta(0))
        yield


class Played:
    """One history as it happens, to both."""

    def __init__(self) -> None:
        self.oracle = Oracle()
        self.ids: dict[object, Any] = {}
        self.who: dict[Known, Acting] = {}
        self.opened_at: dict[Known, datetime] = {}
        self.seen: set[uuid.UUID] = set()
        self.number = 0
        self.eli: Known | None = None
        self.pass_time(timedelta(0))
        self.programmes = self._programmes()

    # --- the stage ---

    def _programmes(self) -> list[Programme]:
        """Two programmes that Eli has set up before the history begins."""
        eli = cast.someone("Eli")
        made = [a_programme(eli), a_programme(eli, slug="hill-side", name="Hill Side")]
        self.eli = known = self.oracle.joins("Eli")
        self._showed_a_passkey(known)
        self.ids[known], self.who[known], self.opened_at[known] = eli.id, eli.who, self.oracle.now
        known.events = list(Event.objects.filter(person_id=eli.id).values_list("at", "kind"))
        found = []
        for row in made:
            row.sides.update(max_capacity=2)
            versions = {purpose: [str(words)] for purpose, words in TEXTS.items()}
            sides = [side.name for side in row.sides.order_by("number")]
            one = Programme(row.name, row.slug, sides, versions, [known])
            self.ids[one] = row
            found.append(one)
            staff = {
                "programme": row.name,
                "role": "Coordinator",
                "public_name": "Eli",
                "since": self.oracle.now,
            }
            known.roles.append(staff)
        return found

    def pass_time(self, span: timedelta) -> None:
        clock._offset += span
        self.oracle.now = clock.now()

    def fresh(self, words: str) -> str:
        """Words that nobody has written before."""
        self.number += 1
        return f"{words} {self.number}"

    def choose(self, options: list[T], pick: int) -> T:
        return options[pick % len(options)]

    # --- who acts ---

    def joins(self, name: str) -> Known:
        with walls.at_the_door():
            person = people.open_account(address=f"{name.lower()}@example.org", adult=True, language="en")
        known = self.oracle.joins(name)
        self.ids[known] = person.id
        self._enters(known)
        self.act(known, lambda who: people.set_name(who, name=name))
        return known

    def _enters(self, one: Known) -> None:
        with walls.at_the_door():
            who = identity.acting(identity.open_entry(self.ids[one]))
        assert who is not None
        self.who[one], self.opened_at[one] = who, self.oracle.now
        if one is self.eli:
            # Coordinators must show a passkey in each session.
            with walls.inside(who.token):
                browsers.confirm_with_passkey(who)
            self._showed_a_passkey(one)

    def _showed_a_passkey(self, one: Known) -> None:
        one.browsers.append({"seen_on": self.oracle.now.date(), "passkey_at": self.oracle.now})

    def signs_in(self, one: Known) -> None:
        self._enters(one)
        self.oracle.signs_in(one)

    def act(self, one: Known, deed: Callable[[Acting], T], *, may: bool = True) -> T | None:
        """Do it as this person's page would; `may`: what the oracle says about it."""
        if self.opened_at[one] + SESSION <= self.oracle.now:
            self.signs_in(one)
        with walls.inside(self.who[one].token):
            if may:
                return deed(self.who[one])
            with pytest.raises((Refused, Http404, PermissionDenied)):
                deed(self.who[one])
        return None

    def a_job(self, work: Callable[[], object]) -> None:
        with walls.working():
            work()

    # --- everybody's first steps, for histories that begin later ---

    def becomes_active(self, one: Known, programme: Programme, side: int, capacity: int) -> None:
        mine = self.begins(one, programme, side, capacity)
        self.says(mine, dict.fromkeys(programme.texts, True))
        self.act(one, lambda who: enrol.send(who, enrolment_id=self.ids[mine]))
        self.oracle.sends(mine)
        self.pass_time(timedelta(days=1, minutes=1))
        self.act(one, lambda who: enrol.confirm(who, enrolment_id=self.ids[mine]))
        self.oracle.confirms(mine)

    def begins(self, one: Known, programme: Programme, side: int, capacity: int) -> Joined:
        row = self.ids[programme]
        answers = {**usual(row), "side": side, "capacity": capacity}

        def deed(who: Acting) -> uuid.UUID:
            made = enrol.start(who, programme=row)
            return enrol.save(who, enrolment_id=made.pk, **answers).pk

        pk = self.act(one, deed)
        mine = self.oracle.begins(one, programme, side)
        mine.capacity, self.ids[mine] = capacity, pk
        return mine

    def says(self, mine: Joined, answers: dict[str, bool]) -> None:
        self.act(mine.person, lambda who: enrol.consent(who, enrolment_id=self.ids[mine], answers=answers))
        self.oracle.says(mine, answers)

    # --- the comparison ---

    def compare(self) -> None:
        assert truths.broken() == []
        rows = {row.id: row for row in Text.objects.all()}
        self.seen |= rows.keys()
        names = {self.ids[one]: one.name for one in self.oracle.people}
        meanings = {kind: str(words) for kind, words in events.kinds().items()}
        for one in self.oracle.people:
            if self.opened_at[one] + SESSION <= self.oracle.now:
                self.signs_in(one)
            with walls.inside(self.who[one].token):
                self._compare_glass_box(one, meanings)
                self._compare_texts(one, rows, names)
                self._compare_contacts(one)

    def _compare_glass_box(self, one: Known, meanings: dict[str, str]) -> None:
        shown = {section.key: section.rows for section in registry.everything(self.who[one])}
        expected = self.oracle.glass_box(one, meanings)
        assert shown.keys() == expected.keys()
        for key, wanted in expected.items():
            assert _plain(shown[key]) == _plain(wanted), f"{one.name}: {key}"

    def _compare_texts(self, one: Known, rows: dict[uuid.UUID, Text], names: dict[uuid.UUID, str]) -> None:
        def described(opened: dict[uuid.UUID, str]) -> Counter[tuple[str, str, str]]:
            return Counter(
                (names[rows[pk].owner_id], TEXT_KINDS.get(rows[pk].kind, rows[pk].kind), words)
                for pk, words in opened.items()
            )

        who = self.who[one]
        assert described(texts.read(who, self.seen)) == self.oracle.readable(one), one.name
        receipts = Receipt.objects.filter(reader_id=who.person_id)
        on_receipts = {
            words for each in receipts for words in texts.read_on_receipt(each, self.seen).values()
        }
        assert on_receipts - set(texts.read(who, self.seen).values()) == self.oracle.opened(one)

    def _compare_contacts(self, one: Known) -> None:
        for pair in self.oracle.pairs:
            if one in pair.two and not pair.ended:
                row = PairRow.objects.get(id=self.ids[pair])
                shown = pair_selectors.contact(self.who[one], row).partners
                assert shown == self.oracle.contact_shown(pair, one)


def _plain(rows: list[books.Row]) -> list[str]:
    """Rows in one order and one spelling; the order on the page is no part of what is shown."""
    return sorted(repr({key: _value(value) for key, value in row.items()}) for row in rows)


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int | list) else str(value)
