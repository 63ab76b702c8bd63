"""Who left is known in three places; each of them alone is enough to erase again."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.management import call_command

from bothways.core.departures import api as departures
from bothways.core.departures import ledger
from bothways.core.keys import api as keys
from bothways.core.keys.models import Departed, PersonKey
from bothways.core.registry import api as registry
from bothways.core.registry.models import Tombstone
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.run.faults import Fault
from bothways.run.serving import refuse_departed

pytestmark = pytest.mark.django_db
DAY = date(2030, 5, 1)


@pytest.fixture(autouse=True)
def file(settings, tmp_path):
    settings.DEPARTURES = tmp_path / "elsewhere" / "departures"
    return settings.DEPARTURES


@pytest.fixture
def left(db) -> tuple[uuid.UUID, Text, bytes]:
    """Somebody who left, with the text and the key that an older backup still has."""
    person_id = uuid.uuid4()
    text_id = texts.put(owner_id=person_id, kind="note", words="canary")
    text, wrapped = Text.objects.get(id=text_id), PersonKey.objects.get(person_id=person_id).wrapped
    registry.mark_leaving(person_id)
    registry.erase(person_id)
    return person_id, text, bytes(wrapped)


def test_leaving_is_noted_in_all_three_places(left, file) -> None:
    person_id = left[0]
    assert ledger.read(file) == {person_id}
    assert set(Departed.objects.values_list("person_id", flat=True)) == {person_id}
    assert set(Tombstone.objects.values_list("person_id", flat=True)) == {person_id}
    assert departures.still_here() == set()
    refuse_departed()


@pytest.mark.parametrize("survivor", ["file", "keys", "tombstone"])
def test_any_one_place_is_enough(left, file, survivor) -> None:
    person_id, text, wrapped = left
    if survivor != "file":
        file.unlink()
    if survivor != "keys":
        Departed.objects.all().delete()
    if survivor != "tombstone":
        Tombstone.objects.all().delete()
    text.save(force_insert=True)
    PersonKey.objects.create(person_id=person_id, wrapped=wrapped)
    assert departures.still_here() == {person_id}
    with pytest.raises(Fault, match="put back"):
        refuse_departed()
    call_command("erase-departed")
    assert departures.still_here() == set() and not Text.objects.exists()
    assert not keys.boxes_for([person_id])
    test_leaving_is_noted_in_all_three_places(left, file)


def test_a_backup_from_before_they_came_leaves_them_known(left, file) -> None:
    Tombstone.objects.all().delete()
    assert departures.still_here() == {left[0]}
    call_command("erase-departed")
    assert Tombstone.objects.get().key_destroyed_at


def test_a_file_that_cannot_be_written_leaves_the_rest_to_the_job(db, settings, file, caplog) -> None:
    person_id = uuid.uuid4()
    texts.put(owner_id=person_id, kind="note", words="mine")
    settings.DEPARTURES = "/proc/departures"
    registry.mark_leaving(person_id)
    registry.erase(person_id)
    assert not keys.boxes_for([person_id]), "the key goes whatever the disk does"
    assert Tombstone.objects.get().key_destroyed_at is None
    settings.DEPARTURES = file
    assert registry.finish_erasing() == 1
    assert ledger.read(file) == {person_id} and Tombstone.objects.get().key_destroyed_at


def test_the_file_bears_a_half_written_line_and_never_doubles(file) -> None:
    one, two, three = (uuid.uuid4() for _ in range(3))
    ledger.add(file, [one], day=DAY)
    with file.open("a") as open_file:
        open_file.write(str(two)[:20])
    assert ledger.read(file) == {one}
    ledger.add(file, [three], day=DAY)
    ledger.add(file, [one, two, three], day=DAY)
    assert ledger.read(file) == {one, two, three}
    assert file.read_text().count(str(one)) == 1
    assert f"{three} 2030-05-01\n" in file.read_text() and file.stat().st_mode & 0o077 == 0
    ledger.add(file, [], day=DAY)
