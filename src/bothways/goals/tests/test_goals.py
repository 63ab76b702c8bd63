"""Who writes what, who reads it, twice, after the end, after leaving; and what the database refuses."""

from __future__ import annotations

import uuid

import pytest
from django.db import Error, connection
from django.http import Http404
from tests.undone import undone

from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text
from bothways.core.walls import api as walls
from bothways.goals import selectors, services
from bothways.goals.models import Goal
from bothways.goals.tests.conftest import noted
from bothways.pair import services as pairs
from bothways.pair.api import open_pair
from bothways.pair.tests.factory import a_pair
from bothways.people import api as people
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def mine(person) -> list[str]:
    return [one.words for one in selectors.mine(person.who, {})]


def read(person, pair) -> list[str]:
    return [one.words for one in selectors.of_pair(person.who, open_pair(person.who, pair.id))]


def told(person) -> int:
    return Notice.objects.filter(person_id=person.id, kind="goal.shared").count()


def test_what_is_not_shared_is_read_by_nobody_else(amina, bo, chen, dara, eli, pair) -> None:
    goal = noted(amina)
    assert mine(amina) == ["Learn to drive"]
    assert read(amina, pair) == read(bo, pair) == mine(bo) == []
    assert told(bo) == 0
    for other in (bo, chen, dara, eli):
        assert texts.read(other.who, [goal.text_id]) == {}
        with walls.acting_with(other.who.token):
            assert not Goal.objects.exists()


def test_what_is_shared_is_read_by_that_partner_and_by_no_other(amina, bo, chen, dara, eli, pair) -> None:
    goal = noted(amina, pair=pair)
    with walls.acting_with(bo.who.token):
        assert read(bo, pair) == ["Learn to drive"]
    assert read(amina, pair) == ["Learn to drive"]
    assert mine(bo) == [], "it is not his"
    for other in (chen, dara, eli):
        assert texts.read(other.who, [goal.text_id]) == {}
        with pytest.raises(Http404):
            read(other, pair)
        with walls.acting_with(other.who.token):
            assert not Goal.objects.exists()


def test_one_partner_at_a_time(amina, bo, dara, eli, pair) -> None:
    other = a_pair(amina, dara, a_programme(eli, slug="another"))
    goal = noted(amina, pair=pair)
    services.change(amina.who, goal_id=goal.id, words="Learn to drive", pair_id=other.id)
    assert (read(bo, pair), read(dara, other)) == ([], ["Learn to drive"])
    assert read(amina, pair) == []
    services.change(amina.who, goal_id=goal.id, words="Learn to swim", pair_id=None)
    assert read(dara, other) == read(amina, other) == []
    assert texts.read(dara.who, [goal.text_id]) == {}
    assert mine(amina) == ["Learn to swim"]


def test_two_pairs_of_the_same_two_are_kept_apart(amina, bo, eli, pair) -> None:
    again = a_pair(amina, bo, a_programme(eli, slug="another"))
    noted(amina, pair=again)
    assert read(bo, pair) == [] and read(bo, again) == ["Learn to drive"]
    first, second = selectors.partners(amina.who)
    assert first[1] != second[1] or "since" in first[1]


def test_the_partner_is_told_once_and_not_what_it_says(amina, bo, pair) -> None:
    goal = noted(amina, pair=pair)
    for pair_id in (None, pair.id, pair.id):
        services.change(amina.who, goal_id=goal.id, words="Learn to fly", pair_id=pair_id)
        services.tick(amina.who, goal_id=goal.id, done=True)
    services.delete(amina.who, goal_id=goal.id)
    notice = Notice.objects.get(person_id=bo.id, kind="goal.shared")
    assert notice.path == f"/pairs/{pair.id}/goals/"
    assert "Learn" not in str(vars(notice))
    assert told(amina) == 0


def test_only_the_writer_changes_ticks_and_deletes(amina, bo, chen, pair) -> None:
    goal = noted(amina, pair=pair)
    for other in (bo, chen):
        for attempt in (
            lambda who=other.who: services.change(who, goal_id=goal.id, words="x", pair_id=None),
            lambda who=other.who: services.tick(who, goal_id=goal.id, done=True),
            lambda who=other.who: services.delete(who, goal_id=goal.id),
        ):
            with pytest.raises(Http404):
                attempt()
    assert read(bo, pair) == ["Learn to drive"] and not Goal.objects.get().done


def test_ticked_and_not_after_all_also_twice(amina, bo, pair) -> None:
    goal, later = noted(amina, pair=pair), noted(amina, "Find a course", pair)
    for done in (True, False):
        for _twice in range(2):
            services.tick(amina.who, goal_id=goal.id, done=done)
        assert [one.done for one in selectors.of_pair(bo.who, pair) if one.id == goal.id] == [done]
        assert mine(amina) == (
            ["Find a course", "Learn to drive"] if done else ["Learn to drive", "Find a course"]
        )
    events = Event.objects.filter(person_id=amina.id, kind="goal.changed", object_id=goal.id)
    assert events.count() == 2
    assert later.place == goal.place + 1


def test_deleted_with_its_words(amina, bo, pair) -> None:
    goal = noted(amina, pair=pair)
    services.delete(amina.who, goal_id=goal.id)
    with pytest.raises(Http404):
        services.delete(amina.who, goal_id=goal.id)
    assert not Goal.objects.exists() and not Text.objects.filter(kind="goal").exists()
    assert not Share.objects.filter(text_id=goal.text_id).exists()


def test_sent_twice_is_one_and_never_somebody_elses(amina, bo, pair) -> None:
    once = uuid.uuid4()
    for _twice in range(2):
        noted(amina, pair=pair, goal_id=once)
    assert Goal.objects.count() == told(bo) == 1
    with pytest.raises(Http404):
        noted(bo, goal_id=once)


def test_there_is_room_for_so_many(amina, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    noted(amina), noted(amina)
    with pytest.raises(Refused):
        noted(amina)
    services.delete(amina.who, goal_id=Goal.objects.first().id)
    noted(amina)


def test_nobody_shares_under_a_pair_of_others(amina, bo, chen, dara, pair) -> None:
    for other in (chen, dara):
        with pytest.raises(Http404):
            noted(other, pair=pair)
        goal = noted(other)
        with pytest.raises(Http404):
            services.change(other.who, goal_id=goal.id, words="x", pair_id=pair.id)
    assert mine(dara) == ["Learn to drive"] and told(amina) == told(bo) == 0


@pytest.mark.parametrize("way", ["hers", "his", "he leaves"])
def test_it_closes_with_the_pair_and_stays_her_own(amina, bo, pair, way) -> None:
    goal, other = noted(amina, pair=pair), noted(bo, "Fix the shed", pair)
    if way == "he leaves":
        people.leave(bo.who)
    else:
        one = amina if way == "hers" else bo
        with walls.acting_with(one.who.token):
            pairs.end(one.who, pair_id=pair.id)
    assert not Share.objects.filter(text_id__in=[goal.text_id, other.text_id]).exists()
    assert mine(amina) == ["Learn to drive"] and read(amina, pair) == []
    with walls.acting_with(amina.who.token):
        assert Goal.objects.count() == 1
    for attempt in (
        lambda: noted(amina, pair=pair),
        lambda: services.change(amina.who, goal_id=goal.id, words="x", pair_id=pair.id),
    ):
        with pytest.raises(Refused):
            attempt()
    assert mine(amina) == ["Learn to drive"], "a refused change changes nothing"
    if way != "he leaves":
        assert mine(bo) == ["Fix the shed"] and read(bo, pair) == []


def test_all_of_it_goes_when_its_writer_leaves(amina, bo, pair) -> None:
    noted(amina, pair=pair), noted(amina)
    kept = list(Text.objects.filter(owner_id=amina.id, kind="goal"))
    people.leave(amina.who)
    assert not Goal.objects.exists() and not Text.objects.filter(kind="goal").exists()
    Text.objects.bulk_create(kept)
    assert texts.read(amina.who, [one.id for one in kept]) == {}, "not from an older copy either"


def test_the_glass_box_has_mine_and_not_the_others(amina, bo, pair) -> None:
    noted(amina), noted(amina, "Find a course", pair), noted(bo, "Fix the shed", pair)
    services.tick(amina.who, goal_id=Goal.objects.get(person_id=amina.id, place=1).id, done=True)
    sections = {section.key: section.rows for section in registry.everything(amina.who)}
    assert sections["goals"] == [{"done": True, "shared": False}, {"done": False, "shared": True}]
    words = [one["words"] for one in sections["texts"]]
    assert {"Learn to drive", "Find a course"} <= set(words) and "Fix the shed" not in words


def test_what_it_is_and_when_stands_in_no_table(amina) -> None:
    goal = noted(amina)
    assert set(Goal.objects.values().get()) == {"id", "person_id", "text_id", "place", "done"}
    assert b"drive" not in bytes(Text.objects.get(id=goal.text_id).sealed)


def test_the_database_judges_last(amina, bo, chen, pair) -> None:
    goal, his = noted(amina, pair=pair), noted(bo)
    insert = "INSERT INTO goals_goal (id, person_id, text_id, place, done) VALUES (%s, %s, %s, 9, false)"
    own = Text.objects.filter(owner_id=bo.id, kind="name").get().id
    for writer, text_id in ((amina.id, own), (bo.id, goal.text_id)):
        with undone(), pytest.raises(Error, match="row-level security"), walls.acting_with(bo.who.token):
            connection.cursor().execute(insert, [uuid.uuid4(), writer, text_id])
    with undone(), walls.acting_with(bo.who.token):
        connection.cursor().execute(insert, [uuid.uuid4(), bo.id, own])
    for column in ("place", "text_id", "person_id", "id"):
        with undone(), pytest.raises(Error, match="permission denied"), walls.acting_with(bo.who.token):
            connection.cursor().execute(f"UPDATE goals_goal SET {column} = {column}")
    for statement in ("DELETE FROM goals_goal", "UPDATE goals_goal SET done = true"):
        for other in (bo, chen):
            with undone(), walls.acting_with(other.who.token), connection.cursor() as cursor:
                cursor.execute(f"{statement} WHERE id = %s", [goal.id])
                assert cursor.rowcount == 0
    with undone(), pytest.raises(Error):
        connection.cursor().execute("UPDATE goals_goal SET place = 1, person_id = %s", [bo.id])
    with walls.working():
        assert not Goal.objects.exists(), "jobs have nothing to do here"
    assert his.place == goal.place == 1
