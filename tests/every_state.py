"""A programme in which everything exists in each of its states, with somebody for every relationship.

Amina owns one of each. Everything she writes holds WORDS and her name holds NAME: a page that shows either
to anybody is known by it.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from bothways.core.asks import api as asks
from bothways.core.clock.api import now, today, travelled
from bothways.core.identity.api import acting, open_entry
from bothways.core.outbox.models import Delivery
from bothways.core.walls import api as walls
from bothways.days import api as days
from bothways.enrol.services import pause as pause_enrolment
from bothways.enrol.services import withdraw
from bothways.enrol.tests.factory import a_code, checked, drafted, enrolled, sent
from bothways.gather import api as gather
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.help import directory, hands
from bothways.help import tasks as help_tasks
from bothways.insight.models import Call
from bothways.insight.periods import Quarter
from bothways.insight.tests.factory import a_release
from bothways.match import api as match
from bothways.match.models import Round
from bothways.match.rounds import ask, stop_round
from bothways.match.running import fail
from bothways.match.tests.factory import proposed
from bothways.meet import api as meet
from bothways.meet.calendar import end_feed, make_feed
from bothways.meet.models import CalendarAnswer, Invitation, JournalLine
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.people.models import Person
from bothways.people.push import devices, vapid
from bothways.people.push.devices import Subscription
from bothways.people.push.sealing import unpadded
from bothways.people.sms import gateway, phones
from bothways.people.stopping import stop_url
from bothways.people.tests.pusher import Browser
from bothways.programme import catalogue
from bothways.programme import services as programmes
from bothways.programme.models import Area, Programme
from bothways.programme.tests.factory import a_programme
from bothways.report.tests.factory import a_lead
from bothways.talk import api as talk
from bothways.talk import by_text
from bothways.voice import services as voice
from bothways.voice.halves import HalfYear
from bothways.voice.models import Sums
from bothways.voice.questions import QUESTIONS
from tests.cast import Someone, someone

WORDS, NAME = "kestrel", "Osprey"
NAMES = "Amina Bo Chen Dara Eli Gul Hana Ivo Jun Kofi Lena Mats Nour Omar Priya Quinn Sam".split()
PLACE_OF = {"stranger": "dara", "elsewhere": "hana", "here": "gul", "proposed": "chen", "staff": "eli"}


@dataclass
class Thing:
    """Something with an address: what stands in the address, and who is what to it."""

    args: dict[str, Any]
    owner: str = "amina"
    partner: str = "bo"

    def who(self, relation: str) -> str | None:
        """The name of whoever has this relation to it, None when there is nobody."""
        if relation in {"visitor", "gone"}:
            return relation
        return {**PLACE_OF, "owner": self.owner, "partner": self.partner}[relation] or None


@dataclass(eq=False)
class World:
    """The things by kind and state, and the cookies of everybody."""

    programme: Programme
    people: dict[str, Someone]
    things: dict[str, dict[str, Thing]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self, name: str) -> Client:
        """A browser with somebody's cookie; somebody who left still has theirs."""
        client = Client(HTTP_ACCEPT_LANGUAGE="en", raise_request_exception=False)
        if name in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[name]
        return client

    def thing(self, kind: str, state: str) -> Thing:
        return self.things[kind][state]

    def add(self, kind: str, state: str, partner: str = "bo", owner: str = "amina", /, **args: Any) -> None:
        self.things.setdefault(kind, {})[state] = Thing(args, owner, partner)


def build() -> World:
    """Everybody opens their own account and does all of it in their own session."""
    cast = {name.lower(): someone(name) for name in NAMES}
    people.set_name(cast["amina"].who, name=f"Amina {NAME}")
    programme = a_programme(cast["eli"])
    programmes.set_sides(cast["eli"].who, programme_id=programme.id, sides=_sides())
    world = World(programme, cast)
    for name, one in cast.items():
        world.cookies[name] = one.browser().cookies[settings.SESSION_COOKIE_NAME].value
    _proposals_and_pairs(world)
    _requests(world)
    _meetings(world)
    _enrolments(world)
    _checks(world)
    _own_things(world)
    _gatherings(world)
    _programmes(world)
    world.cookies["gone"] = world.cookies.pop("mats")
    people.leave(cast["mats"].who)
    return world


def _sides(checks: int = 0) -> list[programmes.SideWords]:
    offers = programmes.SideWords(0, "Offers", "", 5, checks)
    return [offers, programmes.SideWords(1, "Wishes", "", 5)]


def _proposals_and_pairs(world: World) -> None:
    cast, programme = world.people, world.programme
    amina = cast["amina"]
    with travelled(-timedelta(days=10)):
        enrolled(amina, programme, side=0, capacity=5)
        expired = proposed(amina, cast["lena"], programme)
    world.add("proposal", "expired", "lena", proposal_id=expired.id)
    for name, state in (("bo", "live"), ("ivo", "paused"), ("jun", "ended"), ("mats", "left")):
        pair = a_pair(amina, cast[name], programme)
        world.add("pair", state, "" if state == "left" else name, pair_id=pair.id)
        _live_together(world, pair, amina, cast[name], state)
    pairs.end(cast["jun"].who, pair_id=_pair(world, "ended"))
    pairs.pause(amina.who, pair_id=_pair(world, "paused"), until=today() + timedelta(days=9))
    made = pairs.open_pair(amina.who, _pair(world, "live")).proposal_id
    world.add("proposal", "made", "bo", proposal_id=made)
    closed = proposed(amina, cast["kofi"], programme)
    match.answer(cast["kofi"].who, proposal_id=closed.id, yes=False)
    world.add("proposal", "closed", "kofi", proposal_id=closed.id)
    # Nobody else speaks what Gul speaks: every round leaves her over.
    enrolled(cast["gul"], programme, side=1, speak=[programme.languages[-1] * 4 + 2])
    world.add("proposal", "open", "chen", proposal_id=proposed(amina, cast["chen"], programme).id)
    last = Round.objects.filter(programme=programme).latest("number")
    world.add("round", "done", round_id=last.id)
    for state, finish in (("failed", lambda one: fail(one, "broken")), ("stopped", _stopped_by(cast["eli"]))):
        begun = ask(programme.id)
        finish(begun)
        world.add("round", state, round_id=begun.id)


def _stopped_by(eli: Someone) -> Callable[[Round], object]:
    return lambda one: stop_round(eli.who, round_id=one.id)


def _pair(world: World, state: str) -> uuid.UUID:
    return world.thing("pair", state).args["pair_id"]


def _live_together(world: World, pair: pairs.Pair, amina: Someone, other: Someone, state: str) -> None:
    """A card that both signed, contact details, a line of the journal, a message, a day, a next step, a
    meeting, and a request."""
    wanted = pairs.Wanted(rhythm="weekly", times=1 << 5, modes=1, customs=WORDS, rather_not="")
    card = pairs.save_card(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted)
    for each in (amina, other):
        pairs.sign_card(each.who, pair_id=pair.id, version=card.version)
    pairs.set_contact(amina.who, pair_id=pair.id, words=WORDS)
    pairs.plan_closing(other.who, pair_id=pair.id, day=today() + timedelta(days=90))
    pairs.say_thanks(amina.who, pair_id=pair.id, words=WORDS)
    for one in (amina, other):
        pairs.say_in_touch(one.who, pair_id=pair.id, words=WORDS if one is amina else "A place by the river")
    who = "" if state == "left" else other.name.lower()
    line = meet.write_journal(amina.who, pair_id=pair.id, words=WORDS)
    world.add("line", state, who, line_id=line.id)
    _regular(amina, pair)
    message = talk.send(amina.who, pair_id=pair.id, words=WORDS)
    world.add("message", state, who, message_id=message.id)
    day = days.add(
        amina.who,
        pair_id=pair.id,
        days=[today() + timedelta(days=20)],
        each_year=False,
        before=3,
        words=days.sealed_words(days.KINDS["birthday"][0], WORDS),
    )
    world.add("occasion", state, who, occasion_id=day.id)
    step = goals.add(amina.who, words=WORDS, pair_id=pair.id)
    world.add("goal", state, who, goal_id=step.id)
    meeting = _planned(amina, pair, 3)
    world.add("meeting", "planned" if state == "live" else state, who, meeting_id=meeting.id)
    asked = _asked(amina, world.programme, pair)
    world.add("request", "open" if state == "live" else state, who, request_id=asked.id)


def _regular(amina: Someone, pair: pairs.Pair) -> None:
    """Monthly, and not for some time: most of the days of this world have none of these dates."""
    rhythm = meet.Rhythm("monthly", today() + timedelta(days=20), time(11), "UTC")
    wanted = meet.WantedSeries(rhythm, 60, 2, meet.Where(WORDS, f"https://call.example/{WORDS}"))
    meet.choose_series(amina.who, pair_id=pair.id, seen="", wanted=wanted)


def _hands(world: World, pair: pairs.Pair) -> None:
    """Amina asked her partner, and those who like such work; Bo said yes to some, and she to one of them."""
    amina, bo, programme = world.people["amina"], world.people["bo"], world.programme
    slug, day = programme.slug, today() + timedelta(days=5)
    hands.set_likes(bo.who, programme_id=programme.id, kinds={"harvest"})
    hands.set_likes(amina.who, programme_id=programme.id, kinds={"lift"})
    given = {"programme_id": programme.id, "kind": "harvest", "day": day, "hours": 2}
    for state in ("partner", "wide", "waiting", "met"):
        asked = hands.ask(amina.who, **given, pair_id=pair.id if state == "partner" else None)
        world.add("hand", state, slug=slug, ask_id=asked.id)
        if state in {"waiting", "met"}:
            with walls.acting_with(bo.who.token):
                said = hands.offer(bo.who, ask_id=asked.id, words="by the gate")
            world.add("yes", state, ask_id=asked.id, yes_id=said.id)
        if state == "met":
            with walls.acting_with(amina.who.token):
                hands.accept(amina.who, ask_id=asked.id, yes_id=said.id, words=WORDS)
    of_bo = hands.ask(bo.who, **{**given, "kind": "moving"}, pair_id=pair.id)
    hands.offer(amina.who, ask_id=of_bo.id, words=WORDS)


def _climbed_and_expired(world: World, pair: pairs.Pair) -> None:
    """A request that nobody answered has come to the coordinators and to a service; another has expired."""
    amina, eli, programme = world.people["amina"], world.people["eli"], world.programme
    entry = directory.Entry(name="Advice for tenants", place="Town hall")
    one = directory.write(eli.who, programme_id=programme.id, entry=entry)
    world.add("service", "listed", slug=programme.slug, service_id=one.id)
    gone = directory.write(eli.who, programme_id=programme.id, entry=entry)
    directory.take_away(eli.who, service_id=gone.id)
    world.add("service", "gone", slug=programme.slug, service_id=gone.id)
    climbed = help_.ask(
        amina.who,
        programme_id=programme.id,
        kind="school",
        words=WORDS,
        pair_id=pair.id,
        ladder=help_.Ladder(coordinators=True, service_id=one.id, wait_days=1),
    )
    for passed in (1, 2):
        with travelled(timedelta(days=passed, minutes=passed)):
            help_tasks.climb(0)
    world.add("request", "climbed", request_id=climbed.id)
    with travelled(-timedelta(days=110)):
        old = _asked(amina, programme, pair)
    for passed in (-18, -10):
        with travelled(timedelta(days=passed)):
            help_tasks.end_requests(0)
    world.add("request", "expired", request_id=old.id)


def _planned(amina: Someone, pair: pairs.Pair, days: int) -> meet.Meeting:
    return meet.plan(
        amina.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=days),
        minutes=60,
        mode=0,
        place=WORDS,
    )


def _asked(amina: Someone, programme: Programme, pair: pairs.Pair | None = None) -> help_.Request:
    pair_id = pair.id if pair else None
    return help_.ask(amina.who, programme_id=programme.id, kind="school", words=WORDS, pair_id=pair_id)


def _requests(world: World) -> None:
    """To the partner ("request") and to the coordinators ("letter"), in every state."""
    cast, programme = world.people, world.programme
    amina, bo, eli = cast["amina"], cast["bo"], cast["eli"]
    pair = pairs.open_pair(amina.who, _pair(world, "live"))
    for state in ("answered", "resolved", "taken_back"):
        asked = _asked(amina, programme, pair)
        help_.reply(bo.who, request_id=asked.id, words="an answer")
        _closed(amina, asked, state)
        world.add("request", state, request_id=asked.id)
    for state in ("open", "answered", "resolved", "taken_back"):
        asked = _asked(amina, programme)
        if state != "open":
            help_.open_with_receipt(eli.who, request_id=asked.id)
            help_.reply(eli.who, request_id=asked.id, words="an answer")
        _closed(amina, asked, state)
        world.add("letter", state, request_id=asked.id)
    _climbed_and_expired(world, pair)
    _hands(world, pair)
    open_one = world.thing("request", "open").args["request_id"]
    more = help_.reply(amina.who, request_id=open_one, words=WORDS)
    world.add("reply", "mine", reply_id=more.id)


def _closed(amina: Someone, asked: help_.Request, state: str) -> None:
    if state == "resolved":
        help_.resolve(amina.who, request_id=asked.id)
    elif state == "taken_back":
        help_.take_back(amina.who, request_id=asked.id)


def _meetings(world: World) -> None:
    amina = world.people["amina"]
    pair = pairs.open_pair(amina.who, _pair(world, "live"))
    with travelled(-timedelta(days=3)):
        world.add("meeting", "past", meeting_id=_planned(amina, pair, 1).id)
    cancelled = _planned(amina, pair, 5)
    meet.cancel(amina.who, meeting_id=cancelled.id)
    world.add("meeting", "cancelled", meeting_id=cancelled.id)


def _enrolments(world: World) -> None:
    """One owner for each state of an enrolment; all of them look at the same addresses."""
    cast, programme = world.people, world.programme
    drafted(cast["nour"], programme, side=1)
    sent(cast["omar"], programme, side=1)
    with travelled(-timedelta(seconds=settings.CONFIRM_AFTER_SECONDS + 60)):
        ready = sent(cast["sam"], programme, side=1)
    assert ready.state == "waiting"
    paused = enrolled(cast["priya"], programme, side=1)
    pause_enrolment(cast["priya"].who, enrolment_id=paused.pk)
    taken = enrolled(cast["quinn"], programme, side=1)
    withdraw(cast["quinn"].who, enrolment_id=taken.pk)
    states = {"draft": "nour", "waiting": "omar", "ready": "sam", "active": "amina", "paused": "priya"}
    for state, owner in {**states, "withdrawn": "quinn"}.items():
        world.add("enrolment", state, "bo", owner, slug=programme.slug)


def _checks(world: World) -> None:
    """One that is set, and one for which Amina holds a code that she shows to a coordinator."""
    amina, eli, programme = world.people["amina"], world.people["eli"], world.programme
    # Both are asked for while she gets them; afterwards only the one that she has.
    kinds = {item.key: item.bit for item in catalogue.CHECKS}
    for asked in (kinds["references"] | kinds["first_aid"], kinds["references"]):
        programmes.set_sides(eli.who, programme_id=programme.id, sides=_sides(asked))
        if "check" not in world.codes:
            checked(amina, programme, eli, kind="references")
            world.codes["check"] = a_code(amina, programme, "first_aid")
    for state, kind in (("set", "references"), ("asked", "first_aid")):
        world.add("check", state, slug=programme.slug, kind=kind)


def _gatherings(world: World) -> None:
    """One to which Amina comes, one of yesterday at which she was, and one that was called off."""
    amina, eli, programme = world.people["amina"], world.people["eli"], world.programme
    given = {"programme_id": programme.id, "title": "Soup", "minutes": 120, "place": "The old mill"}
    for state, after in (("coming", 5), ("past", -1), ("off", 5)):
        starts_at = now() + timedelta(days=after)
        with travelled(timedelta(days=min(after - 1, 0))):
            one = gather.publish(eli.who, **given, starts_at=starts_at)
        world.add("gathering", state, slug=programme.slug, gathering_id=one.id)
        if state == "past":
            gather.say_attended(amina.who, gathering_id=one.id, attended=True)
        else:
            gather.say_coming(amina.who, gathering_id=one.id, coming=True)
    gather.call_off(eli.who, gathering_id=one.id)


def _own_things(world: World) -> None:
    amina = world.people["amina"]
    entry = acting(open_entry(amina.id))
    assert entry is not None
    world.add("session", "other", entry_id=entry.entry_id)
    line = JournalLine.objects.get(id=world.thing("line", "live").args["line_id"])
    world.add("words", "mine", text_id=line.text_id)
    _questions(world)
    world.add("goal", "private", goal_id=goals.add(amina.who, words=WORDS).id)
    world.add("feed", "off", token=make_feed(amina.who, instead_of=""))
    end_feed(amina.who)
    world.add("feed", "on", token=make_feed(amina.who, instead_of=""))
    _an_answer(amina, world)
    data = {"name": "passkey", "credential": a_credential()}
    key = Authenticator.objects.create(user=amina.person, type="webauthn", data=data)
    world.add("passkey", "mine", pk=key.pk)
    world.add("me", "in")
    world.add("stop", "mine", token=stop_url(amina.id).split("/")[-2])
    moment = now()
    _a_phone(amina, world)
    _messages_on_it(amina, world)
    _a_device(amina, world)
    Delivery.objects.create(person_id=amina.id, at=moment, leased_until=moment, way="letter", sent_at=moment)


def _an_answer(amina: Someone, world: World) -> None:
    """What she was sent for her calendar about a meeting, and that she cannot come."""
    meeting = world.thing("meeting", "planned").args["meeting_id"]
    sent = Invitation.objects.create(
        person_id=amina.id,
        meeting_id=meeting,
        code_hash=secrets.token_bytes(32),
        sequence=0,
        shown_hash=bytes(32),
        sent_at=now(),
    )
    moment = now()
    said = CalendarAnswer.objects.create(
        person_id=amina.id, invitation=sent, said="no", sequence=0, stamped=moment, at=moment
    )
    world.add("answer", "mine", "bo", answer_id=said.pk)


def _questions(world: World) -> None:
    """The members are asked about the programme, as in June and December; Amina has answered."""
    amina, moment = world.people["amina"], now()
    half = HalfYear.of(moment, world.programme.time_zone)
    with walls.working():
        voice._open(world.programme, half, moment, moment + timedelta(days=20))
    sums = Sums.objects.get(programme=world.programme)
    with walls.acting_with(amina.who.token):
        voice.give(amina.who, sums_id=sums.id, answers=dict.fromkeys(QUESTIONS, "unsaid"))


def _a_phone(amina: Someone, world: World) -> None:
    """Confirmed with the code that was sent to it, and with a code to answer her open proposal."""
    sent: list[str] = []
    with patch.object(gateway, "is_on", lambda: True), patch.object(gateway, "send", _keeping(sent)):
        phones.add(amina.who, number="+49 30 1234567", network="here")
        with walls.acting_with(amina.who.token):
            phones.confirm(amina.who, code=sent[-1][-6:])
    asks.open_ask(
        amina.who,
        kind="proposal",
        object_id=world.thing("proposal", "open").args["proposal_id"],
        sender=bytes(phones.mine(amina.who).number_hash),
        opens_at=now(),
        expires_at=now() + timedelta(days=1),
    )


def _messages_on_it(amina: Someone, world: World) -> None:
    """She wants her partner's messages there, and he says yes."""
    pair_id = world.thing("pair", "live").args["pair_id"]
    Person.objects.filter(id=amina.id).update(notices_by="text")
    with patch.object(gateway, "is_on", lambda: True):
        by_text.wish(amina.who, pair_id=pair_id)
    by_text.allow(world.people["bo"].who, pair_id=pair_id)
    Person.objects.filter(id=amina.id).update(notices_by="letter")


def _a_device(amina: Someone, world: World) -> None:
    """A browser that shows her notices."""
    browser = Browser()
    given = Subscription("https://web.push.apple.com/hers", unpadded(browser.point), unpadded(browser.auth))
    devices.switch_on(amina.who, given, server_key=vapid.public_key())
    world.add("device", "on", device_id=devices.mine(amina.who)[0].id)


def _keeping(sent: list[str]) -> Callable[..., gateway.Sent]:
    def send(number: str, words: str, *, key: str) -> gateway.Sent:
        sent.append(words)
        return gateway.Sent.TAKEN

    return send


def a_credential() -> dict[str, Any]:
    """What a device hands over when a passkey is made."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    number = secrets.token_bytes(16)
    made = AttestedCredentialData.create(bytes(16), number, key)
    data = AuthenticatorData.create(bytes(32), 0x45, 1, made)
    client = CollectedClientData.create("webauthn.create", bytes(16), "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    name = websafe_encode(number)
    return {"id": name, "rawId": name, "type": "public-key", "response": response}


def _published(slug: str) -> dict[str, Any]:
    """A quarter with figures, and a call, of one programme."""
    one = Programme.objects.get(slug=slug)
    quarter = Quarter.of(now(), one.time_zone).before
    a_release(one, quarter)
    call = Call.objects.create(programme=one, words="Who has time?", at=now() - timedelta(days=20))
    return {"year": quarter.year, "number": quarter.number, "call_id": call.pk}


def _programmes(world: World) -> None:
    cast, programme = world.people, world.programme
    a_lead(cast["eli"], programme)
    a_programme(cast["hana"], name="Hill Top", slug="hill-top")
    a_programme(cast["eli"], name="Not Yet", slug="not-yet", open=False)
    shut = a_programme(cast["eli"], name="Once", slug="once")
    programmes.close(cast["eli"].who, programme_id=shut.id)
    for state, slug in (("open", programme.slug), ("unopened", "not-yet"), ("closed", "once")):
        world.add("programme", state, slug=slug, **_published(slug))
    world.add("consent", "match", slug=programme.slug, purpose="match")
    region = Area.objects.get(programme=programme, parent=None)
    world.add("area", "region", slug=programme.slug, area_id=region.id)
    town = Area.objects.filter(parent=region).order_by("-id")[0]
    world.add("area", "town", slug=programme.slug, area_id=town.id)
    # The last thing: while it is under way there is no other round here.
    world.add("round", "queued", round_id=ask(programme.id).id)
    world.codes["coordinator"] = programmes.invite(cast["eli"].who, programme_id=programme.id)
    world.codes["programme"] = programmes.new_setup_code()
