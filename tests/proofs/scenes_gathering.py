"""More races: what members say to a gathering while it is called off, or while they withdraw or leave."""

from __future__ import annotations

from datetime import timedelta

from bothways.core.clock.api import now
from bothways.enrol.tests.factory import enrolled
from bothways.gather import api as gather
from bothways.gather import telling
from bothways.pair.tests.factory import a_pair
from tests.cast import Someone
from tests.proofs.scenes import Scene, World, answers, by, by_a_job, half_accepted, leaves, withdraws
from tests.proofs.stage import Call


def an_afternoon(w: World) -> gather.Gathering:
    """In the first programme, published by Eli."""
    return gather.publish(
        w.eli.who,
        programme_id=w.one.pk,
        title="Soup",
        starts_at=now() + timedelta(days=5),
        minutes=60,
        place="The old mill",
    )


def comes(person: Someone, one: gather.Gathering, *, coming: bool = True) -> Call:
    return by(person, lambda: gather.say_coming(person.who, gathering_id=one.pk, coming=coming))


def come_come(w: World) -> list[Call]:
    """On two devices."""
    enrolled(w.amina, w.one)
    one = an_afternoon(w)
    return [comes(w.amina, one), comes(w.amina, one)]


def come_withdraw(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    return [comes(w.amina, an_afternoon(w)), withdraws(w.amina, w.one)]


def not_come_withdraw(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    one = an_afternoon(w)
    comes(w.amina, one)()
    return [comes(w.amina, one, coming=False), withdraws(w.amina, w.one)]


def come_leave(w: World) -> list[Call]:
    """With a pair in the other programme, which ends."""
    enrolled(w.amina, w.one)
    a_pair(w.amina, w.bo, w.two)
    return [comes(w.amina, an_afternoon(w)), leaves(w.amina)]


def come_accept(w: World) -> list[Call]:
    """While the second yes counts the places of both."""
    one = half_accepted(w)
    return [comes(w.amina, an_afternoon(w)), answers(w.bo, one)]


def come_call_off(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    one = an_afternoon(w)
    return [comes(w.amina, one), by(w.eli, lambda: gather.call_off(w.eli.who, gathering_id=one.pk))]


def call_off_tell_leave(w: World) -> list[Call]:
    enrolled(w.amina, w.one)
    one = an_afternoon(w)
    comes(w.amina, one)()
    off = by(w.eli, lambda: gather.call_off(w.eli.who, gathering_id=one.pk))
    return [off, by_a_job(telling.tell_changes), leaves(w.amina)]


ALL: list[Scene] = [
    come_come,
    come_withdraw,
    not_come_withdraw,
    come_leave,
    come_accept,
    come_call_off,
    call_off_tell_leave,
]
