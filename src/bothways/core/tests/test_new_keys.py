"""New keys for old: the master key, and a person's own, with a kill at every point."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connections, transaction
from nacl.exceptions import CryptoError

from bothways.core.keys import api as keys
from bothways.core.keys import rotation
from bothways.core.keys.models import PersonKey
from bothways.core.texts import api as texts
from bothways.core.texts import resealing
from bothways.core.texts.models import Text

pytestmark = pytest.mark.django_db
NEW, OTHER = bytes(range(1, 33)), bytes(range(2, 34))


class Killed(BaseException):
    """Nothing after this point happens."""


def written(words: str = "mine") -> tuple[uuid.UUID, uuid.UUID]:
    person_id = uuid.uuid4()
    return person_id, texts.put(owner_id=person_id, kind="note", words=words)


def words_of(person_id: uuid.UUID) -> str | None:
    return texts.read_for_delivery(person_id, "note")


def test_both_master_keys_open_and_only_the_new_one_wraps(settings, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    people = [written(f"text {number}")[0] for number in range(5)]
    settings.MASTER_KEY, settings.MASTER_KEY_OLD = NEW, settings.MASTER_KEY
    late, _text = written("late")
    assert [words_of(person) for person in people] == [f"text {number}" for number in range(5)]
    assert keys.rewrap_all() == (5, 0)
    assert keys.rewrap_all() == (0, 0), "done is done"
    settings.MASTER_KEY_OLD = b""
    assert [words_of(person) for person in [*people, late]] == [
        *(f"text {number}" for number in range(5)),
        "late",
    ]


def test_a_rotation_that_is_killed_goes_on_where_it_stopped(settings, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    people = [written(str(number))[0] for number in range(5)]
    settings.MASTER_KEY, settings.MASTER_KEY_OLD = NEW, settings.MASTER_KEY
    batches = rotation._batches

    def killed_after_one():
        yield next(batches())
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(rotation, "_batches", killed_after_one)
        with pytest.raises(Killed):
            keys.rewrap_all()
    assert [words_of(person) for person in people] == list("01234")
    assert keys.rewrap_all() == (3, 0)
    settings.MASTER_KEY_OLD = b""
    assert [words_of(person) for person in people] == list("01234")


def test_a_key_that_no_master_key_opens_is_told_and_left_alone(settings) -> None:
    person_id, _text = written()
    wrapped = bytes(PersonKey.objects.get(person_id=person_id).wrapped)
    settings.MASTER_KEY, settings.MASTER_KEY_OLD = NEW, OTHER
    assert keys.rewrap_all() == (0, 1)
    assert bytes(PersonKey.objects.get(person_id=person_id).wrapped) == wrapped


def test_after_resealing_the_old_key_opens_nothing() -> None:
    person_id, text_id = written()
    other_id, _text = written("other")
    old = keys.boxes_for([person_id])[person_id]
    assert texts.reseal(person_id=person_id)
    assert words_of(person_id) == "mine" and words_of(other_id) == "other"
    with pytest.raises(CryptoError):
        old.decrypt(bytes(Text.objects.get(id=text_id).sealed))
    assert len(bytes(PersonKey.objects.get(person_id=person_id).wrapped)) == 72


def test_somebody_who_left_gets_no_new_key() -> None:
    person_id, _text = written()
    keys.destroy(person_id)
    assert not texts.reseal(person_id=person_id)
    assert not PersonKey.objects.filter(person_id=person_id).exists()


@pytest.mark.parametrize("point", ["before sealing", "while sealing", "before the old key goes"])
def test_resealing_survives_a_kill_at_any_point(monkeypatch, point) -> None:
    person_id, first = written("first")
    texts.put(owner_id=person_id, kind="other", words="second")
    old = keys.boxes_for([person_id])[person_id]

    def killed(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as broken:
        if point == "before sealing":
            broken.setattr(resealing, "_seal_all", killed)
        elif point == "while sealing":
            broken.setattr(Text, "save", killed)
        else:
            broken.setattr(keys, "drop_older_key", killed)
        with pytest.raises(Killed), transaction.atomic():
            texts.reseal(person_id=person_id)
    assert words_of(person_id) == "first", "all of it can be read"
    between = texts.put(owner_id=person_id, kind="third", words="between")
    ring = keys.boxes_for([person_id])[person_id]
    assert ring.newest_opens(bytes(Text.objects.get(id=between).sealed))
    assert texts.reseal(person_id=person_id)
    assert words_of(person_id) == "first"
    assert texts.read_for_delivery(person_id, "other") == "second"
    assert texts.read_for_delivery(person_id, "third") == "between"
    with pytest.raises(CryptoError):
        old.decrypt(bytes(Text.objects.get(id=first).sealed))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False])
def test_what_is_written_meanwhile_is_not_lost(monkeypatch, held) -> None:
    """A writer has the old key in hand and has not written yet. Without the lock its text would be lost."""
    if not held:
        monkeypatch.setattr(texts, "hold_texts_of", lambda person_id: None)
    person_id, _text = written()
    in_hand, go_on = threading.Event(), threading.Event()
    box_for = texts.box_for

    def slow(owner_id):
        box = box_for(owner_id)
        in_hand.set()
        assert go_on.wait(10)
        return box

    def write() -> None:
        try:
            texts.put(owner_id=person_id, kind="late", words="late")
        finally:
            connections.close_all()

    monkeypatch.setattr(texts, "box_for", slow)
    writer = threading.Thread(target=write)
    writer.start()
    assert in_hand.wait(10)
    threading.Timer(0.7, go_on.set).start()
    assert texts.reseal(person_id=person_id)
    writer.join(10)
    assert texts.read_for_delivery(person_id, "late") == ("late" if held else None)
    assert words_of(person_id) == "mine"
