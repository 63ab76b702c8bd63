"""However something ends, and whoever is not there, the other person sees the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.core.cache import cache

from bothways.core.clock.api import now, today, travelled
from bothways.core.texts.models import Text
from bothways.days import api as days
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.match import services as match
from bothways.match.tests.factory import a_round, proposed
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.people.tests.steps import ask_for_code, ask_to_join, join, visitor
from bothways.programme.tests.factory import a_programme
from bothways.talk import api as talk
from tests.cast import Someone, someone
from tests.test_same_look import Look, look, seen
from tests.undone import undone

pytestmark = pytest.mark.django_db


# All that the product holds about somebody, as pages and as the download; when it was looked at is left out.
ABOUT_ME = ["/me/", "/me/glass-box/", "/me/download/json/", "/me/download/html/"]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+]00:00)|\d{1,2}(:\d\d)?\s[ap]\.m\.|\d\d:\d\d|noon|midnight")


class Two:
    """Amina, who looks; Bo, who is gone in some way; their programme."""

    def __init__(self) -> None:
        self.amina, self.bo = someone("Amina"), someone("Bo")
        self.programme = a_programme(someone("Eli"))

    def withdraw(self, who: Someone) -> None:
        mine = Enrolment.objects.get(person_id=who.id, programme=self.programme)
        enrol.withdraw(who.who, enrolment_id=mine.pk)

    def pause(self, who: Someone) -> None:
        mine = Enrolment.objects.get(person_id=who.id, programme=self.programme)
        enrol.pause(who.who, enrolment_id=mine.pk)

    def looks(self, paths: list[str]) -> list[Look]:
        client = self.amina.browser()
        return [look(client, path) for path in paths]

    def glass_box(self) -> list[Look]:
        """What Amina reads about herself, but for the moments."""
        looks = [replace(one, body=MOMENT.sub("", one.body)) for one in self.looks(ABOUT_ME)]
        assert {one.status for one in looks} == {200}
        return looks


@pytest.fixture
def two() -> Two:
    return Two()


def all_alike(two: Two, ways: dict[str, Callable[[], object]], look_at: Callable[[], list[Look]]) -> None:
    """Each way is gone by itself, from the same beginning; what Amina sees after it is always the same."""
    found = {}
    for name, way in ways.items():
        with undone():
            way()
            found[name] = look_at()
    first = next(iter(found))
    for name, looks in found.items():
        for number, (one, other) in enumerate(zip(found[first], looks, strict=True)):
            assert one == other, f"{first} and {name} look different ({number})"


def test_every_way_to_close_a_proposal_looks_the_same(two: Two) -> None:
    proposal = proposed(two.amina, two.bo, two.programme)
    assert b"A proposal waits for you" in two.amina.browser().get("/").content

    def expire() -> None:
        with travelled(timedelta(days=30)):
            match.close_expired()

    ways = {
        "declined": lambda: match.answer(two.bo.who, proposal_id=proposal.id, yes=False),
        "blocked": lambda: match.not_again(two.programme.id, two.amina.id, two.bo.id),
        "left": lambda: people.leave(two.bo.who),
        "withdrawn": lambda: two.withdraw(two.bo),
        "expired": expire,
    }
    ways["declined, then left"] = lambda: [ways["declined"](), ways["left"]()]
    path = f"/proposals/{proposal.id}/"
    all_alike(
        two,
        ways,
        lambda: [
            *two.looks([path, "/", f"/p/{two.programme.slug}/waiting/"]),
            *two.glass_box(),
            look(two.amina.browser(), path, {"answer": "yes"}),
            look(two.amina.browser(), path, {"answer": "no"}),
        ],
    )


def test_every_way_to_end_a_pair_looks_the_same(two: Two) -> None:
    pair = a_pair(two.amina, two.bo, two.programme)
    planned = meet.plan(
        two.amina.who, pair_id=pair.id, starts_at=now() + timedelta(days=2), minutes=60, mode=0, place="there"
    )
    # Places and links of his: on a meeting of its own, on regular ones, and on a date that he moved.
    his = meet.plan(
        two.bo.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=3),
        minutes=60,
        mode=2,
        place="at his",
        link="https://call.example/his",
    )
    rhythm = meet.Rhythm("weekly", today() + timedelta(days=9), time(9), "UTC")
    regular = meet.WantedSeries(rhythm, 60, 2, meet.Where("his well", "https://call.example/ours"))
    one = meet.choose_series(two.bo.who, pair_id=pair.id, seen="", wanted=regular)
    date, moved, *_ = meet.Meeting.objects.filter(series=one).order_by("slot")
    later = moved.starts_at + timedelta(hours=1)
    meet.move(
        two.bo.who, meeting_id=moved.id, sequence=0, starts_at=later, minutes=60, mode=0, place="a pier"
    )
    theirs = talk.send(two.bo.who, pair_id=pair.id, words="by him")
    hers = talk.send(two.amina.who, pair_id=pair.id, words="by her")
    about = {"days": [today() + timedelta(days=9)], "each_year": False, "before": 3}
    noted = [days.add(one.who, pair_id=pair.id, words="Exam\nhere", **about) for one in (two.bo, two.amina)]
    pairs.plan_closing(two.bo.who, pair_id=pair.id, day=today() + timedelta(days=40))
    for one in (two.bo, two.amina):
        pairs.say_in_touch(one.who, pair_id=pair.id, words="by either")
    goals.add(two.bo.who, words="by him", pair_id=pair.id)
    step = goals.add(two.amina.who, words="by her", pair_id=pair.id)
    meet.write_journal(two.bo.who, pair_id=pair.id, words="mine")
    meet.write_journal(two.amina.who, pair_id=pair.id, words="hers")
    asked = help_.ask(
        two.amina.who, programme_id=two.programme.id, pair_id=pair.id, kind="school", words="a form"
    )
    of_bo = help_.ask(
        two.bo.who, programme_id=two.programme.id, pair_id=pair.id, kind="school", words="another"
    )
    back = help_.ask(two.bo.who, programme_id=two.programme.id, pair_id=pair.id, kind="work", words="a shed")
    for request in (asked, of_bo, back):
        help_.reply(two.amina.who, request_id=request.id, words="by her")
        help_.reply(two.bo.who, request_id=request.id, words="by him")
    help_.take_back(two.bo.who, request_id=back.id)
    ways = {
        "ended": lambda: pairs.end(two.bo.who, pair_id=pair.id),
        "left": lambda: people.leave(two.bo.who),
        "withdrawn": lambda: two.withdraw(two.bo),
    }
    ways["ended, then left"] = lambda: [ways["ended"](), ways["left"]()]
    parts = ["", "card/", "card/change/", "card.pdf", "contact/", "pause/", "end/", "meetings/", "journal/"]
    parts += ["closing/", "in-touch/", "regular/", "regular/choose/"]
    parts += ["messages/", "occasions/", "occasions/new/", "occasions/festival/", "goals/"]
    paths = [f"/pairs/{pair.id}/{part}" for part in parts]
    for each in (planned, his, date, moved):
        paths += [f"/meetings/{each.id}/", f"/meetings/{each.id}.ics", f"/meetings/{each.id}/change/"]
    paths += [f"/occasions/{one.id}/change/" for one in noted]
    paths += ["/me/goals/", f"/goals/{step.id}/change/"]
    paths += [f"/messages/{one.id}/letter.pdf" for one in (theirs, hers)]
    paths += [
        f"/requests/{asked.id}/",
        f"/requests/{of_bo.id}/",
        f"/requests/{back.id}/",
        f"/proposals/{pair.proposal_id}/",
        f"/p/{two.programme.slug}/my-requests/",
        "/",
    ]

    def look_at() -> list[Look]:
        every_text_has_a_place(two.amina)
        return [*two.looks(paths), *two.glass_box()]

    all_alike(two, ways, look_at)


def test_leaving_after_a_good_ending_looks_like_taking_back_what_could_be_kept(two: Two) -> None:
    pair = a_pair(two.amina, two.bo, two.programme)
    pairs.plan_closing(two.bo.who, pair_id=pair.id, day=today())
    for one in (two.bo, two.amina):
        pairs.say_in_touch(one.who, pair_id=pair.id, words="by either")

    def ended(then: Callable[[], object]) -> Callable[[], object]:
        def both() -> None:
            pairs.end(two.bo.who, pair_id=pair.id)
            then()

        return both

    ways = {
        "taken back": ended(lambda: pairs.take_back_in_touch(two.bo.who, pair_id=pair.id)),
        "left": lambda: people.leave(two.bo.who),
        "ended, then left": ended(lambda: people.leave(two.bo.who)),
    }
    paths = [f"/pairs/{pair.id}/", f"/pairs/{pair.id}/in-touch/", f"/pairs/{pair.id}/closing/", "/"]
    all_alike(two, ways, lambda: [*two.looks(paths), *two.glass_box()])


def every_text_has_a_place(one: Someone) -> None:
    """From the glass box one reaches the page of each of one's words, and deletes all but the name there."""
    client = one.browser()
    mine = Text.objects.filter(owner_id=one.id).exclude(kind="address")
    assert {"journal", "message", "goal", "request", "reply"} <= {text.kind for text in mine}
    for text in mine:
        where = f"/me/words/{text.id}/"
        assert client.get(where, follow=True).status_code == 200, text.kind
        if text.kind != "name":
            with undone():
                assert client.post(f"{where}delete/").status_code == 302, text.kind


def test_a_seeker_cannot_tell_why_nobody_is_there(two: Two) -> None:
    """After a round: blocked, gone, paused, or never matched because nothing fits."""
    enrolled(two.amina, two.programme, side=0)
    elsewhere = {"speak": [two.programme.languages[-1] * 4 + 2]}

    def here(**answers: object) -> None:
        enrolled(two.bo, two.programme, side=1, **answers)

    def then(what: Callable[[], object]) -> Callable[[], object]:
        def both() -> None:
            here()
            what()

        return both

    ways = {
        "never there": lambda: None,
        "never matched": lambda: here(**elsewhere),
        "blocked": then(lambda: match.not_again(two.programme.id, two.amina.id, two.bo.id)),
        "left": then(lambda: people.leave(two.bo.who)),
        "withdrawn": then(lambda: two.withdraw(two.bo)),
        "paused": then(lambda: two.pause(two.bo)),
    }

    def look_at() -> list[Look]:
        a_round(two.programme)
        return two.looks([f"/p/{two.programme.slug}/waiting/", "/", f"/p/{two.programme.slug}/"])

    all_alike(two, ways, look_at)


KNOWN, NEVER, LEFT = "known@example.org", "never@example.org", "gunda@example.org"


@pytest.mark.parametrize("begin", [ask_for_code, ask_to_join])
def test_an_address_does_not_tell_whether_it_has_an_account(begin) -> None:
    """Sign-in and sign-up with an address that is known, that never was, or whose person has left.

    Making an account takes more questions than finding one: see `test_the_time_of_sign_in_tells_nothing`.
    """
    join(visitor(), KNOWN)
    people.leave(someone("Gunda").who)
    found = {}
    for address in (KNOWN, NEVER, LEFT):
        with undone():
            cache.clear()
            client = visitor()
            answers = [begin(client, address)]
            path = answers[0].headers["Location"]
            answers += [client.get(path), client.post(path, {"code": "AAAA-AAAA"})]
            found[address] = [seen(answer, 0, address) for answer in answers]
    assert found[KNOWN] == found[NEVER] == found[LEFT]
