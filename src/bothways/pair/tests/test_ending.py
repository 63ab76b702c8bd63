"""Pause, contact details, and every way in which a pair ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404

from bothways.core.clock.api import today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn
from bothways.core.outbox.models import Notice
from bothways.core.registry import api as registry
from bothways.core.texts.models import Share, Text
from bothways.enrol import services as enrol
from bothways.enrol.models import Enrolment
from bothways.match.models import NotAgain, Proposal
from bothways.match.tests.factory import a_round
from bothways.pair import api, selectors, services
from bothways.pair.models import Card, Half, Pair
from bothways.pair.tests.factory import a_card, a_pair, an_agreed_card
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def days(number: int):
    return today() + timedelta(days=number)


def reread(pair: Pair) -> Pair:
    return Pair.objects.get(id=pair.id)


def test_a_pause_lasts_until_its_day(amina, bo, pair) -> None:
    api.pause(amina.who, pair_id=pair.id, until=days(10))
    assert reread(pair).state == "paused" and reread(pair).is_paused
    with travelled(timedelta(days=10)):
        assert not reread(pair).is_paused
        assert services.clear_pauses() == 1
        assert reread(pair).state == "live" and reread(pair).paused_until is None
        assert services.clear_pauses() == 0


def test_the_partner_is_told_only_that_something_changed(amina, bo, pair) -> None:
    api.pause(amina.who, pair_id=pair.id, until=days(10))
    notice = Notice.objects.get(kind="pair.changed")
    assert (notice.person_id, notice.path) == (bo.id, f"/pairs/{pair.id}/")


def test_each_ends_only_their_own_pause(amina, bo, pair) -> None:
    """Nobody hurries anybody: a pause is over when its own person or its own day says so."""
    api.pause(amina.who, pair_id=pair.id, until=days(10))
    api.resume(bo.who, pair_id=pair.id)
    assert reread(pair).paused_until == days(10)
    api.pause(bo.who, pair_id=pair.id, until=days(5))
    assert reread(pair).paused_until == days(10)
    api.resume(amina.who, pair_id=pair.id)
    assert reread(pair).paused_until == days(5)
    api.resume(bo.who, pair_id=pair.id)
    assert reread(pair).state == "live"


def test_pausing_again_moves_the_day(amina, pair) -> None:
    api.pause(amina.who, pair_id=pair.id, until=days(10))
    api.pause(amina.who, pair_id=pair.id, until=days(10))
    assert Event.objects.filter(kind="pair.paused").count() == 1
    api.pause(amina.who, pair_id=pair.id, until=days(3))
    assert reread(pair).paused_until == days(3)


@pytest.mark.parametrize("number", [-1, 0, 367])
def test_a_pause_is_of_days_to_come_within_a_year(amina, pair, number) -> None:
    with pytest.raises(Refused, match="after today"):
        api.pause(amina.who, pair_id=pair.id, until=days(number))


def test_contact_details_are_seen_while_both_agree(amina, bo, pair) -> None:
    api.set_contact(amina.who, pair_id=pair.id, words="0123 456")
    assert selectors.contact(bo.who, pair).partners == "0123 456"
    assert selectors.contact(amina.who, pair).mine == "0123 456"
    api.set_contact(amina.who, pair_id=pair.id, words="0999")
    assert selectors.contact(bo.who, api.open_pair(bo.who, pair.id)).partners == "0999"
    assert Text.objects.filter(kind="contact").count() == 1


@pytest.mark.parametrize("refuser", ["amina", "bo"])
def test_a_no_of_either_hides_them(amina, bo, pair, refuser) -> None:
    api.set_contact(amina.who, pair_id=pair.id, words="0123 456")
    person = {"amina": amina, "bo": bo}[refuser]
    enrolment = Enrolment.objects.get(person_id=person.id)
    enrol.consent(person.who, enrolment_id=enrolment.pk, answers={"contact": False})
    assert selectors.contact(bo.who, api.open_pair(bo.who, pair.id)).partners == ""


def test_who_said_no_writes_none_but_may_take_theirs_away(amina, bo, pair) -> None:
    api.set_contact(amina.who, pair_id=pair.id, words="0123 456")
    enrolment = Enrolment.objects.get(person_id=amina.id)
    enrol.consent(amina.who, enrolment_id=enrolment.pk, answers={"contact": False})
    with pytest.raises(Refused, match="said no"):
        api.set_contact(amina.who, pair_id=pair.id, words="0999")
    api.set_contact(amina.who, pair_id=pair.id, words="")
    assert not Text.objects.filter(kind="contact").exists()


def full(amina, bo, pair) -> None:
    """Everything that a pair can hold."""
    an_agreed_card(amina, bo, pair, customs="Shoes off")
    a_card(bo, pair, rather_not="No photos")
    api.set_contact(amina.who, pair_id=pair.id, words="0123 456")
    api.set_contact(bo.who, pair_id=pair.id, words="Ring the blue bell")
    api.pause(bo.who, pair_id=pair.id, until=days(9))


def nothing_is_left(pair) -> None:
    assert not Share.objects.filter(under=pair.id).exists()
    assert not Text.objects.filter(kind__in=["contact", "card.customs", "card.rather_not"]).exists()
    assert not Card.objects.filter(pair=pair).exists()


def test_ending_closes_everything_at_once(amina, bo, pair) -> None:
    full(amina, bo, pair)
    api.end(amina.who, pair_id=pair.id)
    assert reread(pair).is_ended and reread(pair).paused_until is None
    nothing_is_left(pair)
    assert people.names_for(bo.who, [amina.id]) == {}
    assert set(Enrolment.objects.values_list("partners", flat=True)) == {0}
    for who in (amina.who, bo.who):
        with pytest.raises(Refused, match="has ended"):
            api.live_pair(who, pair.id)
        assert api.open_pair(who, pair.id).is_ended


def test_nothing_shows_who_ended_it(amina, bo, pair) -> None:
    api.end(bo.who, pair_id=pair.id)
    over = Event.objects.filter(object_id=pair.id, kind="pair.over")
    assert set(over.values_list("person_id", flat=True)) == {amina.id, bo.id}
    ended = Event.objects.get(object_id=pair.id, kind="pair.ended")
    assert ended.person_id is None and ended.numbers == {}


def test_only_the_other_is_told(amina, bo, pair) -> None:
    api.end(bo.who, pair_id=pair.id)
    assert Notice.objects.get(kind="pair.ended").person_id == amina.id


def test_ending_twice_ends_once(amina, bo, pair) -> None:
    api.end(amina.who, pair_id=pair.id)
    api.end(amina.who, pair_id=pair.id)
    api.end(bo.who, pair_id=pair.id)
    assert Event.objects.filter(kind="pair.ended").count() == 1
    assert Notice.objects.filter(kind="pair.ended").count() == 1


def test_the_rooms_above_hear_of_it_once(amina, bo, pair, monkeypatch) -> None:
    heard: list[dict] = []
    registry.on("pair.ended", "test", lambda **about: heard.append(about))
    try:
        api.end(amina.who, pair_id=pair.id)
        api.end(bo.who, pair_id=pair.id)
    finally:
        registry._handlers["pair.ended"].pop("test")
    assert heard == [{"pair_id": pair.id, "programme_id": pair.programme_id}]


def test_they_are_never_proposed_to_each_other_again(amina, bo, programme, pair) -> None:
    api.end(amina.who, pair_id=pair.id)
    assert NotAgain.objects.count() == 1
    a_round(programme)
    assert not Proposal.objects.filter(state="open").exists()


def test_each_can_have_a_new_partner(amina, bo, chen, programme, pair) -> None:
    api.end(bo.who, pair_id=pair.id)
    assert a_pair(amina, chen, programme).id != pair.id


@pytest.mark.parametrize("way", ["end", "pause", "resume", "set_contact"])
def test_others_can_do_nothing_to_it(chen, dara, eli, bo, amina, pair, way) -> None:
    about = {"pause": {"until": days(3)}, "set_contact": {"words": "x"}}.get(way, {})
    for other in (chen, dara, eli):
        with pytest.raises(Http404):
            getattr(api, way)(other.who, pair_id=pair.id, **about)
    with pytest.raises(NotSignedIn):
        getattr(api, way)(Acting(amina.id, dara.who.entry_id), pair_id=pair.id, **about)
    assert reread(pair).state == "live"


@pytest.mark.parametrize("way", ["pause", "resume", "set_contact"])
def test_after_the_end_nothing_changes(amina, pair, way) -> None:
    about = {"pause": {"until": days(3)}, "set_contact": {"words": "x"}}.get(way, {})
    api.end(amina.who, pair_id=pair.id)
    with pytest.raises(Refused, match="has ended"):
        getattr(api, way)(amina.who, pair_id=pair.id, **about)


def test_withdrawing_ends_the_pair_for_the_other(amina, bo, pair) -> None:
    full(amina, bo, pair)
    enrol.withdraw(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id).pk)
    assert reread(pair).is_ended
    nothing_is_left(pair)
    assert Enrolment.objects.get(person_id=bo.id).partners == 0
    assert Notice.objects.get(kind="pair.ended").person_id == bo.id
    assert [one.id for one in api.pairs_of(amina.who)] == [pair.id]


def test_withdrawing_leaves_pairs_of_other_programmes(amina, bo, chen, eli, programme, pair) -> None:
    from bothways.programme.tests.factory import a_programme

    other = a_programme(eli, slug="hill-side", name="Hill Side")
    second = a_pair(amina, chen, other)
    enrol.withdraw(amina.who, enrolment_id=Enrolment.objects.get(person_id=amina.id, programme=other).pk)
    assert reread(second).is_ended and not reread(pair).is_ended


def test_leaving_ends_the_pair_and_takes_the_person_out(amina, bo, pair) -> None:
    full(amina, bo, pair)
    people.leave(amina.who)
    assert reread(pair).is_ended
    nothing_is_left(pair)
    assert [half.person_id for half in Half.objects.filter(pair=pair)] == [bo.id]
    assert api.partner_id(api.open_pair(bo.who, pair.id), bo.id) is None
    assert api.partner_name(bo.who, pair) == "your partner"
    assert Enrolment.objects.get(person_id=bo.id).partners == 0


def test_when_both_have_left_the_pair_still_counts(amina, bo, pair) -> None:
    people.leave(amina.who)
    people.leave(bo.who)
    assert reread(pair).is_ended and not Half.objects.exists()
    assert Event.objects.filter(kind="pair.made", object_id=pair.id).count() == 1


def test_erasing_after_an_old_backup_came_back_ends_the_pair_too(amina, bo, pair) -> None:
    full(amina, bo, pair)
    services.erase(amina.id)
    assert reread(pair).is_ended
    nothing_is_left(pair)
    assert not Half.objects.filter(person_id=amina.id).exists()


def test_the_glass_box_holds_mine_and_nothing_of_my_partners(amina, bo, pair) -> None:
    full(amina, bo, pair)
    sections = {section.key: section for section in registry.everything(amina.who)}
    (mine,) = sections["pairs"].rows
    assert (mine["programme"], mine["contact"]) == ("River Valley Together", "0123 456")
    assert [row["customs"] for row in sections["cards"].rows] == ["Shoes off", "Shoes off"]
    assert sections["cards"].rows[0]["signed_at"] and not sections["cards"].rows[1]["signed_at"]
    everything = str([(section.labels, section.rows) for section in sections.values()])
    assert "No photos" not in everything and "blue bell" not in everything and str(bo.id) not in everything
    for section in sections.values():
        assert all(set(row) <= set(section.labels) for row in section.rows)
