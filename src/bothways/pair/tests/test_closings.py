"""A planned ending: who may plan it, what it never does, and what goes with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from bothways.core.clock.api import today, travelled
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.identity.api import NotSignedIn
from bothways.core.outbox.models import Notice
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.pair import api, closings
from bothways.pair.models import Closing, Half, Pair
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def day(number: int):
    return today() + timedelta(days=number)


def notices(person) -> list[str]:
    return list(
        Notice.objects.filter(person_id=person.id).order_by("created_at").values_list("kind", flat=True)
    )


def test_nobody_else_plans_or_thanks(amina, bo, chen, dara, eli, pair) -> None:
    for other in (chen, dara, eli):
        for forbidden in (
            lambda who: closings.plan(who, pair_id=pair.id, day=day(9)),
            lambda who: closings.drop(who, pair_id=pair.id),
            lambda who: closings.say_thanks(who, pair_id=pair.id, words="hello"),
        ):
            with pytest.raises(Http404):
                forbidden(other.who)
    assert not Closing.objects.exists()


def test_after_signing_out_nothing_is_planned(amina, bo, pair) -> None:
    identity.end_all_entries(amina.id)
    with pytest.raises(NotSignedIn):
        closings.plan(amina.who, pair_id=pair.id, day=day(9))


def test_either_chooses_another_day_and_takes_it_back(amina, bo, pair) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(9))
    closings.plan(amina.who, pair_id=pair.id, day=day(9))
    assert notices(bo).count("pair.changed") == 1, "the same day again is no news"
    closings.plan(bo.who, pair_id=pair.id, day=day(20))
    assert closings.closing_day(pair) == day(20)
    closings.drop(amina.who, pair_id=pair.id)
    closings.drop(bo.who, pair_id=pair.id)
    assert closings.closing_day(pair) is None
    assert Pair.objects.get(id=pair.id).state == "live"


@pytest.mark.parametrize("number", [-1, 367])
def test_a_day_is_soon_and_not_over(amina, pair, number) -> None:
    with pytest.raises(Refused, match="within one year"):
        closings.plan(amina.who, pair_id=pair.id, day=day(number))


def test_the_day_ends_nothing_and_both_are_told_once(amina, bo, pair) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(3))
    assert closings.tell_whose_day_has_come() == 0
    with travelled(timedelta(days=3)):
        assert closings.tell_whose_day_has_come() == 1
        assert closings.tell_whose_day_has_come() == 0
        for person in (amina, bo):
            assert notices(person).count("pair.closing_day") == 1
        assert Pair.objects.get(id=pair.id).state == "live"
        closings.plan(bo.who, pair_id=pair.id, day=day(2))
    with travelled(timedelta(days=5)):
        assert closings.tell_whose_day_has_come() == 1, "another day is told again"


def test_the_job_tells_with_the_rights_of_jobs(amina, bo, pair) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(0))
    with walls.working():
        assert closings.tell_whose_day_has_come() == 1
    assert "pair.closing_day" in notices(bo)


def test_thanks_are_read_by_the_other_alone_and_can_be_changed(amina, bo, chen, pair) -> None:
    closings.say_thanks(amina.who, pair_id=pair.id, words="Thank you for the tea")
    text_id = Half.objects.get(person_id=amina.id).thanks_text
    assert closings.closing(bo.who, pair).partners_thanks == "Thank you for the tea"
    assert texts.read(chen.who, [text_id]) == {}
    closings.say_thanks(amina.who, pair_id=pair.id, words="And for the walks")
    assert closings.closing(bo.who, pair).partners_thanks == "And for the walks"
    assert not Text.objects.filter(id=text_id).exists()
    closings.say_thanks(amina.who, pair_id=pair.id, words="")
    assert closings.closing(bo.who, pair) == closings.ClosingPage(None, "", "")


def test_thanks_that_are_too_long_are_not_lost(amina, pair) -> None:
    typed = "a " * 900
    page = amina.browser().post(f"/pairs/{pair.id}/thanks/", {"words": typed})
    assert page.status_code == 422 and typed.strip() in page.content.decode()


def test_with_the_pair_all_of_it_goes(amina, bo, pair) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(3))
    for person in (amina, bo):
        closings.say_thanks(person.who, pair_id=pair.id, words="Thank you")
    api.end(bo.who, pair_id=pair.id)
    assert not Closing.objects.exists() and not Text.objects.filter(kind="thanks").exists()
    assert not Half.objects.exclude(thanks_text=None).exists()
    for late in (
        lambda: closings.plan(amina.who, pair_id=pair.id, day=day(9)),
        lambda: closings.say_thanks(amina.who, pair_id=pair.id, words="late"),
    ):
        with pytest.raises(Refused, match="has ended"):
            late()


def test_whoever_leaves_takes_their_thanks_along(amina, bo, pair) -> None:
    closings.say_thanks(amina.who, pair_id=pair.id, words="Thank you")
    people.leave(amina.who)
    assert not Text.objects.filter(kind="thanks").exists()
    assert "Thank you" not in bo.browser().get(f"/pairs/{pair.id}/").content.decode()


def test_the_database_plans_no_end_of_an_ended_pair(amina, bo, pair) -> None:
    api.end(bo.who, pair_id=pair.id)
    with pytest.raises(IntegrityError, match="has ended"), transaction.atomic():
        Closing.objects.create(pair=pair, day=day(3))


def test_strangers_see_no_closing_in_the_database(amina, bo, chen, programme, pair) -> None:
    closings.plan(amina.who, pair_id=pair.id, day=day(3))
    for person, seen in ((amina, 1), (bo, 1), (chen, 0)):
        with walls.acting_with(person.who.token):
            assert Closing.objects.count() == seen


def test_the_page_in_words(amina, bo, pair) -> None:
    browser = amina.browser()
    day_typed = f"{day(30):%Y-%m-%d}"
    assert browser.post(f"/pairs/{pair.id}/closing/", {"day": day_typed}).status_code == 302
    page = bo.browser().get(f"/pairs/{pair.id}/closing/").content.decode()
    assert "You mean to end on" in page and day_typed in page
    assert "You mean to end on" in bo.browser().get(f"/pairs/{pair.id}/").content.decode()
    wrong = browser.post(f"/pairs/{pair.id}/closing/", {"day": "31.12.2026"})
    assert wrong.status_code == 422 and "31.12.2026" in wrong.content.decode()
