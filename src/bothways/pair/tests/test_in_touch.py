"""Staying in touch after a planned ending: who may say it, who reads it, and when all of it goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404
from tests.at_once import at_once
from tests.cast import Someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.identity.api import NotSignedIn
from bothways.core.outbox.models import Notice
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.pair import api, closings, in_touch
from bothways.pair.in_touch import InTouchPage
from bothways.pair.models import InTouch, Pair
from bothways.pair.tests.test_closings import day, notices
from bothways.people import api as people

pytestmark = pytest.mark.django_db

HERS, HIS = "Amina 0123", "bo@example.org"


@pytest.fixture
def planned(amina, pair) -> Pair:
    """They mean to end today."""
    closings.plan(amina.who, pair_id=pair.id, day=day(0))
    return pair


def says(one: Someone, pair: Pair, words: str) -> None:
    in_touch.say_in_touch(one.who, pair_id=pair.id, words=words)


def both_say(amina: Someone, bo: Someone, pair: Pair) -> None:
    says(amina, pair, HERS)
    says(bo, pair, HIS)


def seen_by(one: Someone, pair: Pair) -> InTouchPage:
    """As the one inside sees it, with the walls."""
    with walls.acting_with(one.who.token):
        return in_touch.in_touch(one.who, Pair.objects.get(id=pair.id))


def nothing_is_left() -> bool:
    return not (
        InTouch.objects.exists()
        or Text.objects.filter(kind="in_touch").exists()
        or Share.objects.filter(text__kind="in_touch").exists()
    )


def test_nobody_else_says_or_reads_anything(amina, bo, chen, dara, eli, planned) -> None:
    both_say(amina, bo, planned)
    for other in (chen, dara, eli):
        for forbidden in (
            lambda who: in_touch.say_in_touch(who, pair_id=planned.id, words="hello"),
            lambda who: in_touch.take_back_in_touch(who, pair_id=planned.id),
        ):
            with pytest.raises(Http404):
                forbidden(other.who)
        with walls.acting_with(other.who.token):
            assert not InTouch.objects.exists()
            assert not Text.objects.filter(kind="in_touch").exists()
    with walls.working():
        assert not InTouch.objects.exists()


def test_after_signing_out_nothing_is_said(amina, planned) -> None:
    identity.end_all_entries(amina.id)
    with pytest.raises(NotSignedIn):
        says(amina, planned, HERS)


def test_a_yes_of_one_alone_is_nobodys_business(amina, bo, planned) -> None:
    browser, page = bo.browser(), f"/pairs/{planned.id}/closing/"
    before = notices(bo)
    plain = browser.get(page).content
    says(amina, planned, HERS)
    assert seen_by(bo, planned) == InTouchPage() and notices(bo) == before
    with walls.acting_with(bo.who.token):
        assert not InTouch.objects.exists() and not Share.objects.filter(text__kind="in_touch").exists()
    without = [one.split(b'name="csrfmiddlewaretoken"') for one in (plain, browser.get(page).content)]
    assert len(without[0]) == len(without[1])
    assert HERS.encode() not in b"".join(without[1])
    assert Event.objects.filter(person_id=bo.id, kind="pair.in_touch").count() == 0


def test_with_two_yeses_both_read_both_and_the_first_is_told(amina, bo, planned) -> None:
    told = len(notices(amina))
    both_say(amina, bo, planned)
    assert seen_by(amina, planned) == InTouchPage(HERS, HIS, kept=True)
    assert seen_by(bo, planned) == InTouchPage(HIS, HERS, kept=True)
    assert len(notices(amina)) == told + 1
    assert "0123" not in "".join(Notice.objects.values_list("path", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_yeses_at_the_same_moment(amina, bo, planned) -> None:
    acts = [lambda: says(amina, planned, HERS), lambda: says(bo, planned, HIS)]
    assert at_once(*acts) == [None, None]
    assert seen_by(amina, planned).partners == HIS and seen_by(bo, planned).partners == HERS


@pytest.mark.django_db(transaction=True)
def test_the_same_yes_twice_at_once_and_the_end_meanwhile(amina, bo, planned) -> None:
    says(bo, planned, HIS)
    acts = [lambda: says(amina, planned, HERS)] * 2
    at_once(*acts, lambda: api.end(bo.who, pair_id=planned.id))
    # Either both were in time, or nothing is left.
    assert nothing_is_left() or InTouch.objects.count() == 2 == Text.objects.filter(kind="in_touch").count()


def test_words_can_be_changed_until_the_end(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    says(amina, planned, "by letter")
    says(amina, planned, "by letter")
    assert seen_by(bo, planned).partners == "by letter"
    api.end(bo.who, pair_id=planned.id)
    with pytest.raises(Refused, match="has ended"):
        says(amina, planned, "late")


def test_taken_back_before_the_end_it_closes_for_both(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    for _ in range(2):
        in_touch.take_back_in_touch(amina.who, pair_id=planned.id)
    assert seen_by(amina, planned) == InTouchPage()
    # As if she had never said it: his yes is his own again.
    assert seen_by(bo, planned) == InTouchPage(HIS)
    says(amina, planned, HERS)
    assert seen_by(bo, planned).partners == HERS


def test_after_the_planned_end_it_stays_for_a_while(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    api.end(bo.who, pair_id=planned.id)
    until = (now() + timedelta(days=30)).date()
    for one, mine, theirs in ((amina, HERS, HIS), (bo, HIS, HERS)):
        found = seen_by(one, planned)
        assert (found.mine, found.partners, found.until) == (mine, theirs, until)
        browser = one.browser()
        page = browser.get(f"/pairs/{planned.id}/in-touch/").content.decode()
        assert mine in page and theirs in page
        assert f"/pairs/{planned.id}/in-touch/" in browser.get("/").content.decode()
    with travelled(timedelta(days=29)), walls.working():
        in_touch.forget_in_touch()
    assert InTouch.objects.count() == 2
    with travelled(timedelta(days=30, hours=1)):
        assert in_touch.in_touch(amina.who, Pair.objects.get()) == InTouchPage(), "before the job too"
        with walls.working():
            in_touch.forget_in_touch()
    assert nothing_is_left()


def test_taken_back_after_the_end_both_go_at_once(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    api.end(bo.who, pair_id=planned.id)
    in_touch.take_back_in_touch(bo.who, pair_id=planned.id)
    assert nothing_is_left()
    assert seen_by(amina, planned) == InTouchPage()
    page = amina.browser().get(f"/pairs/{planned.id}/in-touch/").content.decode()
    assert "nothing here to read" in page and HERS not in page


@pytest.mark.parametrize("end", ["ends", "withdraws", "leaves"])
def test_an_end_before_its_day_leaves_nothing(amina, bo, pair, end) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(1))
    both_say(amina, bo, pair)
    if end == "ends":
        api.end(bo.who, pair_id=pair.id)
    elif end == "withdraws":
        enrol.withdraw(bo.who, enrolment_id=enrol.of_person(bo.who)[0].pk)
    else:
        people.leave(bo.who)
    assert nothing_is_left()


def test_an_end_with_one_yes_leaves_nothing(amina, bo, planned) -> None:
    says(amina, planned, HERS)
    api.end(bo.who, pair_id=planned.id)
    assert nothing_is_left() and seen_by(amina, planned) == InTouchPage()


def test_an_end_whose_day_was_taken_back_leaves_nothing(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    closings.drop(bo.who, pair_id=planned.id)
    api.end(bo.who, pair_id=planned.id)
    assert nothing_is_left()


def test_whoever_leaves_afterwards_takes_both_along(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    api.end(amina.who, pair_id=planned.id)
    people.leave(bo.who)
    assert nothing_is_left() and seen_by(amina, planned) == InTouchPage()


def test_nothing_is_said_without_a_day_or_words(amina, pair) -> None:
    with pytest.raises(Refused, match="choose a day"):
        says(amina, pair, HERS)
    closings.plan(amina.who, pair_id=pair.id, day=day(3))
    with pytest.raises(Refused, match="what your partner may keep"):
        says(amina, pair, "  ")
    assert nothing_is_left()


def test_the_database_takes_no_yes_but_ones_own(amina, bo, chen, planned) -> None:
    mine = texts.put(owner_id=chen.id, kind="in_touch", words="hello")
    his = texts.put(owner_id=bo.id, kind="in_touch", words="hello")
    for person, text in ((bo, his), (chen, mine), (bo, mine)):
        with walls.acting_with(chen.who.token), pytest.raises(DatabaseError), transaction.atomic():
            InTouch.objects.create(pair=planned, person_id=person.id, text_id=text)
    api.end(bo.who, pair_id=planned.id)
    with walls.acting_with(bo.who.token), pytest.raises(DatabaseError), transaction.atomic():
        InTouch.objects.create(pair=planned, person_id=bo.id, text_id=his)


def test_the_other_cannot_delete_my_yes(amina, bo, planned) -> None:
    says(amina, planned, HERS)
    with walls.acting_with(bo.who.token):
        assert InTouch.objects.all().delete()[0] == 0
    assert InTouch.objects.count() == 1


def test_the_pages_in_words(amina, bo, planned) -> None:
    hers, page = amina.browser(), f"/pairs/{planned.id}/in-touch/"
    assert hers.get(page).url == f"/pairs/{planned.id}/closing/"
    too_long = "a " * 400
    kept = hers.post(page, {"words": too_long})
    assert kept.status_code == 422 and too_long.strip() in kept.content.decode()
    assert hers.post(page, {"words": HERS}).status_code == 302
    shown = hers.get(f"/pairs/{planned.id}/closing/").content.decode()
    assert HERS in shown and "Take mine back" in shown
    bo.browser().post(page, {"words": HIS})
    assert HIS in hers.get(f"/pairs/{planned.id}/closing/").content.decode()
    assert "You both said" in hers.get(f"/pairs/{planned.id}/end/").content.decode()
    assert hers.post(f"{page}back/").status_code == 302
    assert HIS not in hers.get(f"/pairs/{planned.id}/closing/").content.decode()


def test_the_glass_box_holds_mine_and_not_theirs(amina, bo, planned) -> None:
    both_say(amina, bo, planned)
    box = amina.browser().get("/me/glass-box/").content.decode()
    assert HERS in box and HIS not in box
