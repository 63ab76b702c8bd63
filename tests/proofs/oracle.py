"""What the product may show to each person, kept in plain Python beside it: the books of the oracle.

Written from the charter and from what the pages promise. It reads no table and calls no service or selector
of the product: it knows only what people did and when. `chronicle.py` says what each deed changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format

Row = dict[str, Any]
PURPOSES = {
    "match": "Finding a partner",
    "contact": "Contact details",
    "notices": "Notices",
    "figures": "Published figures",
}
STATES = {
    "draft": "not sent yet",
    "waiting": "sent, not confirmed yet",
    "active": "active",
    "paused": "paused",
}
KINDS = {"work": "Work", "school": "School and learning", "farm": "House, garden and farm"}
REQUEST_STATES = {
    "open": "Waits for an answer",
    "answered": "Answered",
    "resolved": "Resolved",
    "taken_back": "Taken back",
}
OFFER_STATES = {"open": "open", "made": "became a pair", "closed": "closed"}
TEXT_KINDS = {
    "address": "Your mail address",
    "name": "What partners call you",
    "customs": "House customs on a card",
    "rather_not": "What you would rather not, on a card",
    "contact": "Contact details for a partner",
    "place": "Where a meeting is",
    "journal": "A line in a journal",
    "request": "A request for help",
    "reply": "Words under a request",
}
WAYS = ["In person", "By phone", "By video", "By letter"]


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
    by: Someone
    place: Words | None = None
    cancelled: bool = False
    said: dict[Someone, datetime] = field(default_factory=dict)
    sequence: int = 0


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
    state: str = "open"
    closed: datetime | None = None
    # When its requester wrote last: it stays open for so many days from then on.
    wrote: datetime | None = None


class Books:
    """Everything that may be shown, by whom it is about."""

    def __init__(self) -> None:
        self.people: list[Someone] = []
        self.texts: list[Words] = []
        self.joined: list[Joined] = []
        self.offers: list[Offer] = []
        self.apart: set[tuple[Programme, frozenset[Someone]]] = set()
        self.pairs: list[Pair] = []
        self.meetings: list[Meeting] = []
        self.lines: list[Line] = []
        self.requests: list[Request] = []
        self.replies: list[Reply] = []

    # --- the glass box of one person ---

    def glass_box(self, me: Someone, meanings: dict[str, str]) -> dict[str, list[Row]]:
        """Every section by its key, with exactly its rows."""
        mine = [one for one in self.joined if one.person is me]
        pairs = [one for one in self.pairs if me in one.two]
        return {
            "receipts": me.receipts,
            "texts": [
                {"written_at": one.at, "kind": TEXT_KINDS[one.kind], "words": one.words}
                for one in self.texts
                if one.owner is me and one.words
            ],
            "events": [{"at": at, "what": meanings[kind]} for at, kind in me.events],
            "notices": list(me.notices.values()),
            "deliveries": me.messages,
            "asks": [],
            "phone": [],
            "devices": [],
            "entries": me.entries,
            "account": [_account(me)],
            "passkeys": [],
            "browsers": me.browsers,
            "roles": me.roles,
            **{f"enrolment-{one.programme.slug}": list(_enrolment(one)) for one in mine},
            "consents": [row for one in mine for row in _consents(one)],
            "checks": [],
            "proposals": [_offer(one, me) for one in self.offers if me in one.two and not one.forgotten],
            "left_over": [one.left_over for one in mine if one.left_over],
            "pairs": [_pair(one, me) for one in pairs],
            "cards": [_card(card, me) for one in pairs for card in one.cards],
            "series": [],
            "meetings": [_meeting(one, me) for one in self.meetings if me in one.pair.two],
            "journal": [{"week": one.week} for one in self.lines if one.by is me],
            "calendar": [{"made_at": me.feed}] if me.feed else [],
            # Nobody in this history asks for letters to a calendar.
            "invitations": [],
            "calendar_answers": [],
            # Nobody writes messages, days or next steps in these histories.
            "messages": [],
            "bookmarks": [],
            "days": [],
            # Nobody is asked about the programme.
            "voice": [],
            "goals": [],
            "requests": [_request(one) for one in self.requests if one.by is me],
            "replies": [
                {"at": one.at, "kind": KINDS[one.request.kind], "signed": one.signed}
                for one in self.replies
                if one.by is me
            ],
            # Nobody in this history asks for a hand.
            "hand_likes": [],
            "hand_asks": [],
            "hand_yes": [],
            "openings": [{"at": one.at, "kind": KINDS[one.request.kind]} for one in me.openings],
        }

    # --- what one person can read of everybody ---

    def readable(self, me: Someone) -> Counter[tuple[str, str, str]]:
        """(whose, kind, words) of every text that this person may open without a receipt."""
        return Counter(
            (one.owner.name, one.kind, one.words)
            for one in self.texts
            if one.owner is me or any(reader is me for reader, _under in one.readers)
        )

    def opened(self, me: Someone) -> set[str]:
        """The words of others that a coordinator may read on receipts: of open requests that they opened."""
        waiting = {"open", "answered"}
        under = {one.request for one in me.openings if not one.over and one.request.state in waiting}
        replies = [
            one.text.words for one in self.replies if one.request in under and one.by is one.request.by
        ]
        return {request.text.words for request in under} | set(replies)


def _account(me: Someone) -> Row:
    return {
        "joined_at": me.joined,
        "adult_confirmed_at": me.joined,
        "address_confirmed": False,
        "language": "English",
        "time_zone": "UTC",
        "notices_by": "By letter (email)",
        "notices_both": False,
        "told": "It comes soon after something happens.",
        "notices_per_week": 3,
        "calendar_letters": False,
        "quiet": "Nothing between 9\N{NO-BREAK SPACE}p.m. and 8\N{NO-BREAK SPACE}a.m. where you live.",
        "letters_stopped_at": None,
        "letters_refused_at": None,
        "synthetic": False,
    }


def _enrolment(one: Joined) -> Iterator[Row]:
    standing = {
        "Began": one.made,
        "State": STATES[one.state],
        "Can be confirmed from": one.confirm_from,
        "Waiting for a partner since": one.waiting,
        "Paused since": one.paused,
        "Partners now": one.partners,
        "How you take part": one.programme.sides[one.side],
        "Where": "Potsdam, up to 20 km away",
        "You speak": "English, everyday talk",
        "You would like to learn": "nothing chosen",
        "When": "Tuesday: evening",
        "How you like to meet": "In person",
        "What you like": "nothing chosen",
        "What you need": "nothing chosen",
        "What you say about yourself": "nothing chosen",
        "How many partners": str(one.capacity),
    }
    yield from ({"what": what, "value": value} for what, value in standing.items() if value is not None)


def _consents(one: Joined) -> Iterator[Row]:
    for said in one.said:
        yield {
            "programme": one.programme.name,
            "purpose": PURPOSES[said.purpose],
            "given": "yes" if said.given else "no",
            "version": said.version,
            "words": one.programme.texts[said.purpose][said.version - 1],
            "at": said.at,
            "replaced_at": said.replaced,
        }


def _offer(one: Offer, me: Someone) -> Row:
    return {
        "at": one.at,
        "programme": one.programme.name,
        "until": one.until,
        "state": OFFER_STATES[one.state],
        "answer": "yes" if me in one.yes else "",
        "reasons": one.reasons,
    }


def _pair(one: Pair, me: Someone) -> Row:
    contact = one.contacts.get(me)
    return {
        "programme": one.offer.programme.name,
        "state": one.state,
        "made_at": one.made,
        "paused_until": one.pauses.get(me),
        "ended_at": one.ended,
        "contact": contact.words if contact else "",
        "closing": None,
        "thanks": "",
        "in_touch": "",
    }


def _card(one: Card, me: Someone) -> Row:
    def mine(kind: str) -> str:
        found = one.words.get((me, kind))
        return found.words if found else ""

    return {
        "version": one.version,
        "made_at": one.at,
        "rhythm": "Every week",
        "times": {32: ["Tuesday: evening"], 4: ["Monday: evening"]}[one.times],
        "ways": ["In person"],
        "customs": mine("customs"),
        "rather_not": mine("rather_not"),
        "signed_at": one.signed.get(me),
    }


def _meeting(one: Meeting, me: Someone) -> Row:
    return {
        "starts_at": one.starts,
        "minutes": 60,
        "way": WAYS[one.mode],
        "planned_by_me": one.by is me,
        "cancelled": one.cancelled,
        "said_at": one.said.get(me),
    }


def _request(one: Request) -> Row:
    return {
        "made_at": one.made,
        "kind": KINDS[one.kind],
        "to": "Your partner" if one.pair else "The coordinators",
        "state": REQUEST_STATES[one.state],
        "closed_at": one.closed,
        # Nobody in this history agrees to a ladder.
        "coordinators": "",
        "coordinators_at": None if one.pair else one.made,
        "service": "",
        "service_at": None,
        "climbs_at": None,
        "expires_at": (one.wrote or one.made) + timedelta(days=90),
    }


def receipt(at: datetime, name: str, request: Request) -> Row:
    """What the requester sees when a coordinator has opened a request."""
    return {
        "at": at,
        "name": name,
        "role": "Coordinator",
        "what": f"Your request of {date_format(request.made, 'DATE_FORMAT')}",
        "task": f"To answer it: {KINDS[request.kind]}",
    }
