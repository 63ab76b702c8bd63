from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import someone

from bothways.core.clock.api import travelled
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.people import api as people
from bothways.programme import api, selectors, services
from bothways.programme.models import Invitation, Staff
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def eli():
    return someone("Eli")


@pytest.fixture
def programme(eli):
    return a_programme(eli)


def test_a_coordinator_is_invited_and_takes_it_up_in_their_own_session(eli, programme) -> None:
    fatima = someone("Fatima")
    code = services.invite(eli.who, programme_id=programme.id)
    staff = services.take_up(fatima.who, code=code, public_name="  Fatima \n K. ")
    assert (staff.public_name, staff.entry_id) == ("Fatima K.", fatima.who.entry_id)
    assert services.take_up(fatima.who, code=code, public_name="Fatima") == staff
    assert api.coordinator_ids(programme.id) == [eli.id, fatima.id]
    assert list(Notice.objects.values_list("person_id", "kind")) == [(eli.id, "coordinator.joined")]


def test_who_may_not_take_it_up(eli, programme) -> None:
    fatima, dara = someone("Fatima"), someone("Dara")
    replaced = services.invite(eli.who, programme_id=programme.id)
    code = services.invite(eli.who, programme_id=programme.id)
    for wrong in ("", "nonsense", "\x00", replaced, services.new_setup_code()):
        with pytest.raises(Refused):
            services.take_up(dara.who, code=wrong, public_name="D")
    with pytest.raises(Refused):
        services.take_up(dara.who, code=code, public_name=" ")
    with travelled(timedelta(days=8)), pytest.raises(Refused, match="too old"):
        services.take_up(dara.who, code=code, public_name="D")
    services.take_up(fatima.who, code=code, public_name="F")
    with pytest.raises(Refused, match="used"):
        services.take_up(dara.who, code=code, public_name="D")
    taken_back = services.invite(eli.who, programme_id=programme.id)
    services.withdraw_invitation(eli.who, programme_id=programme.id)
    services.withdraw_invitation(eli.who, programme_id=programme.id)
    with pytest.raises(Refused):
        services.take_up(dara.who, code=taken_back, public_name="D")
    end_entry(dara.who)
    with pytest.raises(NotSignedIn):
        services.take_up(dara.who, code=code, public_name="D")
    assert not Staff.objects.filter(person_id=dara.id).exists()


def test_stepping_down_but_never_the_last(eli, programme) -> None:
    with pytest.raises(Refused, match="only coordinator"):
        services.step_down(eli.who, programme_id=programme.id)
    fatima = someone("Fatima")
    services.take_up(
        fatima.who, code=services.invite(eli.who, programme_id=programme.id), public_name="Fatima"
    )
    services.invite(eli.who, programme_id=programme.id)
    services.step_down(eli.who, programme_id=programme.id)
    assert api.coordinator_ids(programme.id) == [fatima.id]
    assert selectors.open_invitation(programme.id) is None, "nobody comes back by a code made beforehand"


def test_the_public_name_is_ones_own(eli, programme) -> None:
    services.rename(eli.who, programme_id=programme.id, public_name="Eli from the library")
    assert [staff.public_name for staff in api.coordinators(programme.id)] == ["Eli from the library"]
    with pytest.raises(Refused):
        services.rename(eli.who, programme_id=programme.id, public_name="\x00")


def test_leaving_ends_every_role_and_needs_nobody(eli, programme) -> None:
    fatima = someone("Fatima")
    second = a_programme(eli, slug="second")
    services.take_up(fatima.who, code=services.invite(eli.who, programme_id=second.id), public_name="Fatima")
    people.leave(eli.who)
    assert not Staff.objects.filter(person_id=eli.id).exists()
    assert not Invitation.objects.filter(used_at=None).exists()
    programme.refresh_from_db()
    second.refresh_from_db()
    assert not programme.open, "nobody answers there"
    assert second.open
    assert api.coordinator_ids(second.id) == [fatima.id]


def test_erasing_without_the_hook_takes_the_roles_too(eli, programme) -> None:
    registry.mark_leaving(eli.id)
    registry.erase(eli.id)
    assert not Staff.objects.exists()
    registry.mark_leaving(eli.id)
    registry.erase(eli.id)


def test_the_glass_box_shows_my_roles_and_nobody_elses(eli, programme) -> None:
    roles = next(section for section in registry.everything(eli.who) if section.key == "roles")
    assert [row["programme"] for row in roles.rows] == [programme.name]
    assert set(roles.labels) == set(roles.rows[0])
    dara = someone("Dara")
    assert next(section for section in registry.everything(dara.who) if section.key == "roles").rows == []


def test_the_tile_leads_to_what_waits(eli, programme, django_assert_num_queries) -> None:
    a_programme(eli, slug="draft", open=False)
    with django_assert_num_queries(1):
        tiles = api.tiles(eli.who)
    assert [(tile.url, tile.urgent) for tile in tiles] == [
        ("/p/river-valley/", False),
        ("/p/draft/set-up/", True),
    ]
    assert api.tiles(someone("Dara").who) == []
