"""What the product may show to each person, kept in plain Python beside it: the books of the oracle.

Written from the charter and from what the pages promise. It reads no table and calls no service or selector
of the product: it knows only what people did and when. `chronicle.py` says what each deed changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format

from tests.proofs.records import (
    Afternoon,
    Card,
    Day,
    Hand,
    Joined,
    Line,
    Meeting,
    Message,
    Offer,
    Pair,
    Programme,
    Reply,
    Request,
    Row,
    Series,
    Service,
    Someone,
    Step,
    Words,
    Yes,
)

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
    "expired": "Closed after a long time",
}
HANDS = {"harvest": "Harvest and garden", "moving": "Moving and carrying", "repairs": "Repairs"}
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
    "message": "A message to a partner",
    "occasion": "A day that matters to a pair",
    "goal": "A next step of yours",
    "thanks": "A word of thanks to a partner",
    "hand": "How you can be reached for a few hours of help",
}
WAYS = ["In person", "By phone", "By video", "By letter"]


class Books:
    """Everything that may be shown, by whom it is about."""

    now: datetime

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
        self.messages: list[Message] = []
        self.marks: dict[tuple[Pair, Someone], datetime] = {}
        self.days: list[Day] = []
        self.steps: list[Step] = []
        self.series: list[Series] = []
        self.services: list[Service] = []
        self.afternoons: list[Afternoon] = []
        self.likes: set[tuple[Someone, Programme, str]] = set()
        self.hands: list[Hand] = []
        self.yeses: list[Yes] = []

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
            "series": [_series(one, me) for one in self.series if me in one.pair.two],
            "meetings": [_meeting(one, me) for one in self.meetings if me in one.pair.two],
            "journal": [{"week": one.week} for one in self.lines if one.by is me],
            "calendar": [{"made_at": me.feed}] if me.feed else [],
            # Nobody in this history asks for letters to a calendar.
            "invitations": [],
            "calendar_answers": [],
            # Nobody is asked about the programme.
            "voice": [],
            "messages": [{"at": one.at, "by_text": "no"} for one in self.messages if one.by is me],
            "bookmarks": [{"at": at} for (_pair, one), at in self.marks.items() if one is me],
            # Nobody in this history wants messages on a phone.
            "by_text": [],
            "days": [self._day(one) for one in self.days if one.by is me],
            "goals": [
                {"done": one.done, "shared": one.shown_in is not None} for one in self.steps if one.by is me
            ],
            "requests": [_request(one) for one in self.requests if one.by is me],
            "replies": [
                {"at": one.at, "kind": KINDS[one.request.kind], "signed": one.signed}
                for one in self.replies
                if one.by is me
            ],
            "hand_likes": [{"kind": HANDS[kind]} for one, _where, kind in self.likes if one is me],
            "hand_asks": [_hand(one) for one in self.hands if one.by is me],
            "hand_yes": [
                {"kind": HANDS[one.hand.kind], "day": one.hand.day, "at": one.at, "met_at": one.met}
                for one in self.yeses
                if one.by is me
            ],
            "openings": [{"at": one.at, "kind": KINDS[one.request.kind]} for one in me.openings],
            "gatherings": [
                {
                    "title": one.title,
                    "starts_at": one.starts,
                    "coming": me in one.coming,
                    "attended": me in one.attended,
                }
                for one in self.afternoons
                if me in one.coming | one.attended
            ],
        }

    def _day(self, one: Day) -> Row:
        return {"day": one.next(self.now.date()), "each_year": one.each_year, "before": one.before}

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
        "notices_by": "By letter (email)" if me.letters else "Not at all",
        "notices_both": False,
        "told": "It comes soon after something happens.",
        "notices_per_week": me.most,
        "quiet": "Nothing between 9\N{NO-BREAK SPACE}p.m. and 8\N{NO-BREAK SPACE}a.m. where you live.",
        "calendar_letters": False,
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
    contact, thanks = one.contacts.get(me), one.thanks.get(me)
    return {
        "programme": one.offer.programme.name,
        "state": one.state,
        "made_at": one.made,
        "paused_until": one.pauses.get(me),
        "ended_at": one.ended,
        "contact": contact.words if contact else "",
        "closing": one.closing,
        "thanks": thanks.words if thanks else "",
        # Nobody in this history says that they would like to stay in touch.
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
        "cancelled": not one.planned,
        "said_at": one.said.get(me),
    }


def _request(one: Request) -> Row:
    return {
        "made_at": one.made,
        "kind": KINDS[one.kind],
        "to": "Your partner" if one.pair else "The coordinators",
        "state": REQUEST_STATES[one.state],
        "closed_at": one.closed,
        "coordinators": "You agreed to it" if one.agreed else "",
        "coordinators_at": one.coordinators_at,
        "service": one.service.name if one.service else "",
        "service_at": one.service_at,
        "climbs_at": one.climbs,
        "expires_at": one.expires,
    }


def _series(one: Series, me: Someone) -> Row:
    return {
        "rhythm": {7: "Every week", 14: "Every two weeks"}[one.every],
        "starts_on": one.starts_on,
        "at": one.at.strftime("%H:%M"),
        "zone": "UTC",
        "minutes": 60,
        "way": WAYS[0],
        "set_by_me": one.by is me,
        "ended_at": one.ended,
    }


def _hand(one: Hand) -> Row:
    return {
        "kind": HANDS[one.kind],
        "day": one.day,
        "hours": one.hours,
        "area": "",
        "wide_at": one.wide,
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
