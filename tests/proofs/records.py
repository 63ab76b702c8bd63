"""What the oracle knows of: people, words, enrolments, pairs and what they do, as plain records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

Row = dict[str, Any]


@dataclass(eq=False)
class Words:
    """A text that exists, and who else may read it, because of what."""

    owner: Someone
    kind: str
    words: str
    at: datetime
    readers: set[tuple[Someone, object]] = field(default_factory=set)


@dataclass(eq=False)
class Someone:
    name: str
    joined: datetime
    here: bool = True
    events: list[tuple[datetime, str]] = field(default_factory=list)
    notices: dict[tuple[object, ...], Row] = field(default_factory=dict)
    due: dict[tuple[object, ...], datetime] = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    receipts: list[Row] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    # Sessions in which a passkey was shown, as coordinators must.
    browsers: list[Row] = field(default_factory=list)
    roles: list[Row] = field(default_factory=list)
    feed: datetime | None = None
    # How they want to be told.
    letters: bool = True
    per_week: int | None = None

    @property
    def most(self) -> int:
        return self.per_week or 3


@dataclass(eq=False)
class Opening:
    """A coordinator opened a request: it stays open to them for half an hour."""

    at: datetime
    request: Request
    over: bool = False


@dataclass(eq=False)
class Said:
    purpose: str
    given: bool
    version: int
    at: datetime
    replaced: datetime | None = None


@dataclass(eq=False)
class Joined:
    """An enrolment."""

    person: Someone
    programme: Programme
    side: int
    made: datetime
    capacity: int = 1
    state: str = "draft"
    confirm_from: datetime | None = None
    waiting: datetime | None = None
    paused: datetime | None = None
    partners: int = 0
    said: list[Said] = field(default_factory=list)
    left_over: Row | None = None

    def answer(self, purpose: str) -> bool | None:
        """To the newest text of a purpose; None when it is not answered."""
        newest = len(self.programme.texts[purpose])
        for one in self.said:
            if one.purpose == purpose and one.replaced is None and one.version == newest:
                return one.given
        return None


@dataclass(eq=False)
class Programme:
    name: str
    slug: str
    sides: list[str]
    # By purpose: every version of the text.
    texts: dict[str, list[str]]
    coordinators: list[Someone] = field(default_factory=list)


@dataclass(eq=False)
class Offer:
    """A proposal."""

    programme: Programme
    two: list[Someone]
    joined: list[Joined]
    at: datetime
    until: datetime
    reasons: str
    state: str = "open"
    yes: set[Someone] = field(default_factory=set)
    # Long closed: nobody is named any more.
    forgotten: bool = False


@dataclass(eq=False)
class Card:
    version: int
    at: datetime
    times: int
    words: dict[tuple[Someone, str], Words]
    signed: dict[Someone, datetime] = field(default_factory=dict)


@dataclass(eq=False)
class Pair:
    offer: Offer
    made: datetime
    ended: datetime | None = None
    state: str = "Live"
    pauses: dict[Someone, date] = field(default_factory=dict)
    contacts: dict[Someone, Words] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    closing: date | None = None
    told_of_closing: bool = False
    thanks: dict[Someone, Words] = field(default_factory=dict)

    @property
    def paused_until(self) -> date | None:
        return max(self.pauses.values(), default=None)

    @property
    def two(self) -> list[Someone]:
        return self.offer.two

    def other(self, one: Someone) -> Someone:
        return next(each for each in self.two if each is not one)

    def half(self, one: Someone) -> Joined:
        return next(each for each in self.offer.joined if each.person is one)


@dataclass(eq=False)
class Meeting:
    pair: Pair
    starts: datetime
    mode: int
    by: Someone | None
    place: Words | None = None
    cancelled: bool = False
    said: dict[Someone, datetime] = field(default_factory=dict)
    sequence: int = 0
    # A date of regular meetings: the day that the rhythm gave it.
    series: Series | None = None
    slot: date | None = None
    moved: bool = False
    resting: bool = False

    @property
    def planned(self) -> bool:
        return not self.cancelled and not self.resting


@dataclass(eq=False)
class Line:
    pair: Pair
    by: Someone
    week: date
    text: Words


@dataclass(eq=False)
class Reply:
    request: Request
    by: Someone
    at: datetime
    signed: str
    text: Words


@dataclass(eq=False)
class Request:
    by: Someone
    programme: Programme
    pair: Pair | None
    kind: str
    made: datetime
    text: Words
    # When it closes by itself, and whether its requester was told so.
    expires: datetime
    state: str = "open"
    closed: datetime | None = None
    warned: bool = False
    # Where it goes when nobody answers, as its requester said, and where it has come.
    agreed: bool = False
    service: Service | None = None
    wait_days: int = 3
    coordinators_at: datetime | None = None
    service_at: datetime | None = None
    climbs: datetime | None = None


@dataclass(eq=False)
class Series:
    """Regular meetings in UTC: every week, or every second."""

    pair: Pair
    every: int
    starts_on: date
    at: time
    by: Someone
    made: datetime
    ended: datetime | None = None

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, self.at, UTC)

    def gives(self, day: date) -> bool:
        return day >= self.starts_on and (day - self.starts_on).days % self.every == 0


@dataclass(eq=False)
class Message:
    pair: Pair
    by: Someone
    at: datetime
    text: Words


@dataclass(eq=False)
class Day:
    """A day that matters to a pair."""

    pair: Pair
    by: Someone
    day: date
    each_year: bool
    before: int
    text: Words
    remind_on: date | None

    def next(self, since: date) -> date | None:
        if not self.each_year:
            return self.day if self.day >= since else None
        years = (self.day.replace(year=year) for year in range(since.year, since.year + 2))
        return next(day for day in years if day >= since)


@dataclass(eq=False)
class Step:
    """A next step of somebody, and the pair whose other person reads it."""

    by: Someone
    text: Words
    done: bool = False
    shown_in: Pair | None = None


@dataclass(eq=False)
class Service:
    """An entry of a programme's directory."""

    programme: Programme
    name: str
    ended: bool = False


@dataclass(eq=False)
class Afternoon:
    """A gathering of a programme, and what each member said to it."""

    programme: Programme
    title: str
    starts: datetime
    off: bool = False
    coming: set[Someone] = field(default_factory=set)
    attended: set[Someone] = field(default_factory=set)


@dataclass(eq=False)
class Hand:
    """Somebody asks for a few hours of help."""

    by: Someone
    programme: Programme
    kind: str
    day: date
    hours: int
    pair: Pair | None
    wide: datetime | None = None
    # The job has told those who like such work.
    told: bool = False


@dataclass(eq=False)
class Yes:
    """Somebody would help; `asker_text` is there when both have said yes."""

    hand: Hand
    by: Someone
    at: datetime
    text: Words
    met: datetime | None = None
    asker_text: Words | None = None
