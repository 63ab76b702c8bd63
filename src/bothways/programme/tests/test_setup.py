from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.http import Http404
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn, end_entry
from bothways.programme import access, api, selectors, services
from bothways.programme.models import Invitation, Programme
from bothways.programme.services.setup import SideWords
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db


def asked(**changes):
    return {
        "name": "Harvest Hands",
        "slug": "harvest-hands",
        "purpose": "A few extra hands.",
        "public_name": "Eli",
        **changes,
    }


def test_a_programme_is_set_up_and_opened() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    assert programme.open
    assert api.open_programme(programme.slug) == programme
    assert [area.name for area in api.areas(programme.id)] == ["River Valley", "Potsdam", "Teltow", "Werder"]
    assert [area.name for area in api.leaves(programme.id)] == ["Potsdam", "Teltow", "Werder"]
    assert [side.number for side in api.sides(programme.id)] == [0, 1]
    assert list(api.standing_texts(programme.id)) == ["match", "contact", "notices", "figures"]
    assert api.coordinator_ids(programme.id) == [eli.id]
    assert len(api.languages_of(programme)) == len(api.catalogue.LANGUAGES)
    assert api.open_programmes() == api.all_programmes() == [programme]
    kinds = list(
        Event.objects.filter(programme_id=programme.id).order_by("id").values_list("kind", flat=True)
    )
    assert kinds == ["programme.made", *["programme.areas"] * 4, "programme.opened"]


def test_an_exchange_has_one_side() -> None:
    programme = a_programme(someone("Eli"), kind="exchange")
    assert [side.number for side in api.sides(programme.id)] == [0]


def test_the_code_is_stored_as_a_hash_only() -> None:
    code = services.new_setup_code()
    assert code.replace("-", "").encode() not in bytes(Invitation.objects.get().code_hash)
    assert len(bytes(Invitation.objects.get().code_hash)) == 32


def test_a_code_is_typed_as_one_likes() -> None:
    code = services.new_setup_code()
    typed = f"  {code.lower().replace('-', ' ')} "
    assert services.create_programme(someone("Eli").who, code=typed, **asked()).slug == "harvest-hands"


def test_the_same_button_twice_makes_one_programme() -> None:
    eli, code = someone("Eli"), services.new_setup_code()
    first = services.create_programme(eli.who, code=code, **asked())
    assert services.create_programme(eli.who, code=code, **asked()) == first
    assert Programme.objects.count() == 1


def test_who_may_not_set_up_a_programme() -> None:
    eli, dara = someone("Eli"), someone("Dara")
    code = services.new_setup_code()
    for wrong in ("", "HK3TZ-9QWER-MNB7V-PA4CD", "\x00", "x" * 5000):
        with pytest.raises(Refused):
            services.create_programme(eli.who, code=wrong, **asked())
    with travelled(timedelta(days=7, minutes=1)), pytest.raises(Refused, match="too old"):
        services.create_programme(eli.who, code=code, **asked())
    programme = services.create_programme(eli.who, code=code, **asked())
    with pytest.raises(Refused, match="used already"):
        services.create_programme(dara.who, code=code, **asked(slug="another"))
    with pytest.raises(Refused, match="used already"):
        services.create_programme(eli.who, code=code, **asked(slug="another"))
    invitation = services.invite(eli.who, programme_id=programme.id)
    with pytest.raises(Refused, match="do not know"):
        services.create_programme(dara.who, code=invitation, **asked(slug="another"))
    with pytest.raises(Refused, match="address"):
        services.create_programme(dara.who, code=services.new_setup_code(), **asked())
    end_entry(dara.who)
    with pytest.raises(NotSignedIn):
        services.create_programme(dara.who, code=services.new_setup_code(), **asked(slug="another"))
    assert Programme.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": " \n\x00 "},
        {"name": "x" * 81},
        {"purpose": ""},
        {"purpose": "x" * 1001},
        {"public_name": " "},
        {"public_name": "x" * 81},
        {"slug": "ab"},
        {"slug": "-abc"},
        {"slug": "Ünder"},
        {"slug": "a b c"},
        {"slug": "a" * 61},
        {"slug": "a/b/c"},
        {"kind": "watchers"},
        {"time_zone": "Mars/Olympus"},
    ],
)
def test_what_a_programme_cannot_be(wrong) -> None:
    with pytest.raises(Refused):
        services.create_programme(someone("Eli").who, code=services.new_setup_code(), **asked(**wrong))
    assert not Programme.objects.exists()


def test_it_opens_only_when_it_is_complete() -> None:
    eli = someone("Eli")
    programme = a_programme(eli, towns=(), open=False)
    assert [one.step for one in selectors.what_is_missing(programme)] == ["areas"]
    with pytest.raises(Refused, match="town"):
        services.publish(eli.who, programme)
    services.add_area(eli.who, programme_id=programme.id, town_id=2852458)
    services.publish(eli.who, programme)
    services.publish(eli.who, programme)
    assert Event.objects.filter(kind="programme.opened").count() == 1


def test_closing_stops_rounds_and_hides_it_from_new_people() -> None:
    eli = someone("Eli")
    programme = a_programme(eli, round_every_days=7)
    services.close(eli.who, programme_id=programme.id)
    services.close(eli.who, programme_id=programme.id)
    with pytest.raises(Http404):
        api.open_programme(programme.slug)
    assert api.by_slug(programme.slug).next_round_at is None
    assert api.open_programmes() == []
    with travelled(timedelta(days=400)):
        assert api.due_rounds() == []
    assert Event.objects.filter(kind="programme.closed").count() == 1
    assert services.publish(eli.who, programme).next_round_at is not None


def test_the_rhythm_of_rounds() -> None:
    programme = a_programme(someone("Eli"), round_every_days=14)
    assert api.due_rounds() == []
    planned = programme.next_round_at
    assert abs(planned - now() - timedelta(days=14)) < timedelta(minutes=1)
    with travelled(timedelta(days=14, hours=5)):
        assert api.due_rounds() == [programme]
        api.plan_next_round(programme.id)
        assert api.due_rounds() == []
        assert api.by_id(programme.id).next_round_at == planned + timedelta(days=14)
    with travelled(timedelta(days=75)):
        api.plan_next_round(programme.id)
        assert api.by_id(programme.id).next_round_at == planned + timedelta(days=70)
    with travelled(timedelta(days=80)):
        api.plan_next_round(programme.id)
        assert abs(api.by_id(programme.id).next_round_at - now() - timedelta(days=14)) < timedelta(minutes=1)


def test_by_button_only_is_never_due() -> None:
    programme = a_programme(someone("Eli"))
    api.plan_next_round(programme.id)
    with travelled(timedelta(days=400)):
        assert api.due_rounds() == []


def test_basics_change_and_say_nothing_when_they_do_not() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    basics = {
        "name": "New name",
        "purpose": "One.\r\n\r\nTwo.",
        "time_zone": "Asia/Shanghai",
        "round_every_days": 3,
        "answer_days": 2,
    }
    services.set_basics(eli.who, programme_id=programme.id, **basics)
    services.set_basics(eli.who, programme_id=programme.id, **basics)
    programme.refresh_from_db()
    assert (programme.purpose, programme.answer_days) == ("One.\n\nTwo.", 2)
    assert programme.next_round_at is not None
    assert Event.objects.filter(kind="programme.changed").count() == 1
    for wrong in (
        {"round_every_days": 0},
        {"round_every_days": 367},
        {"answer_days": 0},
        {"answer_days": 61},
    ):
        with pytest.raises(Refused):
            services.set_basics(eli.who, programme_id=programme.id, **{**basics, **wrong})


def test_lists_hold_only_what_the_product_has() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    services.set_lists(eli.who, programme_id=programme.id, interests=3, needs=1, languages=[4, 0, 4])
    programme.refresh_from_db()
    assert (programme.interests, programme.needs, programme.languages) == (3, 1, [0, 4])
    assert [number for number, _label in api.languages_of(programme)] == [0, 4]
    for wrong in (
        {"interests": 1 << 60},
        {"needs": -1},
        {"languages": []},
        {"languages": [-1]},
        {"languages": [9999]},
    ):
        with pytest.raises(Refused):
            services.set_lists(
                eli.who, programme_id=programme.id, **{"interests": 1, "needs": 0, "languages": [0], **wrong}
            )


def test_sides() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)

    def save(*sides: SideWords) -> None:
        services.set_sides(eli.who, programme_id=programme.id, sides=sides)

    save(SideWords(0, "Cooks", "Bring a pot.", 3), SideWords(1, "Guests", "", 1))
    assert [(s.name, s.max_capacity) for s in api.sides(programme.id)] == [("Cooks", 3), ("Guests", 1)]
    for wrong in (
        SideWords(0, "", "", 1),
        SideWords(0, "x" * 61, "", 1),
        SideWords(0, "Cooks", "x" * 301, 1),
        SideWords(0, "Cooks", "", 0),
        SideWords(0, "Cooks", "", 6),
        SideWords(2, "Third", "", 1),
        SideWords(1, "cooks", "", 1),
        SideWords(1, "Guests", "", 1, 16),
        SideWords(1, "Guests", "", 1, -1),
    ):
        with pytest.raises(Refused):
            save(wrong)


def test_nobody_else_sets_anything_up() -> None:
    eli, dara = someone("Eli"), someone("Dara")
    programme = a_programme(eli)
    a_programme(dara, slug="another")
    area = api.leaves(programme.id)[0]
    basics = {"name": "x", "purpose": "x", "time_zone": "UTC", "round_every_days": None, "answer_days": 1}
    about = {"programme_id": programme.id}
    for attempt in (
        lambda: services.set_basics(dara.who, **about, **basics),
        lambda: services.set_lists(dara.who, **about, interests=1, needs=1, languages=[0]),
        lambda: services.set_sides(dara.who, **about, sides=[]),
        lambda: services.add_area(dara.who, **about, name="x"),
        lambda: services.change_area(
            dara.who, **about, area_id=area.id, name="x", parent_id=None, capacity=None
        ),
        lambda: services.remove_area(dara.who, **about, area_id=area.id),
        lambda: services.save_text(dara.who, **about, purpose="match", words={"en": "x"}),
        lambda: services.publish(dara.who, programme),
        lambda: services.close(dara.who, **about),
        lambda: services.invite(dara.who, **about),
        lambda: services.withdraw_invitation(dara.who, **about),
        lambda: services.rename(dara.who, **about, public_name="x"),
        lambda: services.step_down(dara.who, **about),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    end_entry(eli.who)
    with pytest.raises(NotSignedIn):
        services.close(eli.who, **about)


def test_the_guarded_doors() -> None:
    eli, dara = someone("Eli"), someone("Dara")
    programme = a_programme(eli)
    draft = a_programme(eli, slug="draft", open=False)
    assert api.require_coordinator(eli.who, "draft")[0] == draft
    assert api.coordinator_of(dara.who, programme.id) is None
    with pytest.raises(PermissionDenied):
        api.require_coordinator(dara.who, programme.slug)
    for hidden in ("draft", "no-such", "\x00"):
        with pytest.raises(Http404):
            api.require_coordinator(dara.who, hidden)
        with pytest.raises(Http404):
            access.public_programme(dara.who, hidden)
        with pytest.raises(Http404):
            api.open_programme(hidden)


def test_the_operator_prints_a_code(capsys) -> None:
    eli = someone("Eli")
    call_command("setup-code")
    programme = services.create_programme(eli.who, code=capsys.readouterr().out.strip(), **asked())
    with pytest.raises(CommandError, match="has a coordinator"):
        call_command("setup-code", "--coordinator-of", programme.slug)
    with pytest.raises(CommandError, match="no programme"):
        call_command("setup-code", "--coordinator-of", "no-such")
    services.leave_all(eli.id)
    call_command("setup-code", "--coordinator-of", programme.slug)
    dara = someone("Dara")
    services.take_up(dara.who, code=capsys.readouterr().out.strip(), public_name="Dara")
    assert api.coordinator_ids(programme.id) == [dara.id]
