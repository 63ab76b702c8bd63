"""A leaving that was cut short is finished by the job, with the rights of jobs, in every room."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from bothways.core.keys.models import PersonKey
from bothways.core.registry import api as registry
from bothways.core.registry.models import Tombstone
from bothways.people import leaving, tasks
from bothways.people.tests.test_addresses import everything_stored
from tests.world import World

PEOPLE = ["amina", "bo", "chen", "gul", "dara", "eli"]
pytestmark = pytest.mark.django_db


def places_that_name(world: World, name: str) -> set[str]:
    person = world.people[name].person
    mine = {str(person.id), person.id.hex, person.email}
    return {where for where, value in everything_stored() if any(mark in value for mark in mine)}


@pytest.mark.parametrize("name", PEOPLE)
def test_the_job_erases_from_every_room(world: World, monkeypatch, name: str) -> None:
    def killed(person_id):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(registry, "erase", killed)
        leaving.leave(world.people[name].who)
    tasks.finish_leaving.func(timestamp=0)
    assert places_that_name(world, name) - {"default.core_inside"} == {
        "default.core_tombstone",
        "keys.keys_departed",
    }


@pytest.mark.parametrize("name", PEOPLE)
def test_the_job_erases_whoever_came_back_with_a_backup(world: World, name: str) -> None:
    person_id = world.people[name].id
    # As after a backup was put back by hand: rows and key are here, and all three places know.
    registry.mark_leaving(person_id)
    PersonKey.objects.filter(person_id=person_id).delete()
    Tombstone.objects.update(key_destroyed_at="2030-05-01T12:00Z")
    tasks.erase_departed.func(timestamp=0)
    assert places_that_name(world, name) - {"default.core_inside"} == {
        "default.core_tombstone",
        "keys.keys_departed",
    }
