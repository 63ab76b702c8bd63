"""What nobody closes expires after a warning, and what is over is erased with its words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, IntegrityError, transaction
from django.http import Http404

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.identity.api import acting, open_entry
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.core.texts.models import Share, Text
from bothways.core.walls import api as walls
from bothways.help import ladder, opening, services, tasks
from bothways.help.access import open_request
from bothways.help.ladder import Ladder
from bothways.help.models import Opening, Reply, Request
from bothways.help.tests.conftest import SECRET, asked

pytestmark = pytest.mark.django_db
DAYS = 90


def the_job() -> None:
    for _twice in range(2):
        tasks.end_requests(0)


def signed_in_again(person):
    who = acting(open_entry(person.id))
    assert who is not None
    return who


def news(person) -> list[str]:
    return [notice.kind for notice in outbox.news(person.who) if notice.kind.startswith("request.")]


def test_she_is_told_a_week_before_and_then_it_closes(amina, bo, programme, pair):
    request = asked(amina, programme, pair)
    with travelled(timedelta(days=DAYS - 8)):
        the_job()
        assert news(amina) == []
    with travelled(timedelta(days=DAYS - 6)):
        the_job()
        assert news(amina) == ["request.expires"]
        assert "closes on" in amina.browser().get(f"/requests/{request.id}/").content.decode()
    with travelled(timedelta(days=DAYS)):
        the_job()
        assert Request.objects.get().state == "open", "never less than a week after she was told"
    with travelled(timedelta(days=DAYS + 1, minutes=1)):
        the_job()
        assert Request.objects.get().state == "expired"
        assert news(amina) == ["request.expired"], "she has looked at the other"
        assert Event.objects.filter(kind="request.expired", person_id=amina.id).count() == 1
        assert amina.browser().get(f"/requests/{request.id}/").status_code == 200


def test_jobs_that_stood_still_close_nothing_unawares(amina, programme, pair):
    asked(amina, programme)
    with travelled(timedelta(days=400)):
        the_job()
        assert Request.objects.get().state == "open"
    with travelled(timedelta(days=408)):
        the_job()
        assert Request.objects.get().state == "expired"


@pytest.mark.parametrize("how", ["keeps it", "writes more"])
def test_she_keeps_it_open(amina, programme, pair, how):
    request = asked(amina, programme)
    with travelled(timedelta(days=DAYS - 6)):
        the_job()
        if how == "keeps it":
            ladder.keep_open(signed_in_again(amina), request_id=request.id)
        else:
            services.reply(signed_in_again(amina), request_id=request.id, words="Still")
    with travelled(timedelta(days=DAYS + 10)):
        the_job()
        assert Request.objects.get().state == "open"


def test_an_expired_request_can_be_resolved_or_taken_back(amina, bo, programme, pair):
    first, second = asked(amina, programme, pair), asked(amina, programme, pair)
    for days in (DAYS, DAYS + 8):
        with travelled(timedelta(days=days)):
            the_job()
    with travelled(timedelta(days=DAYS + 9)):
        assert services.resolve(signed_in_again(amina), request_id=first.id).state == "resolved"
        services.take_back(signed_in_again(amina), request_id=second.id)
        assert not Share.objects.filter(under=second.id).exists()


@pytest.mark.parametrize("ending", ["resolved", "taken back", "expired"])
def test_what_is_over_is_erased_with_all_its_words(amina, bo, eli, programme, pair, ending):
    request = asked(amina, programme, pair, ladder=Ladder(coordinators=True))
    with travelled(timedelta(days=4)):
        tasks.climb(0)
        opening.open_with_receipt(eli.who, request_id=request.id)
        services.reply(eli.who, request_id=request.id, words="Come by")
        services.reply(bo.who, request_id=request.id, words="I was away")
        if ending == "resolved":
            services.resolve(amina.who, request_id=request.id)
        elif ending == "taken back":
            services.take_back(amina.who, request_id=request.id)
    if ending == "expired":
        for days in (DAYS, DAYS + 8):
            with travelled(timedelta(days=days)):
                the_job()
    closed = Request.objects.get().closed_at - now()
    with travelled(closed + timedelta(days=29)):
        the_job()
        assert Text.objects.filter(kind="request").count() == 1
    with travelled(closed + timedelta(days=31)):
        the_job()
        assert not Request.objects.exists() and not Reply.objects.exists() and not Opening.objects.exists()
        assert not Text.objects.filter(kind__in=["request", "reply"]).exists()
        assert not Share.objects.filter(under=request.id).exists()
        for person in (amina, bo, eli):
            assert str(request.id) not in "".join(n.path for n in outbox.news(person.who, limit=99))
            with pytest.raises(Http404):
                open_request(person.who, request.id)
        # Who read it stays written down for her.
        (receipts,) = [s for s in registry.everything(amina.who) if s.key == "receipts"]
        assert len(receipts.rows) == 1
    box = amina.browser().get("/me/glass-box/").content.decode()
    assert SECRET not in box


def test_a_job_erases_and_closes_nothing_before_its_time(amina, programme, pair):
    request = asked(amina, programme)
    mine = Request.objects.filter(id=request.id)
    with walls.working():
        assert mine.delete()[0] == 0
    for forced in (
        {"state": "expired", "closed_at": now()},
        {"state": "resolved", "closed_at": now(), "closed_entry_id": amina.who.entry_id},
        {"expires_at": now()},
        {"text_id": request.id},
    ):
        with pytest.raises(Error), transaction.atomic(), walls.working():
            mine.update(**forced)
    assert Text.objects.filter(kind="request").count() == 1


def test_in_a_real_database_no_moved_clock_closes_it(amina, programme, pair):
    asked(amina, programme)
    with travelled(timedelta(days=DAYS)):
        the_job()
    registry.settle_installation(demo=False)
    with travelled(timedelta(days=DAYS + 8)), pytest.raises(IntegrityError), transaction.atomic():
        the_job()
    assert Request.objects.get().state == "open"
