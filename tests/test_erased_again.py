"""Somebody leaves after a backup was made. It is put back: they stay gone, before anything is served."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from bothways.core.clock.api import now, today
from bothways.core.keys.models import PersonKey
from bothways.core.keys.ring import unwrap
from bothways.core.texts import api as texts
from bothways.core.texts.models import Text
from bothways.days import api as days
from bothways.goals import api as goals
from bothways.help import api as help_
from bothways.help import hands
from bothways.help import services as help_services
from bothways.meet import api as meet
from bothways.pair import api as pairs
from bothways.pair import services as pair_services
from bothways.people import leaving
from bothways.people import services as people
from bothways.people.models import NoticeDevice, Phone
from bothways.people.tests.pusher import with_device
from bothways.people.tests.reach import NUMBER, with_phone
from bothways.people.tests.test_addresses import everything_stored
from bothways.run import manifest, restore
from bothways.run.backup import backup
from bothways.run.faults import Fault
from bothways.run.serving import refuse_departed
from bothways.talk import api as talk
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "canary-5e1f"


@pytest.fixture
def world(transactional_db, carrier, pusher) -> World:
    """Amina has written every kind of text there is, each with a canary, and has a phone and a device."""
    world = build()
    amina, pair = world.amina, world.pair
    people.set_name(amina.who, name=CANARY)
    pair_services.set_contact(amina.who, pair_id=pair.id, words=f"{CANARY} contact")
    pairs.say_thanks(amina.who, pair_id=pair.id, words=f"{CANARY} thanks")
    wanted = pairs.Wanted(
        rhythm="weekly", times=1, modes=1, customs=f"{CANARY} customs", rather_not=f"{CANARY} not"
    )
    pairs.save_card(amina.who, pair_id=pair.id, seen_version=1, wanted=wanted)
    meet.plan(
        amina.who,
        pair_id=pair.id,
        starts_at=now() + timedelta(days=5),
        minutes=60,
        mode=0,
        place=f"{CANARY} place",
        link=f"https://call.example/{CANARY}",
    )
    rhythm = meet.Rhythm("weekly", today() + timedelta(days=9), time(9), "UTC")
    regular = meet.WantedSeries(
        rhythm, 60, 2, meet.Where(f"{CANARY} place", f"https://call.example/{CANARY}")
    )
    meet.end_series(amina.who, pair_id=pair.id)
    meet.choose_series(amina.who, pair_id=pair.id, seen="", wanted=regular)
    pairs.plan_closing(amina.who, pair_id=pair.id, day=today())
    for one in (amina, world.bo):
        pairs.say_in_touch(one.who, pair_id=pair.id, words=f"{CANARY} in touch" if one is amina else "his")
    meet.write_journal(amina.who, pair_id=pair.id, words=f"{CANARY} journal")
    talk.send(amina.who, pair_id=pair.id, words=f"{CANARY} message")
    days.add(
        amina.who,
        pair_id=pair.id,
        days=[now().date() + timedelta(days=5)],
        each_year=False,
        before=1,
        words=f"Exam\n{CANARY} occasion",
    )
    goals.add(amina.who, words=f"{CANARY} next step", pair_id=pair.id)
    asked = help_.ask(
        amina.who, programme_id=world.programme.id, kind="school", words=f"{CANARY} request", pair_id=pair.id
    )
    help_services.reply(amina.who, request_id=asked.id, words=f"{CANARY} reply")
    work = {
        "programme_id": world.programme.id,
        "kind": "moving",
        "day": today() + timedelta(days=5),
        "hours": 2,
    }
    moving = hands.ask(world.bo.who, **work, pair_id=pair.id)
    hands.offer(amina.who, ask_id=moving.id, words=f"{CANARY} hand")
    with_phone(amina, carrier)
    with_device(amina, pusher, {**pusher.subscribe(), "endpoint": f"{pusher.origin}/{CANARY}"})
    written = {row.kind for row, words in texts.own(amina.who) if CANARY in words or NUMBER in words}
    # The address is the one text that comes with the account.
    assert written | {"address"} == set(texts._kinds), "a kind of text is not looked at here"
    return world


def backed_up(folder: Path) -> Path:
    assert backup([str(folder)]) == 0
    return folder


def read_with_everything(rings) -> str:
    """What somebody with all keys, also those of the past, gets out of the database."""
    words = []
    for text in Text.objects.all():
        for ring in rings:
            try:
                words.append(ring.decrypt(bytes(text.sealed)).decode(errors="replace"))
            except Exception:
                continue
    return " ".join(words)


def all_rings() -> list:
    return [unwrap(bytes(row.wrapped)) for row in PersonKey.objects.all()]


def assert_gone(world: World, old_rings: list) -> None:
    readable = read_with_everything([*all_rings(), *old_rings])
    assert CANARY not in readable and NUMBER not in readable
    assert not Phone.objects.exists() and not NoticeDevice.objects.exists()
    mine = {str(world.amina.id), world.amina.id.hex, world.amina.person.email}
    places = {where for where, value in everything_stored() if any(mark in value for mark in mine)}
    assert places == {"default.core_tombstone", "keys.keys_departed"}
    stored = "".join(value for _where, value in everything_stored())
    assert CANARY not in stored and CANARY.encode().hex() not in stored
    refuse_departed()


@pytest.mark.parametrize("lost", ["nothing", "file"])
@pytest.mark.parametrize("parts", [["--only=data"], []], ids=["the data is old", "data and keys are old"])
def test_a_restored_backup_erases_again(world, urls, tmp_path, settings, parts, lost) -> None:
    old_rings = all_rings()
    assert CANARY in read_with_everything(old_rings)
    folder = backed_up(tmp_path / "backups")
    leaving.leave(world.amina.who)
    if lost == "file":
        settings.DEPARTURES.unlink()
    assert restore.restore([str(folder), "--replace", *parts]) == 0
    assert_gone(world, old_rings)
    # Everybody else is there as before, and signed out.
    assert {row.owner_id for row in Text.objects.all()} >= {world.bo.id, world.chen.id}
    assert texts.read_for_delivery(world.bo.id, "name") == "Bo"
    bo = world.browser("bo")
    assert bo.get("/me/").status_code == 200


def test_a_backup_put_back_by_hand_is_not_served_until_erased(world, urls, tmp_path) -> None:
    old_rings = all_rings()
    folder = backed_up(tmp_path / "backups")
    leaving.leave(world.amina.who)
    for part, url in zip(manifest.PARTS, urls, strict=True):
        one = next(manifest.whole(folder / part))
        restore._put_back(restore.Chosen(part, one, manifest.read(one), url))
    assert CANARY in read_with_everything(all_rings()), "the backup held it"
    with pytest.raises(Fault, match="put back"):
        refuse_departed()
    call_command("erase-departed")
    assert_gone(world, old_rings)


def test_one_who_left_while_the_old_backup_was_being_served_again_is_known_too(world, urls, tmp_path) -> None:
    """Bo leaves after the backup, Amina after it was restored; restoring it once more keeps both away."""
    folder = backed_up(tmp_path / "backups")
    leaving.leave(world.bo.who)
    restore.restore([str(folder), "--only=data", "--replace"])
    again = world.browser("amina")
    assert again.post("/me/leave/").status_code == 302
    restore.restore([str(folder), "--replace"])
    assert not Text.objects.filter(owner_id__in=[world.amina.id, world.bo.id]).exists()
    assert not PersonKey.objects.filter(person_id__in=[world.amina.id, world.bo.id]).exists()
    refuse_departed()
