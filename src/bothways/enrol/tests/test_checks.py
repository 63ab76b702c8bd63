"""A check is asked for by its member and set by a coordinator who is given the code: by nobody else, never
twice, never late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.cast import Someone, someone

from bothways.core.clock.api import travelled
from bothways.core.events import api as events
from bothways.core.faults import Refused
from bothways.core.outbox import api as outbox
from bothways.core.receipts import api as receipts
from bothways.core.registry import api as registry
from bothways.enrol import api as enrol
from bothways.enrol import check_services, check_tasks, checks, tries
from bothways.enrol.models import Check, CodeTries, Enrolment
from bothways.enrol.tests.factory import a_code, asking, checked, drafted, enrolled, sent
from bothways.people import api as people
from bothways.programme import api as programmes
from bothways.programme.services import invite, step_down, take_up
from bothways.programme.tests.factory import a_programme

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def asked(eli, programme):
    """The first side asks for references."""
    asking(eli, programme)
    return programme


@pytest.fixture
def mine(amina, asked) -> Enrolment:
    return enrolled(amina, asked)


@pytest.fixture
def code(amina, asked, mine) -> str:
    return a_code(amina, asked)


def in_days(programme, days: int) -> date:
    return checks.today_in(programme) + timedelta(days=days)


def sets(coordinator: Someone, programme, code: str, days: int = 365) -> None:
    check_services.set_until(
        coordinator.who, programme=programme, code=code, valid_until=in_days(programme, days)
    )


def refused(
    coordinator: Someone, programme, code: str, words: str = "does not work", days: int = 365
) -> None:
    with pytest.raises(Refused, match=words):
        sets(coordinator, programme, code, days)
    assert not Check.objects.filter(valid_until__isnull=False).exists()


def second_coordinator(eli: Someone, programme, name: str = "Fatima") -> Someone:
    other = someone(name)
    take_up(other.who, code=invite(eli.who, programme_id=programme.pk), public_name=name)
    return other


def in_pool(programme) -> set:
    return {row["person_id"] for row in enrol.pool(programme.pk)}


# --- who may not ---


def test_nobody_asks_for_another(amina, bo, asked, mine) -> None:
    for act in (check_services.ask, check_services.take_back, check_services.delete):
        with pytest.raises(Http404):
            act(bo.who, enrolment_id=mine.pk, kind="references")
    assert not Check.objects.exists()


def test_only_what_is_asked_and_only_once_sent(amina, bo, asked, mine) -> None:
    for kind in ("papers", "nothing", ""):
        with pytest.raises(Refused, match="Nobody asks"):
            check_services.ask(amina.who, enrolment_id=mine.pk, kind=kind)
    other_side = enrolled(bo, asked, side=1)
    with pytest.raises(Refused, match="Nobody asks"):
        check_services.ask(bo.who, enrolment_id=other_side.pk, kind="references")
    begun = drafted(someone("Chen"), asked)
    with pytest.raises(Refused, match="fill in the steps"):
        check_services.ask(enrol_acting(begun), enrolment_id=begun.pk, kind="references")


def enrol_acting(enrolment: Enrolment):
    from bothways.core.identity.api import Acting

    return Acting(enrolment.person_id, enrolment.entry_id)


def test_strangers_and_members_set_nothing(amina, bo, asked, code) -> None:
    for person in (amina, bo, someone("Dara")):
        for act in (
            lambda person=person: sets(person, asked, code),
            lambda person=person: check_services.look(person.who, programme=asked, code=code),
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert not CodeTries.objects.exists()
    assert receipts.of_subject(amina.who) == []


def test_a_coordinator_of_another_programme_cannot_use_it(amina, asked, code) -> None:
    dara = someone("Dara")
    other = a_programme(dara, slug="daras")
    refused(dara, other, code)
    with pytest.raises(PermissionDenied):
        sets(dara, asked, code)
    assert receipts.of_subject(amina.who) == []


def test_nobody_sets_their_own(eli, asked) -> None:
    enrolled(eli, asked)
    own = a_code(eli, asked)
    refused(eli, asked, own, "another coordinator")
    with pytest.raises(Refused, match="another coordinator"):
        check_services.look(eli.who, programme=asked, code=own)


def test_who_stepped_down_sets_nothing(eli, asked, code) -> None:
    fatima = second_coordinator(eli, asked)
    step_down(fatima.who, programme_id=asked.pk)
    with pytest.raises(PermissionDenied):
        sets(fatima, asked, code)


# --- when not ---


def test_a_code_is_used_once(eli, amina, asked, code) -> None:
    sets(eli, asked, code)
    with pytest.raises(Refused, match="does not work"):
        sets(eli, asked, code, days=500)
    assert Check.objects.get().valid_until == in_days(asked, 365)


def test_a_new_code_and_taking_back_stop_the_old_one(eli, amina, asked, mine, code) -> None:
    newer = a_code(amina, asked)
    refused(eli, asked, code)
    check_services.take_back(amina.who, enrolment_id=mine.pk, kind="references")
    check_services.take_back(amina.who, enrolment_id=mine.pk, kind="references")
    refused(eli, asked, newer)


def test_a_code_works_for_a_day(eli, asked, code) -> None:
    with travelled(DAY - timedelta(minutes=1)):
        assert check_services.look(eli.who, programme=asked, code=code).item.key == "references"
    with travelled(DAY + timedelta(seconds=1)):
        refused(eli, asked, code)
        assert check_services.clear_codes() == 1
    # A clock that is set back does not bring it back either.
    refused(eli, asked, code)


def test_after_withdrawing_and_after_leaving(eli, amina, bo, asked, mine, code) -> None:
    enrol.withdraw(amina.who, enrolment_id=mine.pk)
    refused(eli, asked, code)
    enrolled(bo, asked)
    other = a_code(bo, asked)
    people.leave(bo.who)
    refused(eli, asked, other)
    assert not Check.objects.exists()


@pytest.mark.parametrize("days", [-400, -1, 0, 5 * 366 + 1, 4000])
def test_the_day_is_ahead_and_not_too_far(eli, amina, asked, code, days) -> None:
    refused(eli, asked, code, "within five years", days=days)
    assert receipts.of_subject(amina.who) == []


@pytest.mark.parametrize("days", [1, 5 * 365])
def test_days_that_are_taken(eli, amina, asked, code, days) -> None:
    sets(eli, asked, code, days)
    assert Check.objects.get().valid_until == in_days(asked, days)


def test_the_last_day_from_a_leap_day() -> None:
    assert check_services.latest(date(2028, 2, 29)) == date(2033, 2, 28)
    assert check_services.latest(date(2026, 11, 25)) == date(2031, 11, 25)


@pytest.mark.parametrize("typed", ["", " ", "0", "x" * 20, "A" * 8, "\x00", "½½½½½½½½", "🏡" * 8, "'; --"])
def test_other_codes_do_not_work(eli, asked, code, typed) -> None:
    refused(eli, asked, typed)


def test_case_blanks_and_dashes_do_not_count(eli, asked, code) -> None:
    plain = code.replace("-", "")
    for typed in (code.lower(), f" {plain[:4]} {plain[4:]} ", f"{plain[:2]}-{plain[2:]}".lower()):
        assert check_services.look(eli.who, programme=asked, code=typed).ending == plain[-4:]


# --- wrong codes ---


def test_too_many_wrong_codes_and_then_not_even_a_right_one(eli, asked, code) -> None:
    for _time in range(tries.MOST_WRONG):
        # A right one in between takes nothing off the count.
        if _time == 5:
            check_services.look(eli.who, programme=asked, code=code)
        refused(eli, asked, "AAAAAAAA")
    refused(eli, asked, code, "too many wrong codes")
    fatima = second_coordinator(eli, asked)
    check_services.look(fatima.who, programme=asked, code=code)
    with travelled(tries.WINDOW + timedelta(minutes=1)):
        sets(eli, asked, code)
    registry.mark_leaving(eli.id)
    registry.erase(eli.id)
    assert not CodeTries.objects.filter(person_id=eli.id).exists()


# --- what it does, and what it does not ---


def test_setting_tells_the_member_and_leaves_a_receipt(eli, amina, asked, code) -> None:
    people.set_language(amina.who, "en")
    looked = check_services.look(eli.who, programme=asked, code=code)
    assert (looked.item.key, looked.side.number, looked.ending) == ("references", 0, code[-4:])
    (receipt,) = receipts.of_subject(amina.who)
    assert (receipt.reader_name, receipt.what) == ("Eli", "Your check: References")
    assert receipt.task == "To set until when it is valid"
    sets(eli, asked, code)
    assert receipts.of_subject(amina.who) == [receipt], "one for looking and setting"
    assert [notice.kind for notice in outbox.news(amina.who)] == ["check.set"]
    assert {"check.asked", "check.set"} <= {event.kind for event in events.own(amina.who)}


def test_it_activates_enrols_and_pairs_nobody(eli, amina, asked) -> None:
    waiting = sent(amina, asked)
    before = Enrolment.objects.filter(pk=waiting.pk).values().get()
    checked(amina, asked, eli)
    assert Enrolment.objects.filter(pk=waiting.pk).values().get() == before
    assert Enrolment.objects.count() == 1


def test_without_a_check_nobody_new_is_proposed(eli, amina, bo, asked, mine) -> None:
    enrolled(bo, asked, side=1)
    assert in_pool(asked) == {bo.id}
    assert [item.key for item in enrol.lacking(mine_again(mine))] == ["references"]
    checked(amina, asked, eli, days=10)
    assert in_pool(asked) == {amina.id, bo.id}
    with travelled(10 * DAY):
        # The last day counts.
        assert in_pool(asked) == {amina.id, bo.id}
    with travelled(11 * DAY):
        assert in_pool(asked) == {bo.id}
        assert enrol.lacking(mine_again(mine))


def mine_again(enrolment: Enrolment) -> Enrolment:
    return Enrolment.objects.select_related("programme", "side").get(pk=enrolment.pk)


def test_every_kind_that_is_asked_is_needed(eli, amina, programme) -> None:
    asking(eli, programme, checks=0b1011)
    enrolled(amina, programme)
    for kind in ("references", "papers"):
        checked(amina, programme, eli, kind=kind)
        assert in_pool(programme) == set()
    checked(amina, programme, eli, kind="child_safety")
    assert in_pool(programme) == {amina.id}
    asking(eli, programme, checks=0)
    assert Check.objects.count() == 3


def test_the_day_changes_where_the_programme_is(eli, amina) -> None:
    """At one moment it is two different days in two programmes."""
    east = a_programme(eli, slug="east", time_zone="Pacific/Kiritimati")
    west = a_programme(eli, slug="west", time_zone="Pacific/Pago_Pago")
    assert (checks.today_in(east) - checks.today_in(west)).days in {1, 2}
    for programme in (east, west):
        asking(eli, programme)
        enrolled(amina, programme)
    until = checks.today_in(east) + DAY
    for programme in (east, west):
        code = a_code(amina, programme)
        check_services.set_until(eli.who, programme=programme, code=code, valid_until=until)
    hours = 0
    while in_pool(east):
        hours += 1
        with travelled(timedelta(hours=hours)):
            if not in_pool(east):
                assert in_pool(west) == {amina.id}
                break
        assert hours < 49


def test_a_newer_check_replaces_and_the_member_deletes(eli, amina, asked, mine) -> None:
    first = checked(amina, asked, eli, days=100)
    second = checked(amina, asked, eli, days=50)
    assert [row.pk for row in Check.objects.all()] == [second.pk] != [first.pk]
    for _time in range(2):
        check_services.delete(amina.who, enrolment_id=mine.pk, kind="references")
    assert not Check.objects.exists()
    assert [event.kind for event in events.own(amina.who)].count("check.deleted") == 1


# --- telling ---


def test_members_are_told_once_when_a_side_asks_for_more(eli, amina, bo, programme) -> None:
    enrolled(amina, programme)
    enrolled(bo, programme, side=1)
    quiet = someone("Chen")
    silent = enrolled(quiet, programme)
    enrol.consent(quiet.who, enrolment_id=silent.pk, answers={"notices": False})
    asking(eli, programme)
    side = programmes.sides(programme.pk)[0]
    for _time in range(2):
        assert check_tasks.tell_about_new_checks(side_id=side.pk, key="one change") == 1
    assert [notice.kind for notice in outbox.news(amina.who)] == ["check.needed"]
    assert outbox.news(bo.who) == outbox.news(quiet.who) == []
    checked(amina, programme, eli)
    assert check_tasks.tell_about_new_checks(side_id=side.pk, key="another change") == 0
    assert check_tasks.tell_about_new_checks(side_id=0, key="no side") == 0


def kinds_told(amina: Someone) -> list[str]:
    told = {notice.kind for notice in outbox.news(amina.who)} - {"check.set"}
    return sorted(told)


def test_the_end_is_told_once_before_and_once_after(eli, amina, asked, mine) -> None:
    checked(amina, asked, eli, days=100)
    for days, expected in ((0, []), (69, []), (70, ["check.ends"]), (100, ["check.ends"])):
        with travelled(days * DAY):
            for _time in range(2):
                check_tasks.tell_about_ends()
            assert kinds_told(amina) == expected
    with travelled(101 * DAY):
        for _time in range(2):
            check_tasks.tell_about_ends()
        assert kinds_told(amina) == ["check.ended", "check.ends"]
        assert len(outbox.news(amina.who)) == 3


def test_a_short_check_and_one_that_nobody_asks_for_tell_less(eli, amina, asked, mine) -> None:
    checked(amina, asked, eli, days=20)
    assert check_tasks.tell_about_ends() == 0
    with travelled(21 * DAY):
        assert check_tasks.tell_about_ends() == 1
    asking(eli, asked, checks=0)
    with travelled(22 * DAY):
        assert check_tasks.tell_about_ends() == 0


# --- the glass box ---


def test_my_checks_are_shown_to_me_and_erased_with_me(eli, amina, bo, asked, mine) -> None:
    checked(amina, asked, eli)
    refused_code = "AAAAAAAA"
    with pytest.raises(Refused):
        sets(eli, asked, refused_code)

    def section(person: Someone, key: str) -> list:
        return [row for one in registry.everything(person.who) if one.key == key for row in one.rows]

    (row,) = section(amina, "checks")
    assert (row["kind"], row["valid_until"]) == ("References", in_days(asked, 365))
    assert str(eli.id) not in str(row)
    assert section(bo, "checks") == section(eli, "checks") == []
    assert section(eli, "code-tries")[0]["wrong"] == 1
    assert section(amina, "code-tries") == []
    registry.mark_leaving(amina.id)
    registry.erase(amina.id)
    assert not Check.objects.exists()


def test_a_coordinator_who_leaves_is_cut_loose(eli, amina, asked, mine) -> None:
    fatima = second_coordinator(eli, asked)
    row = checked(amina, asked, fatima)
    assert (row.set_by, row.set_entry_id) == (fatima.id, fatima.who.entry_id)
    people.leave(fatima.who)
    row.refresh_from_db()
    assert (row.set_by, row.set_entry_id) == (None, None)
    assert in_pool(asked) == {amina.id}
