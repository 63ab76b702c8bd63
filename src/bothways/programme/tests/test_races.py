"""Two at the same moment: first without the locks, to see what would happen, then with them."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests.at_once import at_once
from tests.cast import someone

from bothways.programme import api, services
from bothways.programme.models import Area, ConsentText, Invitation, Programme, Staff
from bothways.programme.services import consent, invitations, places, setup, staff
from bothways.programme.tests.factory import a_programme
from bothways.programme.tests.race import kinds, meet_before, without_locks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[False, True], ids=["without locks", "with locks"])
def locks(request, monkeypatch) -> bool:
    return request.param


def two_coordinators():
    eli, fatima = someone("Eli"), someone("Fatima")
    programme = a_programme(eli)
    services.take_up(fatima.who, code=services.invite(eli.who, programme_id=programme.id), public_name="F")
    return eli, fatima, programme


def test_the_last_two_step_down_at_once(locks, monkeypatch) -> None:
    eli, fatima, programme = two_coordinators()
    meet_before(monkeypatch, staff, "_is_last")
    if not locks:
        without_locks(monkeypatch)
    came = at_once(
        lambda: services.step_down(eli.who, programme_id=programme.id),
        lambda: services.step_down(fatima.who, programme_id=programme.id),
    )
    if locks:
        assert kinds(came) == ["NoneType", "Refused"]
        assert Staff.objects.count() == 1
    else:
        assert kinds(came) == ["NoneType", "NoneType"]
        assert Staff.objects.count() == 0


def spent_by_nobody(monkeypatch) -> None:
    """As if codes were looked at and then used, in two steps that know nothing of each other."""
    find = invitations.find
    monkeypatch.setattr(invitations, "find", lambda code, hold=False: find(code))
    monkeypatch.setattr(invitations, "spend", lambda code, programme_id: True)
    without_locks(monkeypatch)


def test_one_code_is_used_for_two_programmes_at_once(locks, monkeypatch) -> None:
    eli, dara, code = someone("Eli"), someone("Dara"), services.new_setup_code()
    meet_before(monkeypatch, setup, "_insert")
    if not locks:
        spent_by_nobody(monkeypatch)

    def make(one, slug):
        return services.create_programme(
            one.who, code=code, name="N", slug=slug, purpose="P", public_name="P"
        )

    came = at_once(lambda: make(eli, "first"), lambda: make(dara, "second"))
    if locks:
        assert kinds(came) == ["Programme", "Refused"]
    assert Programme.objects.count() == (1 if locks else 2)


def test_one_invitation_is_taken_up_by_two_at_once(locks, monkeypatch) -> None:
    eli, dara, fatima = someone("Eli"), someone("Dara"), someone("Fatima")
    programme = a_programme(eli)
    code = services.invite(eli.who, programme_id=programme.id)
    meet_before(monkeypatch, staff, "appoint")
    if not locks:
        spent_by_nobody(monkeypatch)
    came = at_once(
        lambda: services.take_up(dara.who, code=code, public_name="D"),
        lambda: services.take_up(fatima.who, code=code, public_name="F"),
    )
    assert kinds(came) == (["Refused", "Staff"] if locks else ["Staff", "Staff"])


def test_two_new_versions_at_once(locks, monkeypatch) -> None:
    eli, fatima, programme = two_coordinators()
    meet_before(monkeypatch, consent, "now")
    if not locks:
        without_locks(monkeypatch)

    def save(one, words):
        return services.save_text(one.who, programme_id=programme.id, purpose="match", words={"en": words})

    came = at_once(lambda: save(eli, "one"), lambda: save(fatima, "two"))
    if locks:
        assert kinds(came) == ["ConsentText", "ConsentText"]
        versions = ConsentText.objects.filter(programme=programme, purpose="match")
        assert sorted(versions.values_list("version", flat=True)) == [1, 2, 3]
    else:
        assert kinds(came) == ["ConsentText", "IntegrityError"]


@pytest.mark.parametrize("wall", ["nothing", "the trigger", "the lock"])
def test_two_moves_that_make_a_ring_together(monkeypatch, wall) -> None:
    """West goes into East after it was checked that East may go into West."""
    eli, fatima, programme = two_coordinators()
    east = services.add_area(eli.who, programme_id=programme.id, name="East")
    west = services.add_area(eli.who, programme_id=programme.id, name="West")
    if wall != "the lock":
        without_locks(monkeypatch)

    def move(one, area, parent):
        about = {"programme_id": programme.id, "area_id": area.id, "parent_id": parent.id}
        services.change_area(one.who, **about, name=area.name, capacity=None)

    other, checked = [], places._is_within

    def overtaken(*args):
        answer = checked(*args)
        if not other:
            thread = threading.Thread(target=lambda: other.extend(at_once(lambda: move(fatima, west, east))))
            other.append(thread)
            thread.start()
            thread.join(1.0)
        return answer

    monkeypatch.setattr(places, "_is_within", overtaken)
    switch("DISABLE" if wall == "nothing" else "ENABLE")
    try:
        [mine] = at_once(lambda: move(eli, east, west))
        other[0].join(30)
    finally:
        switch("ENABLE")
    parents = dict(Area.objects.filter(id__in=[east.id, west.id]).values_list("id", "parent_id"))
    if wall == "nothing":
        assert parents == {east.id: west.id, west.id: east.id}
    else:
        refused = {"the trigger": ["IntegrityError", "NoneType"], "the lock": ["NoneType", "Refused"]}
        assert kinds([mine, other[1]]) == refused[wall]
        assert None in parents.values()


def switch(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE programme_area {how} TRIGGER programme_area_tree")


def test_the_same_button_twice_at_once_makes_one_programme() -> None:
    eli, code = someone("Eli"), services.new_setup_code()

    def make():
        return services.create_programme(
            eli.who, code=code, name="N", slug="slug", purpose="P", public_name="E"
        )

    first, second = at_once(make, make)
    assert first == second
    assert Invitation.objects.count() == 1
    assert api.coordinator_ids(first.id) == [eli.id]
