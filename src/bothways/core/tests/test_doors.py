"""The doors of the ground floor: clock, identity, texts, receipts, events, outbox, registry."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from bothways.core.clock.api import now, travelled
from bothways.core.events import api as events
from bothways.core.events.models import Event
from bothways.core.identity import api as identity
from bothways.core.keys import api as keys
from bothways.core.outbox import api as outbox
from bothways.core.receipts import api as receipts
from bothways.core.registry import api as registry
from bothways.core.registry.models import Installation, Tombstone
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text

pytestmark = pytest.mark.django_db


def signed_in(person_id: uuid.UUID | None = None) -> identity.Acting:
    who = identity.acting(identity.open_entry(person_id or uuid.uuid4()))
    assert who is not None
    return who


@pytest.fixture
def amina() -> identity.Acting:
    return signed_in()


@pytest.fixture
def bo() -> identity.Acting:
    return signed_in()


def test_the_clock_moves_only_inside_the_block() -> None:
    before = now()
    with travelled(timedelta(days=3)):
        assert now() - before > timedelta(days=2, hours=23)
        with travelled(timedelta(days=-3)):
            assert abs(now() - before) < timedelta(minutes=1)
    assert abs(now() - before) < timedelta(minutes=1)


def test_a_token_opens_until_it_ends_or_expires(settings) -> None:
    token = identity.open_entry(uuid.uuid4())
    who = identity.acting(token)
    assert who is not None
    with travelled(timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)):
        assert identity.acting(token) is None
    identity.end_entry(who)
    assert identity.acting(token) is None
    assert identity.acting("") is None
    assert identity.acting("x" * 43) is None


def test_confirm_refuses_an_ended_session_and_another_persons(amina, bo) -> None:
    mixed = identity.Acting(amina.person_id, bo.entry_id)
    with transaction.atomic():
        identity.confirm(amina)
        with pytest.raises(identity.NotSignedIn):
            identity.confirm(mixed)
    identity.end_all_entries(amina.person_id)
    with transaction.atomic(), pytest.raises(identity.NotSignedIn):
        identity.confirm(amina)


def test_only_the_writer_and_those_it_is_shared_with_read_a_text(amina, bo) -> None:
    pair = uuid.uuid4()
    text = texts.put(owner_id=amina.person_id, kind="note", words="مرحبا 你好")
    assert texts.read(amina, [text]) == {text: "مرحبا 你好"}
    assert texts.read(bo, [text]) == {}
    texts.share(owner_id=amina.person_id, text_ids=[text], with_id=bo.person_id, under=pair)
    assert texts.read(bo, [text, None]) == {text: "مرحبا 你好"}
    texts.unshare(under=pair)
    assert texts.read(bo, [text]) == {}


def test_nobody_shares_or_rewrites_what_another_wrote(amina, bo) -> None:
    text = texts.put(owner_id=amina.person_id, kind="note", words="mine")
    texts.share(owner_id=bo.person_id, text_ids=[text], with_id=bo.person_id, under=uuid.uuid4())
    texts.rewrite(owner_id=bo.person_id, text_id=text, words="yours")
    texts.drop(owner_id=bo.person_id, text_ids=[text])
    assert texts.read(bo, [text]) == {}
    assert texts.read(amina, [text]) == {text: "mine"}


def test_the_words_are_not_in_the_database(amina) -> None:
    text = texts.put(owner_id=amina.person_id, kind="note", words="canary-7f3a")
    assert b"canary" not in bytes(Text.objects.get(id=text).sealed)


def test_a_swapped_ciphertext_does_not_open(amina) -> None:
    one = texts.put(owner_id=amina.person_id, kind="note", words="one")
    two = texts.put(owner_id=amina.person_id, kind="note", words="two")
    Text.objects.filter(id=one).update(sealed=Text.objects.get(id=two).sealed)
    assert texts.read(amina, [one, two]) == {two: "two"}


def test_a_text_that_is_too_long_is_refused(amina) -> None:
    with pytest.raises(ValueError, match="4000"):
        texts.put(owner_id=amina.person_id, kind="note", words="x" * 4001)


def test_a_destroyed_key_closes_every_text(amina) -> None:
    text = texts.put(owner_id=amina.person_id, kind="note", words="mine")
    keys.destroy(amina.person_id)
    assert texts.read(amina, [text]) == {}


@pytest.mark.django_db(transaction=True)
def test_a_receipt_is_committed_before_anything_is_read(amina, bo) -> None:
    text = texts.put(owner_id=amina.person_id, kind="request", words="help")
    with transaction.atomic(), pytest.raises(RuntimeError):
        receipts.write(bo, role="coordinator", name="B", subject_id=amina.person_id, what="x", task="y")
    receipt = receipts.write(
        bo, role="coordinator", name="B", subject_id=amina.person_id, what="a request", task="answering"
    )
    assert texts.read_on_receipt(receipt, [text]) == {text: "help"}
    assert [r.id for r in receipts.of_subject(amina)] == [receipt.id]
    assert receipts.of_subject(bo) == []


@pytest.mark.django_db(transaction=True)
def test_a_receipt_opens_its_subjects_texts_only_and_must_exist(amina, bo) -> None:
    other = texts.put(owner_id=bo.person_id, kind="request", words="other")
    receipt = receipts.write(bo, role="r", name="n", subject_id=amina.person_id, what="x", task="y")
    assert texts.read_on_receipt(receipt, [other]) == {}
    receipts.Receipt.objects.filter(id=receipt.id).delete()
    with pytest.raises(PermissionError):
        texts.read_on_receipt(receipt, [other])


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_receipts_and_events(amina, bo) -> None:
    receipt = receipts.write(bo, role="r", name="n", subject_id=amina.person_id, what="x", task="y")
    with pytest.raises(IntegrityError):
        receipts.Receipt.objects.filter(id=receipt.id).update(reader_name="someone else")
    events.record("notice.sent", person_id=amina.person_id, object_id=uuid.uuid4())
    with pytest.raises(IntegrityError):
        Event.objects.update(kind="other")


def test_an_event_must_be_declared(amina) -> None:
    with pytest.raises(ValueError, match="not declared"):
        events.record("no.such.thing", person_id=amina.person_id)


def test_cut_loose_keeps_the_count_and_loses_the_person(amina) -> None:
    programme = uuid.uuid4()
    events.record("notice.sent", programme_id=programme, person_id=amina.person_id, object_id=uuid.uuid4())
    events.cut_loose(amina.person_id)
    day = timedelta(days=1)
    counted = events.count_by_kind(
        programme_id=programme, kinds=["notice.sent"], start=now() - day, end=now() + day
    )
    assert counted == {"notice.sent": 1}
    assert events.own(amina) == []


def test_what_leads_to_one_place_in_one_sentence_is_news_once(amina, bo, monkeypatch) -> None:
    monkeypatch.setitem(outbox._words, "test.thing", "Something")
    with travelled(timedelta(hours=-1)):
        outbox.tell(amina.person_id, "test.thing", path="/there/", key="first")
    outbox.tell(amina.person_id, "test.thing", path="/elsewhere/", key="other place")
    with travelled(timedelta(hours=1)):
        outbox.tell(amina.person_id, "test.thing", path="/there/", key="second")
    outbox.tell(bo.person_id, "test.thing", path="/there/", key="of another")
    assert [(one.path, one.key) for one in outbox.news(amina)] == [
        ("/there/", "second"),
        ("/elsewhere/", "other place"),
    ]
    outbox.seen(amina, path="/there/")
    assert [one.path for one in outbox.news(amina)] == ["/elsewhere/"]


def test_erasing_takes_everything_and_can_be_finished_later(amina, bo) -> None:
    mine = texts.put(owner_id=amina.person_id, kind="note", words="mine")
    theirs = texts.put(owner_id=bo.person_id, kind="note", words="theirs")
    texts.share(owner_id=amina.person_id, text_ids=[mine], with_id=bo.person_id, under=uuid.uuid4())
    registry.mark_leaving(amina.person_id)
    registry.erase(amina.person_id)
    assert texts.read(bo, [mine]) == {}
    assert texts.read(bo, [theirs]) == {theirs: "theirs"}
    assert keys.boxes_for([amina.person_id]) == {}
    assert Tombstone.objects.get().key_destroyed_at is not None
    # Interrupted after the rows went: the key is still there, and the job takes it.
    keys.box_for(amina.person_id)
    Tombstone.objects.update(key_destroyed_at=None)
    assert registry.finish_erasing() == 1
    assert keys.boxes_for([amina.person_id]) == {}


def test_a_database_says_once_what_it_is_for() -> None:
    assert registry.settle_installation(demo=False) is False
    assert registry.settle_installation(demo=True) is False
    with pytest.raises(IntegrityError), transaction.atomic():
        Installation.objects.update(demo=True)


def test_keys_live_in_their_own_database(amina) -> None:
    keys.box_for(amina.person_id)
    assert "keys_personkey" not in connections["default"].introspection.table_names()
    assert "core_text" not in connections["keys"].introspection.table_names()
