"""A request climbs only to rungs agreed to, when its time is over, and nobody reads it sooner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, connection, transaction
from django.http import Http404

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.enrol.models import Enrolment
from bothways.help import ladder, opening, selectors, services, tasks
from bothways.help.access import open_request
from bothways.help.ladder import Ladder
from bothways.help.models import Reply, Request
from bothways.help.tests.conftest import SECRET, asked, listed
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db
WAIT = timedelta(days=3, minutes=1)
AGREED = Ladder(coordinators=True)


def climbs(count: int = 1) -> None:
    """The job runs, and again."""
    for _twice in range(2):
        tasks.climb(0)
    assert Event.objects.filter(kind="request.climbed").count() == count


def news(person) -> list[str]:
    return [notice.kind for notice in outbox.news(person.who) if notice.kind.startswith("request.")]


def fresh(request: Request) -> Request:
    return Request.objects.get(id=request.id)


def thread(person, request):
    return selectors.thread(person.who, open_request(person.who, request.id))


def seen_in_the_database(person, request) -> bool:
    """Whether somebody's own session shows the row, whatever the program asks."""
    with walls.acting_with(person.who.token):
        return Request.objects.filter(id=request.id).exists()


def test_an_unanswered_request_climbs_to_the_coordinators_and_no_earlier(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with travelled(timedelta(days=2, hours=23)):
        climbs(0)
        assert not seen_in_the_database(eli, request)
        with pytest.raises(Http404):
            open_request(eli.who, request.id)
    with travelled(WAIT):
        climbs()
        assert fresh(request).climbs_at is None
        assert seen_in_the_database(eli, request)
        assert (news(amina), news(eli)) == (["request.climbed"], ["request.coordinators"])
        # The rule of receipts stays.
        assert thread(eli, request).sealed and thread(eli, request).words == ""
        opening.open_with_receipt(eli.who, request_id=request.id)
        assert thread(eli, request).words == SECRET
        assert thread(bo, request).words == SECRET


def test_without_a_yes_it_stays_where_it_is(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair)
    assert request.climbs_at is None
    with travelled(timedelta(days=60)):
        climbs(0)
        assert not seen_in_the_database(eli, request)
    for by_force in ({"coordinators_at": now()}, {"coordinators_at": now(), "climbs_at": now()}):
        with pytest.raises(IntegrityError), transaction.atomic(), walls.working():
            Request.objects.filter(id=request.id).update(**by_force)


@pytest.mark.parametrize("answered_by", ["bo", "nobody, but she took it back", "she says it is resolved"])
def test_what_is_answered_or_closed_climbs_no_more(amina, bo, eli, programme, pair, answered_by):
    request = asked(amina, programme, pair, ladder=AGREED)
    if answered_by == "bo":
        services.reply(bo.who, request_id=request.id, words="Bring it")
    elif "took" in answered_by:
        services.take_back(amina.who, request_id=request.id)
    else:
        services.resolve(amina.who, request_id=request.id)
    with travelled(WAIT):
        climbs(0)
        assert not seen_in_the_database(eli, request)


def test_more_words_of_hers_give_everybody_the_whole_time_again(amina, bo, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with travelled(timedelta(days=2)):
        services.reply(bo.who, request_id=request.id, words="I do not know")
        services.reply(amina.who, request_id=request.id, words="It did not help")
    with travelled(timedelta(days=4)):
        climbs(0)
    with travelled(timedelta(days=5, minutes=1)):
        climbs(1)


def test_she_agrees_later_and_takes_it_back_in_time(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair)
    with travelled(timedelta(days=10)):
        ladder.set_ladder(amina.who, request_id=request.id, ladder=AGREED)
        climbs(0)
        assert fresh(request).climbs_at > now() + timedelta(days=2)
    with travelled(timedelta(days=12)):
        ladder.set_ladder(amina.who, request_id=request.id, ladder=Ladder())
    with travelled(timedelta(days=14)):
        climbs(0)
        assert not seen_in_the_database(eli, request)
    assert Event.objects.filter(kind="request.ladder", person_id=amina.id).count() == 2


def test_who_may_not_say_where_it_goes(amina, bo, chen, dara, eli, programme, pair):
    request = asked(amina, programme, pair)
    to_eli = asked(amina, programme)
    for act in (
        lambda who, one: ladder.set_ladder(who, request_id=one.id, ladder=AGREED),
        lambda who, one: ladder.keep_open(who, request_id=one.id),
    ):
        for person in (chen, dara, eli):
            with pytest.raises(Http404):
                act(person.who, request)
        for person, one in ((bo, request), (eli, to_eli)):
            with pytest.raises(PermissionDenied):
                act(person.who, one)
        services.resolve(amina.who, request_id=to_eli.id)
        with pytest.raises(Refused):
            act(amina.who, to_eli)
    assert fresh(request).coordinators_entry_id is None


def test_once_there_it_stays_there_until_it_is_closed(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with travelled(WAIT):
        climbs()
        ladder.set_ladder(amina.who, request_id=request.id, ladder=Ladder())
        assert fresh(request).coordinators_at is not None
        services.take_back(amina.who, request_id=request.id)
        opened = thread(eli, request)
        assert (opened.words, opened.sealed, opened.can_reply) == ("", False, False)


def test_partner_and_coordinators_read_nothing_of_each_other(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with travelled(WAIT):
        climbs()
        opening.open_with_receipt(eli.who, request_id=request.id)
        services.reply(eli.who, request_id=request.id, words="Come by on Monday")
        services.reply(bo.who, request_id=request.id, words="I was away")
        services.reply(amina.who, request_id=request.id, words="Thank you both")
        assert [r.words for r in thread(amina, request).replies] == [
            "Come by on Monday",
            "I was away",
            "Thank you both",
        ]
        assert [r.words for r in thread(bo, request).replies] == ["I was away", "Thank you both"]
        assert [r.words for r in thread(eli, request).replies] == ["Come by on Monday", "Thank you both"]
        assert thread(eli, request).partner == "" and thread(bo, request).replies[0].mine
        for person, count in ((bo, 2), (eli, 2), (amina, 3)):
            with walls.acting_with(person.who.token):
                assert Reply.objects.filter(request_id=request.id).count() == count
        assert "request.more" in news(bo) and "request.more" in news(eli)
        page = eli.browser().get(f"/requests/{request.id}/").content.decode()
        assert ">Bo<" not in page and "Amina" not in page and "I was away" not in page


def test_the_coordinators_keep_what_is_theirs_when_the_pair_ends(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with travelled(WAIT):
        climbs()
        opening.open_with_receipt(eli.who, request_id=request.id)
        services.reply(eli.who, request_id=request.id, words="Come by on Monday")
        services.reply(bo.who, request_id=request.id, words="I was away")
        pairs.end(bo.who, pair_id=pair.id)
        with pytest.raises(Http404):
            open_request(bo.who, request.id)
        assert texts.read(bo.who, [request.text_id]) == {}
        mine = thread(amina, request)
        assert [r.words for r in mine.replies] == ["Come by on Monday"] and mine.can_reply
        services.reply(amina.who, request_id=request.id, words="Thank you")
        assert [r.words for r in thread(eli, request).replies] == ["Come by on Monday", "Thank you"]
        assert texts.read(bo.who, Reply.objects.values_list("text_id", flat=True)) == {}


def test_a_pair_that_ended_does_not_stop_the_ladder(amina, bo, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    pairs.end(bo.who, pair_id=pair.id)
    with travelled(WAIT):
        climbs()
        assert seen_in_the_database(eli, request)
        services.reply(amina.who, request_id=request.id, words="Nobody is left but you")


def test_the_service_rung_opens_nothing_and_gives_her_a_contact(amina, bo, eli, programme, pair):
    one = listed(eli, programme, name="Tenants' advice", phone="030 123")
    request = asked(amina, programme, pair, ladder=Ladder(True, one.id, 1))
    path = f"/requests/{request.id}/"
    with travelled(timedelta(days=1, minutes=1)):
        climbs(1)
        assert "030 123" not in amina.browser().get(path).content.decode()
    with travelled(timedelta(days=2, minutes=2)):
        climbs(2)
        assert fresh(request).climbs_at is None
        page = amina.browser().get(path).content.decode()
        assert "030 123" in page and f"{path}message/" in page
        message = amina.browser().get(f"{path}message/")
        assert SECRET in message.content.decode()
        for person, status in ((bo, 403), (eli, 403)):
            assert person.browser().get(f"{path}message/").status_code == status
        assert not any("message" in notice.path for notice in outbox.news(eli.who, limit=99))


def test_without_coordinators_it_goes_straight_to_the_service(amina, eli, programme, pair):
    one = listed(eli, programme)
    request = asked(amina, programme, pair, ladder=Ladder(False, one.id, 1))
    with travelled(timedelta(days=1, minutes=1)):
        climbs(1)
    assert fresh(request).service_at is not None and fresh(request).coordinators_at is None
    assert not seen_in_the_database(eli, request)


def test_a_service_of_another_programme_is_no_rung(amina, fatima, programme, pair):
    from bothways.programme.models import Programme

    elsewhere = listed(fatima, Programme.objects.get(slug="hill-farms"))
    with pytest.raises(Http404):
        asked(amina, programme, pair, ladder=Ladder(service_id=elsewhere.id))
    assert not Request.objects.exists()


def test_in_a_real_database_no_moved_clock_brings_it_there_sooner(amina, eli, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    registry.settle_installation(demo=False)
    with travelled(WAIT), pytest.raises(IntegrityError), transaction.atomic():
        tasks.climb(0)
    for sooner in ({"climbs_at": now()}, {"coordinators_at": now(), "climbs_at": None}):
        with pytest.raises(Error), transaction.atomic(), walls.working():
            Request.objects.filter(id=request.id).update(**sooner)
    assert fresh(request).coordinators_at is None


def test_nobody_else_changes_the_ladder_in_the_database(amina, bo, eli, programme, pair):
    one = listed(eli, programme)
    request = asked(amina, programme, pair, ladder=AGREED)
    for change in (
        {"coordinators_entry_id": bo.who.entry_id},
        {"coordinators_entry_id": None},
        {"climbs_at": now()},
        {"wait_days": 1},
        {"service_id": one.id},
        {"expires_at": now() + timedelta(days=900)},
        {"coordinators_at": now()},
    ):
        with pytest.raises(Error), transaction.atomic(), walls.acting_with(bo.who.token):
            Request.objects.filter(id=request.id).update(**change)
        transaction.get_connection().check_constraints()


def test_the_job_sees_no_words(amina, programme, pair):
    request = asked(amina, programme, pair, ladder=AGREED)
    with walls.working(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_text WHERE id = %s", [request.text_id])
        assert cursor.fetchone() == (0,)


def test_leaving_takes_the_ladder_along(amina, eli, programme, pair):
    asked(amina, programme, pair, ladder=AGREED)
    people.leave(amina.who)
    with travelled(WAIT):
        climbs(0)
    assert not Request.objects.exists() and news(eli) == []


def test_after_she_withdrew_it_comes_to_nobody_new(amina, eli, programme, pair):
    one = listed(eli, programme)
    request = asked(amina, programme, pair, ladder=Ladder(True, one.id, 3))
    mine = Enrolment.objects.get(person_id=amina.id)
    with walls.acting_with(amina.who.token):
        enrol.withdraw(amina.who, enrolment_id=mine.pk)
    with travelled(WAIT):
        climbs(0)
    assert not seen_in_the_database(eli, request)
    assert fresh(request).climbs_at is None
    assert "It goes nowhere else." in amina.browser().get(f"/requests/{request.id}/").content.decode()


def test_the_glass_box_says_what_she_agreed_to(amina, eli, programme, pair):
    one = listed(eli, programme, name="Tenants' advice")
    asked(amina, programme, pair, ladder=Ladder(True, one.id, 7))
    (rows,) = [s.rows for s in registry.everything(amina.who) if s.key == "requests"]
    assert rows[0]["coordinators"] == "You agreed to it" and rows[0]["service"] == "Tenants' advice"
    with travelled(timedelta(days=7, minutes=1)):
        climbs()
        (rows,) = [s.rows for s in registry.everything(amina.who) if s.key == "requests"]
        assert rows[0]["coordinators_at"] is not None
