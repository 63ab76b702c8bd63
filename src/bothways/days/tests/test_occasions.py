"""Who may write down what, who reads it, twice, after the end, after leaving; and the reminder."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, connection
from django.http import Http404
from tests.undone import undone

from bothways.core.clock.api import now, travelled
from bothways.core.faults import Refused
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.days import selectors, services
from bothways.days.models import Occasion
from bothways.days.tasks import remind_of_days
from bothways.days.tests.conftest import noted
from bothways.enrol import api as enrol
from bothways.pair import services as pairs
from bothways.pair.api import open_pair
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def read(person, pair) -> list[str]:
    return [one.named.words for one in selectors.of_pair(person.who, open_pair(person.who, pair.id))]


def near(person) -> int:
    return Notice.objects.filter(person_id=person.id, kind="occasion.near").count()


def test_both_write_and_both_read_the_next_first(amina, bo, pair) -> None:
    noted(amina, pair, 20)
    noted(bo, pair, 5, words="Exam\nChemistry. كيمياء")
    assert read(amina, pair) == read(bo, pair) == ["Chemistry. كيمياء", "Leila turns six"]


def test_what_day_it_is_stands_in_no_table(amina, pair) -> None:
    """Neither a kind nor a festival nor a birth year can be read without the writer's key."""
    occasion = noted(amina, pair, each_year=True, days=[date(1991, 5, 4)])
    row = Occasion.objects.filter(id=occasion.id).values().get()
    assert row["dates"] == ["2000-05-04"]
    assert set(row) == {"id", "pair_id", "person_id", "text_id", "dates", "each_year", "before", "remind_on"}
    assert b"Birthday" not in bytes(Text.objects.get(id=occasion.text_id).sealed)


def test_who_reads_and_writes_nothing(chen, dara, eli, pair, amina) -> None:
    occasion = noted(amina, pair)
    given = {"days": [date(2027, 1, 1)], "each_year": False, "before": 0, "words": "x"}
    for stranger in (chen, dara, eli):
        for attempt in (
            lambda one=stranger: noted(one, pair),
            lambda one=stranger: services.change(one.who, occasion_id=occasion.id, **given),
            lambda one=stranger: services.delete(one.who, occasion_id=occasion.id),
            lambda one=stranger: read(one, pair),
        ):
            with pytest.raises(Http404):
                attempt()
        assert texts.read(stranger.who, [occasion.text_id]) == {}


def test_only_the_writer_changes_and_deletes(amina, bo, pair) -> None:
    occasion = noted(amina, pair)
    given = {"days": [services.local_today(amina.id)], "each_year": False, "before": 0, "words": "Exam\nLate"}
    with pytest.raises(Http404):
        services.change(bo.who, occasion_id=occasion.id, **given)
    with pytest.raises(Http404):
        services.delete(bo.who, occasion_id=occasion.id)
    services.change(amina.who, occasion_id=occasion.id, **given)
    assert read(bo, pair) == ["Late"]
    assert Text.objects.filter(kind="occasion").count() == 1
    services.delete(amina.who, occasion_id=occasion.id)
    with pytest.raises(Http404):
        services.delete(amina.who, occasion_id=occasion.id)
    assert not Text.objects.filter(kind="occasion").exists()


def test_sent_twice_is_one_day_and_one_notice(amina, bo, pair) -> None:
    once = uuid.uuid4()
    for _twice in range(2):
        noted(amina, pair, occasion_id=once)
    assert Occasion.objects.count() == 1
    assert Notice.objects.filter(person_id=bo.id, kind="occasion.added").count() == 1
    with pytest.raises(Http404):
        noted(bo, pair, occasion_id=once)


@pytest.mark.parametrize(
    "changes",
    [
        {"days": [date(2020, 1, 1)]},
        {"days": [date(9999, 12, 31)]},
        {"days": []},
        {"before": 31},
        {"before": -1},
    ],
)
def test_days_that_do_not_fit_are_refused(amina, pair, changes) -> None:
    with pytest.raises(Refused):
        noted(amina, pair, **changes)
    assert not Text.objects.filter(kind="occasion").exists()


def test_there_is_room_for_so_many(amina, pair, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    noted(amina, pair)
    noted(amina, pair)
    with pytest.raises(Refused):
        noted(amina, pair)


def test_all_of_it_goes_when_the_pair_ends(amina, bo, pair) -> None:
    noted(amina, pair)
    noted(bo, pair)
    with walls.acting_with(bo.who.token):
        pairs.end(bo.who, pair_id=pair.id)
    assert not Occasion.objects.exists() and not Text.objects.filter(kind="occasion").exists()
    with pytest.raises(Refused):
        noted(amina, pair)
    assert read(amina, pair) == []


def test_all_of_it_goes_when_one_of_the_two_leaves(amina, bo, pair) -> None:
    noted(amina, pair)
    noted(bo, pair)
    kept = Text.objects.get(owner_id=bo.id, kind="occasion")
    people.leave(bo.who)
    assert not Occasion.objects.exists() and not Text.objects.filter(kind="occasion").exists()
    kept.save(force_insert=True)
    assert texts.read(amina.who, [kept.id]) == {}


def test_the_glass_box_has_mine_and_not_the_others(amina, bo, pair) -> None:
    noted(amina, pair, 10)
    noted(bo, pair, 12, words="Exam\nChemistry")
    sections = {section.key: section.rows for section in registry.everything(amina.who)}
    (row,) = sections["days"]
    assert row == {
        "day": services.local_today(amina.id) + timedelta(days=10),
        "each_year": False,
        "before": 3,
    }
    words = [one["words"] for one in sections["texts"]]
    assert "Birthday\nLeila turns six" in words and "Exam\nChemistry" not in words


def test_the_database_judges_last(amina, bo, chen, pair) -> None:
    occasion = noted(amina, pair)
    theirs = noted(bo, pair)
    insert = (
        "INSERT INTO days_occasion (id, pair_id, person_id, text_id, dates, each_year, before)"
        " VALUES (%s, %s, %s, %s, '[\"2027-01-01\"]', false, 1)"
    )
    for inside, writer, text_id in (
        (bo, amina.id, occasion.text_id),  # in her name
        (bo, bo.id, occasion.text_id),  # with her words
        (chen, chen.id, Text.objects.filter(owner_id=chen.id).first().id),  # in a pair of others
    ):
        with undone(), pytest.raises(Error), walls.acting_with(inside.who.token):
            connection.cursor().execute(insert, [uuid.uuid4(), pair.id, writer, text_id])
    for statement in ("DELETE FROM days_occasion", "UPDATE days_occasion SET before = 9"):
        for inside in (bo, chen):
            with undone(), walls.acting_with(inside.who.token), connection.cursor() as cursor:
                cursor.execute(f"{statement} WHERE id = %s", [occasion.id])
                assert cursor.rowcount == 0
    with undone(), pytest.raises(Error), walls.acting_with(bo.who.token):
        connection.cursor().execute("UPDATE days_occasion SET pair_id = pair_id WHERE id = %s", [theirs.id])
    for wrong in ("'{}'", "'[]'", "'[\"2027-01-01\"]'"):
        with undone(), pytest.raises(Error):
            connection.cursor().execute(f"UPDATE days_occasion SET dates = {wrong}, each_year = true")
    with walls.working():
        assert Occasion.objects.count() == 2, "jobs see the dates"
        with undone(), pytest.raises(Error):
            connection.cursor().execute("UPDATE days_occasion SET dates = '[\"2027-01-01\"]'")
    with walls.acting_with(chen.who.token):
        assert not Occasion.objects.exists()


# --- the reminder ---


def at(moment: datetime):
    return travelled(moment - now())


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_both_are_told_once_in_the_morning_of_their_own_day(amina, bo, pair) -> None:
    people.Person.objects.filter(id=amina.id).update(time_zone="Pacific/Auckland")
    people.Person.objects.filter(id=bo.id).update(time_zone="America/Los_Angeles")
    occasion = noted(amina, pair, 10)
    on = occasion.remind_on
    assert on == services.local_today(amina.id) + timedelta(days=7)
    hers = datetime(on.year, on.month, on.day, 9, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
    his = datetime(on.year, on.month, on.day, 9, 1, tzinfo=ZoneInfo("America/Los_Angeles"))
    for moment, told in (
        (hers - timedelta(hours=1), (0, 0)),
        (hers, (1, 0)),
        (his - timedelta(hours=1), (1, 0)),
        (his, (1, 1)),
        (his + timedelta(hours=5), (1, 1)),
        (his + timedelta(days=3), (1, 1)),
    ):
        with at(moment):
            remind_of_days.func(0)
            remind_of_days.func(0)
        assert (near(amina), near(bo)) == told, moment
    occasion.refresh_from_db()
    assert occasion.remind_on is None


def test_the_notice_does_not_say_what_day_it_is(amina, bo, pair) -> None:
    with at(noon(noted(amina, pair, 1, before=0).remind_on)):
        services.remind()
    notice = Notice.objects.get(person_id=bo.id, kind="occasion.near")
    assert notice.path == f"/pairs/{pair.id}/occasions/"
    assert "Birthday" not in str(vars(notice))


def test_near_is_no_news_when_the_day_is_long_over(amina, bo, pair) -> None:
    on = noted(amina, pair, 16, before=14).remind_on
    with at(noon(on)):
        services.remind()
    for passed, is_news in ((0, True), (14, True), (15, False), (76, False)):
        with at(noon(on) + timedelta(days=passed, minutes=1)):
            told = [notice.kind for notice in outbox.news(bo.who)]
        assert ("occasion.near" in told) is is_news, passed
        assert "occasion.added" in told


def test_a_day_of_each_year_is_told_again_a_year_later(amina, bo, pair) -> None:
    today = services.local_today(amina.id)
    occasion = noted(amina, pair, days=[today + timedelta(days=2)], each_year=True, before=0)
    for told in (1, 2, 3):
        with at(noon(occasion.remind_on)):
            services.remind()
            services.remind()
        assert near(amina) == near(bo) == told
        before, occasion = occasion.remind_on, Occasion.objects.get()
        assert 365 <= (occasion.remind_on - before).days <= 366


def test_nobody_is_told_while_paused_or_when_it_is_too_late_or_after_no(amina, bo, pair) -> None:
    on = noted(amina, pair, 10).remind_on
    with undone():
        pairs.pause(amina.who, pair_id=pair.id, until=services.local_today(amina.id) + timedelta(days=30))
        with at(noon(on)):
            services.remind()
        assert near(amina) == near(bo) == 0
    with undone(), at(noon(on + timedelta(days=4))):
        # The worker stood still for days: the day is over.
        services.remind()
        assert near(amina) == near(bo) == 0
        assert Occasion.objects.get().remind_on is None
    enrol.consent(
        bo.who, enrolment_id=enrol.Enrolment.objects.get(person_id=bo.id).pk, answers={"notices": False}
    )
    with at(noon(on)):
        services.remind()
    assert (near(amina), near(bo)) == (1, 0)


def test_many_days_are_told_in_few_questions_each(amina, bo, pair, django_assert_max_num_queries) -> None:
    for _number in range(20):
        noted(amina, pair, 10)
    with travelled(timedelta(days=8)), django_assert_max_num_queries(20 * 10 + 6):
        services.remind()
    assert near(bo) == 20
