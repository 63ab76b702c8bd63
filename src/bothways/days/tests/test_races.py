"""At the same moment, with real threads and connections."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.at_once import raised_at_once

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.outbox.models import Notice
from bothways.core.texts.models import Text
from bothways.days import services
from bothways.days.models import Occasion
from bothways.days.tests.conftest import noted
from bothways.pair import services as pairs

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_tap_at_the_same_moment_is_one_day(amina, pair) -> None:
    add = partial(noted, amina, pair, occasion_id=pair.id)
    assert raised_at_once(add, add) == [None, None]
    assert Occasion.objects.count() == Text.objects.filter(kind="occasion").count() == 1


def test_the_limit_holds_for_two_who_add_at_once(amina, bo, pair, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    raised = raised_at_once(lambda: noted(amina, pair), lambda: noted(bo, pair))
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "Refused"]


def test_nothing_stays_when_the_pair_ends_at_that_moment(amina, bo, pair) -> None:
    noted(bo, pair)
    raised = raised_at_once(lambda: noted(amina, pair), lambda: pairs.end(bo.who, pair_id=pair.id))
    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], Refused)
    assert not Occasion.objects.exists()
    assert not Text.objects.filter(kind="occasion").exists()


def test_two_workers_tell_once(amina, bo, pair) -> None:
    for _number in range(5):
        noted(amina, pair, 10)
    with travelled(timedelta(days=8)):
        assert raised_at_once(services.remind, services.remind) == [None, None]
        services.remind()
    assert Notice.objects.filter(kind="occasion.near").count() == 10


def test_a_change_while_it_is_told_is_not_lost(amina, bo, pair) -> None:
    occasion = noted(amina, pair, 10)
    later = services.local_today(amina.id) + timedelta(days=100)
    with travelled(timedelta(days=8)):
        given = {"days": [later], "each_year": False, "before": 1, "words": "Exam\nLater"}
        assert raised_at_once(
            services.remind, lambda: services.change(amina.who, occasion_id=occasion.id, **given)
        ) == [None, None]
    occasion.refresh_from_db()
    assert occasion.remind_on == later - timedelta(days=1)
