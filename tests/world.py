"""A small whole programme for tests that look at every page; everybody got there by the usual steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from django.test import Client

from bothways.core.clock.api import now, today
from bothways.core.walls import api as walls
from bothways.days import api as days
from bothways.enrol.tests.factory import a_code, asking, checked, enrolled
from bothways.gather import api as gather
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.help import directory, hands
from bothways.insight import wording
from bothways.insight.periods import Quarter
from bothways.insight.tests.factory import a_release
from bothways.match.models import Proposal
from bothways.match.tests.factory import proposed
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme
from bothways.report.tests.factory import a_lead
from bothways.talk import api as talk
from bothways.voice import services as voice
from bothways.voice.halves import HalfYear
from tests.cast import Someone, someone


@dataclass
class World:
    """Amina and Bo are a pair with a card, a meeting and regular ones, a journal, messages, a day that
    matters, next steps and a request; Chen and Fatima have an open proposal; Gul waits; Dara is a stranger;
    Eli coordinates, has named a safeguarding lead wrote a call and an entry of the directory, and hosts a
    gathering, to which Amina comes. Amina and
    Chen offer company, which takes two checks: Amina has both, Chen has one, and a code for the other. Two
    quarters are published."""

    programme: Programme
    pair: pairs.Pair
    proposal: Proposal
    meeting_path: str
    requests: dict[str, str]
    people: dict[str, Someone]

    def __getattr__(self, name: str) -> Someone:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def proposal_path(self) -> str:
        return f"/proposals/{self.proposal.id}/"

    def browser(self, name: str) -> Client:
        """A client of somebody, or of a visitor who is not signed in."""
        return Client(HTTP_ACCEPT_LANGUAGE="en") if name == "visitor" else self.people[name].browser()

    def places_for(self, name: str) -> list[str]:
        """Where a walk begins: everything else is reached by links."""
        slug = self.programme.slug
        start = ["/", f"/p/{slug}/", "/charter/"]
        if name == "visitor":
            return [*start, "/account/login/", "/account/signup/"]
        return [*start, "/me/", f"/p/{slug}/join/", f"/p/{slug}/mine/", "/p-new/"]

    def shared(self, owner: str, other: str, path: str) -> bool:
        """Whether a page belongs to both on purpose."""
        if {owner, other} == {"amina", "bo"}:
            return True
        if {owner, other} == {"chen", "fatima"}:
            return path == self.proposal_path
        return "eli" in {owner, other} and path == self.requests["coordinators"]

    def speaks(self, name: str, language: str) -> None:
        """Change somebody's page language, by themself."""
        people.set_language(self.people[name].who, language)


def build() -> World:
    """Make the world; about a second, most of it the two rounds."""
    cast = {name.lower(): someone(name) for name in ("Amina", "Bo", "Chen", "Fatima", "Gul", "Dara", "Eli")}
    programme = a_programme(cast["eli"])
    a_lead(cast["eli"], programme)
    amina, bo = cast["amina"], cast["bo"]
    pair = a_pair(amina, bo, programme)
    _agree_card(pair, amina, bo)
    meeting = meet.plan(
        amina.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=3),
        minutes=60,
        mode=0,
        place="At the library",
    )
    rhythm = meet.Rhythm("weekly", today() + timedelta(days=9), time(16), "Europe/London")
    regular = meet.WantedSeries(rhythm, 60, 2, meet.Where("", "https://call.example/a-room"))
    meet.choose_series(bo.who, pair_id=pair.id, seen="", wanted=regular)
    meet.write_journal(bo.who, pair_id=pair.id, words="مرحبا: a first walk, 很好")
    talk.send(amina.who, pair_id=pair.id, words="Shall I bring something?\nشاي 4 pm")
    talk.send(bo.who, pair_id=pair.id, words="Yes, gladly.")
    days.add(
        amina.who,
        pair_id=pair.id,
        days=[now().date() + timedelta(days=9)],
        each_year=True,
        before=3,
        words=days.sealed_words(days.KINDS["birthday"][0], "Leila turns six. ليلى"),
    )
    goals.add(amina.who, words="Learn to drive. قيادة السيارة", pair_id=pair.id)
    goals.add(bo.who, words="Find a course for welders")
    pairs.plan_closing(amina.who, pair_id=pair.id, day=today() + timedelta(days=60))
    pairs.say_in_touch(bo.who, pair_id=pair.id, words="bo@example.org, 写信给我")
    to_partner = help_.ask(
        amina.who, programme_id=programme.id, pair_id=pair.id, kind="school", words="A school form, please"
    )
    to_staff = help_.ask(amina.who, programme_id=programme.id, kind="work", words="Where do I find a course?")
    work = {"programme_id": programme.id, "kind": "harvest", "day": today() + timedelta(days=9), "hours": 3}
    with_bo = hands.ask(amina.who, **work, pair_id=pair.id)
    hands.offer(bo.who, ask_id=with_bo.id, words="by the gate")
    hands.ask(amina.who, **work)
    service = directory.Entry(name="Advice for tenants", place="Town hall", phone="030 123", kind="housing")
    directory.write(cast["eli"].who, programme_id=programme.id, entry=service)
    afternoon = gather.publish(
        cast["eli"].who,
        programme_id=programme.id,
        title="Soup and games. حساء وألعاب",
        starts_at=now().replace(minute=0, second=0, microsecond=0) + timedelta(days=6),
        minutes=180,
        place="The old mill, second door",
        words="Bring a cup. Children are welcome.\n欢迎小朋友。",
    )
    gather.say_coming(amina.who, gathering_id=afternoon.id, coming=True)
    # Nobody else speaks what Gul speaks: the round leaves her over, with a reason.
    enrolled(cast["gul"], programme, side=1, speak=[programme.languages[-1] * 4 + 2])
    proposal = proposed(cast["chen"], cast["fatima"], programme)
    hands.set_likes(cast["chen"].who, programme_id=programme.id, kinds={"harvest"})
    asking(cast["eli"], programme, checks=1 | 1 << 2)
    for name in ("amina", "chen"):
        checked(cast[name], programme, cast["eli"])
    checked(amina, programme, cast["eli"], kind="first_aid")
    a_code(cast["chen"], programme, "first_aid")
    last = Quarter.of(now(), programme.time_zone).before
    for quarter in (last.before, last):
        a_release(programme, quarter)
    wording.call(cast["eli"].who, programme_id=programme.id, words="Who has time on Sundays?")
    # The members are asked about the programme, as in June and December.
    moment = now()
    with walls.working():
        voice._open(programme, HalfYear.of(moment, programme.time_zone), moment, moment + timedelta(days=20))
    return World(
        programme,
        pair,
        proposal,
        f"/meetings/{meeting.id}/",
        {"partner": f"/requests/{to_partner.id}/", "coordinators": f"/requests/{to_staff.id}/"},
        cast,
    )


def _agree_card(pair: pairs.Pair, amina: Someone, bo: Someone) -> None:
    wanted = pairs.Wanted(
        rhythm="weekly", times=1 << 5, modes=1, customs="Shoes off", rather_not="Late calls"
    )
    card = pairs.save_card(amina.who, pair_id=pair.id, seen_version=0, wanted=wanted)
    for each in (amina, bo):
        pairs.sign_card(each.who, pair_id=pair.id, version=card.version)
