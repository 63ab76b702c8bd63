"""Calls to everybody who offers something: public words, notices by the job, nobody named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.outbox.models import Notice
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.tests.factory import enrolled
from bothways.insight import wording
from bothways.insight.models import Call
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    return a_programme(eli)


def test_a_call_reaches_those_who_offer_and_agreed_to_notices(programme, eli, client) -> None:
    amina, bo, chen = (someone(name) for name in ("Amina", "Bo", "Chen"))
    enrolled(amina, programme, side=0)
    enrolled(bo, programme, side=1)
    mine = enrolled(chen, programme, side=0)
    enrol.consent(chen.who, enrolment_id=mine.pk, answers={"notices": False})
    page = eli.browser().post(f"/p/{programme.slug}/calls/new/", {"words": "Who speaks <Dari>?"}, follow=True)
    assert "Who speaks &lt;Dari&gt;?" in page.content.decode()
    assert "Who speaks &lt;Dari&gt;?" in client.get(f"/p/{programme.slug}/calls/").content.decode()
    made = Call.objects.get()
    for _ in range(2):
        with walls.working():
            wording.tell(made.id)
    assert list(Notice.objects.filter(kind="programme.call").values_list("person_id", flat=True)) == [
        amina.id
    ]
    # Looked at, it waits no more.
    amina.browser().get(f"/p/{programme.slug}/calls/")
    assert Notice.objects.get(kind="programme.call").seen_at is not None


def test_nobody_is_called_upon_too_often_or_by_others(programme, eli) -> None:
    with pytest.raises(PermissionDenied):
        wording.call(someone("Dara").who, programme_id=programme.id, words="Come")
    wording.call(eli.who, programme_id=programme.id, words="Come")
    with pytest.raises(Refused, match="two weeks"):
        wording.call(eli.who, programme_id=programme.id, words="Come again")
    for words in (" \x00", "x" * 1001):
        with pytest.raises(Refused):
            wording.call(eli.who, programme_id=programme.id, words=words)
    with travelled(timedelta(days=15)):
        wording.call(eli.who, programme_id=programme.id, words="Come after two weeks")
    for made in list(Call.objects.all()) * 2:
        wording.take_back(eli.who, programme_id=programme.id, call_id=made.id)
    assert not Call.objects.exists()
    with walls.working():
        wording.tell(1)


def test_the_database_lets_only_coordinators_write(programme, eli) -> None:
    wording.call(eli.who, programme_id=programme.id, words="Come")
    with connection.cursor() as cursor:
        for table in ("insight_call", "insight_followup"):
            cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = %s", [table])
            assert cursor.fetchone()[0] is True
    dara = someone("Dara")
    with walls.inside(dara.who.token):
        assert Call.objects.count() == 1
        assert Call.objects.all().delete()[0] == 0
