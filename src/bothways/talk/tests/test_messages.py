"""Who may write to whom, who reads it, twice, after the end, after leaving."""

from __future__ import annotations

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import Error, connection
from django.http import Http404
from tests.undone import undone

from bothways.core.clock.api import travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.keys import api as keys
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.enrol import api as enrol
from bothways.pair import services as pairs
from bothways.pair.api import open_pair
from bothways.people import api as people
from bothways.talk import access, selectors, services
from bothways.talk.models import Bookmark, Message

pytestmark = pytest.mark.django_db


def read(person, pair) -> list[str]:
    shown, _part = selectors.page(person.who, open_pair(person.who, pair.id), "1", ZoneInfo("UTC"))
    return ["|".join(part.words for part in one.parts) for one in shown]


def test_both_write_and_both_read_the_newest_first(amina, bo, pair) -> None:
    services.send(amina.who, pair_id=pair.id, words="Are you at home? خبز")
    services.send(bo.who, pair_id=pair.id, words="From five on.")
    assert read(amina, pair) == read(bo, pair) == ["From five on.", "Are you at home? خبز"]


def test_who_reads_and_writes_nothing(chen, dara, eli, pair, amina) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="Ours")
    for stranger in (chen, dara, eli):
        for attempt in (
            lambda who=stranger.who: services.send(who, pair_id=pair.id, words="x"),
            lambda who=stranger.who: services.came_to(who, pair_id=pair.id, up_to=message.at),
            lambda who=stranger.who: services.delete(who, message_id=message.id),
            lambda who=stranger.who: access.our_message(who, message.id),
            lambda one=stranger: read(one, pair),
        ):
            with pytest.raises(Http404):
                attempt()
        assert texts.read(stranger.who, [message.text_id]) == {}
    assert Message.objects.count() == 1


def test_each_deletes_only_their_own(amina, bo, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="Mine")
    with pytest.raises(Http404):
        services.delete(bo.who, message_id=message.id)
    services.delete(amina.who, message_id=message.id)
    with pytest.raises(Http404):
        services.delete(amina.who, message_id=message.id)
    assert read(bo, pair) == []
    assert not Text.objects.filter(id=message.text_id).exists()


def test_sent_twice_is_one_message_and_one_notice(amina, bo, pair) -> None:
    once = uuid.uuid4()
    for _twice in range(2):
        services.send(amina.who, pair_id=pair.id, words="Once", message_id=once)
    assert read(bo, pair) == ["Once"]
    assert Notice.objects.filter(person_id=bo.id, kind="message.new").count() == 1
    assert not Notice.objects.filter(person_id=amina.id, kind="message.new").exists()
    with pytest.raises(Http404):
        services.send(bo.who, pair_id=pair.id, words="Not over it", message_id=once)


def test_the_notice_and_the_event_hold_no_words(amina, bo, pair) -> None:
    services.send(amina.who, pair_id=pair.id, words="kestrel")
    notice = Notice.objects.get(kind="message.new")
    event = Event.objects.get(kind="message.sent")
    assert "kestrel" not in f"{vars(notice)} {vars(event)}"
    assert notice.path == f"/pairs/{pair.id}/messages/"


def test_whoever_said_no_to_notices_gets_none_and_still_sees_that_there_is_something(amina, bo, pair) -> None:
    enrol.consent(
        bo.who, enrolment_id=enrol.Enrolment.objects.get(person_id=bo.id).pk, answers={"notices": False}
    )
    services.send(amina.who, pair_id=pair.id, words="Hello")
    assert not Notice.objects.filter(person_id=bo.id, kind="message.new").exists()
    assert "A message for you" in bo.browser().get("/").content.decode()


def test_after_the_end_each_has_their_own_and_nobody_writes(amina, bo, pair) -> None:
    mine = services.send(amina.who, pair_id=pair.id, words="Mine")
    theirs = services.send(bo.who, pair_id=pair.id, words="Yours")
    pairs.end(bo.who, pair_id=pair.id)
    assert (read(amina, pair), read(bo, pair)) == (["Mine"], ["Yours"])
    for person in (amina, bo):
        with pytest.raises(Refused):
            services.send(person.who, pair_id=pair.id, words="More")
    with pytest.raises(Http404):
        access.our_message(amina.who, theirs.id)
    with pytest.raises(Refused):
        access.our_message(amina.who, mine.id)
    services.delete(amina.who, message_id=mine.id)
    assert read(amina, pair) == []


def test_nothing_reaches_a_partner_who_left_and_what_they_wrote_is_gone(amina, bo, pair) -> None:
    services.send(bo.who, pair_id=pair.id, words="Yours")
    kept = Text.objects.get(owner_id=bo.id, kind="message")
    services.send(amina.who, pair_id=pair.id, words="Mine")
    services.came_to(bo.who, pair_id=pair.id, up_to=Message.objects.first().at)
    people.leave(bo.who)
    with pytest.raises(Refused):
        services.send(amina.who, pair_id=pair.id, words="More")
    assert read(amina, pair) == ["Mine"]
    assert not Text.objects.filter(owner_id=bo.id).exists()
    assert not Message.objects.filter(person_id=bo.id).exists()
    assert not Bookmark.objects.filter(person_id=bo.id).exists()
    # A copy of the row from an older backup: the key that would open it is gone.
    kept.save(force_insert=True)
    assert texts.read(amina.who, [kept.id]) == {}
    assert keys.boxes_for([bo.id]) == {}


def test_there_is_an_end_to_a_flood(amina, bo, pair, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_A_DAY", 3)
    for number in range(3):
        services.send(amina.who, pair_id=pair.id, words=f"{number}")
    with pytest.raises(Refused):
        services.send(amina.who, pair_id=pair.id, words="One more")
    services.send(bo.who, pair_id=pair.id, words="Bo may")
    with travelled(timedelta(days=1, minutes=1)):
        services.send(amina.who, pair_id=pair.id, words="Tomorrow")
    assert Message.objects.count() == 5


def test_only_the_reader_knows_how_far_they_have_read(amina, bo, pair) -> None:
    message = services.send(amina.who, pair_id=pair.id, words="Hello")
    services.came_to(bo.who, pair_id=pair.id, up_to=message.at)
    for person, rows in ((amina, 0), (bo, 1)):
        with walls.acting_with(person.who.token):
            assert Bookmark.objects.count() == rows
    # Not a word more on her page than before he looked.
    page = amina.browser().get(f"/pairs/{pair.id}/messages/").content.decode()
    assert "online" not in page


def test_the_database_judges_last(amina, bo, chen, pair) -> None:
    """Straight into the tables, past the services."""
    mine = services.send(amina.who, pair_id=pair.id, words="Mine")
    insert = "INSERT INTO talk_message (id, pair_id, number, person_id, text_id, at)"
    insert = f"{insert} VALUES (%s, %s, 9, %s, %s, now())"
    for inside, writer, text_id in (
        (bo, amina.id, mine.text_id),  # in her name
        (bo, bo.id, mine.text_id),  # with her words
        (chen, chen.id, Text.objects.filter(owner_id=chen.id).first().id),  # in a pair of others
    ):
        with (
            undone(),
            pytest.raises(Error),
            walls.acting_with(inside.who.token),
            connection.cursor() as cursor,
        ):
            cursor.execute(insert, [uuid.uuid4(), pair.id, writer, text_id])
    for inside in (bo, chen):
        with undone(), walls.acting_with(inside.who.token), connection.cursor() as cursor:
            cursor.execute("DELETE FROM talk_message WHERE id = %s", [mine.id])
            assert cursor.rowcount == 0
    with walls.acting_with(chen.who.token):
        assert not Message.objects.exists()
    pairs.end(bo.who, pair_id=pair.id)
    with walls.acting_with(bo.who.token):
        assert not Message.objects.exists()


def test_the_glass_box_has_mine_and_not_the_others(amina, bo, pair) -> None:
    services.send(amina.who, pair_id=pair.id, words="Mine")
    services.send(bo.who, pair_id=pair.id, words="Yours")
    sections = {section.key: section.rows for section in registry.everything(amina.who)}
    assert len(sections["messages"]) == 1
    words = [row["words"] for row in sections["texts"]]
    assert "Mine" in words and "Yours" not in words
