from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.api import record
from bothways.insight.figures import suppressed
from bothways.insight.models import PublishedQuarter
from bothways.insight.quarters import Quarter
from bothways.insight.services import publish, publish_due
from bothways.programme.tests.factory import a_programme


@given(st.integers(0, 10**9))
def test_what_is_published_is_hidden_or_rounded(count: int) -> None:
    shown = suppressed(count)
    if count < 10:
        assert shown is None
    else:
        assert shown % 5 == 0
        assert abs(shown - count) <= 2


def test_a_negative_count_is_a_fault() -> None:
    with pytest.raises(ValueError, match="negative"):
        suppressed(-1)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_every_moment_is_in_its_quarter(moment: datetime) -> None:
    for zone in ("UTC", "Asia/Shanghai", "America/Sao_Paulo"):
        aware = moment.replace(tzinfo=UTC)
        start, end = Quarter.of(aware, zone).span(zone)
        assert start <= aware < end
        assert Quarter.of(aware, zone).before.after == Quarter.of(aware, zone)


@pytest.fixture
def programme():
    with travelled(timedelta(days=-200)):
        return a_programme(someone("Eli"))


def happened(programme, kind: str, times: int, days_ago: int) -> None:
    with travelled(timedelta(days=-days_ago)):
        for _ in range(times):
            thing = uuid.uuid4()
            record(kind, programme_id=programme.id, object_id=thing)
            record(kind, programme_id=programme.id, object_id=thing)


@pytest.mark.django_db
def test_a_quarter_is_counted_suppressed_and_frozen(programme, client) -> None:
    last = Quarter.of(now(), programme.time_zone).before
    middle = last.span(programme.time_zone)[0] + timedelta(days=40)
    days_ago = (now() - middle).days
    happened(programme, "enrolment.active", 23, days_ago)
    happened(programme, "pair.made", 9, days_ago)
    assert publish_due() >= 1
    row = PublishedQuarter.objects.get(programme=programme, year=last.year, quarter=last.number)
    assert row.cells == {"enrolled": 25, "pairs": None, "meetings": None, "requests": None}
    # Later events of the same quarter change nothing that is out.
    happened(programme, "pair.made", 9, days_ago)
    assert publish_due() == 0
    assert publish(programme, last) is False
    row.refresh_from_db()
    assert row.cells["pairs"] is None
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedQuarter.objects.filter(id=row.id).update(cells={})
    page = client.get(f"/p/{programme.slug}/figures/")
    assert page.status_code == 200
    assert "<td>25</td>" in page.content.decode()
    assert ">9<" not in page.content.decode()


@pytest.mark.django_db
def test_the_running_quarter_is_never_shown(programme) -> None:
    happened(programme, "enrolment.active", 50, 0)
    publish_due()
    current = Quarter.of(now(), programme.time_zone)
    assert not PublishedQuarter.objects.filter(year=current.year, quarter=current.number).exists()


@pytest.mark.django_db
def test_the_page_is_the_same_for_everybody_and_asks_little(
    programme, client, django_assert_max_num_queries
) -> None:
    publish_due()
    with django_assert_max_num_queries(3):
        public = client.get(f"/p/{programme.slug}/figures/")
    eli = someone("Fatima").browser().get(f"/p/{programme.slug}/figures/")
    table = public.content.decode().split("<main")[1].split("</main>")[0]
    assert table == eli.content.decode().split("<main")[1].split("</main>")[0]
    assert client.get("/p/no-such-programme/figures/").status_code == 404
    assert client.post(f"/p/{programme.slug}/figures/").status_code == 405
