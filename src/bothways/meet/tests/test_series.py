"""Regular meetings: choosing, changing, ending; pauses; who may; and what the hourly job does."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.http import Http404

from bothways.core.clock.api import today, travelled
from bothways.core.events.models import Event
from bothways.core.faults import Refused
from bothways.core.identity import api as identity
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Notice
from bothways.core.texts.models import Text
from bothways.meet import dates, rhythm, selectors, series, services
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import FORTNIGHTLY, MONTHLY, WEEKLY, Rhythm
from bothways.meet.series import WantedSeries
from bothways.meet.tasks import fill_series
from bothways.meet.tests.conftest import chosen, planned, wanted
from bothways.meet.where import Where, where
from bothways.pair import services as pairs
from bothways.people import api as people

pytestmark = pytest.mark.django_db


def rows(one: Series, state: str = "planned") -> list[Meeting]:
    return list(Meeting.objects.filter(series=one, state=state).order_by("slot"))


def moved_to(person, meeting, starts_at, **changes) -> Meeting:
    given = {"minutes": meeting.minutes, "mode": meeting.mode, **changes}
    words = where(person.who, meeting)
    return services.move(
        person.who,
        meeting_id=meeting.id,
        sequence=meeting.sequence,
        starts_at=starts_at,
        **{"place": words.place, "link": words.link, **given},
    )


def test_amina_chooses_and_both_have_dates_for_eight_weeks(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    found = rows(one)
    assert len(found) in {8, 9}
    assert {(b.slot - a.slot).days for a, b in pairwise(found)} == {7}
    assert {row.starts_at.astimezone(ZoneInfo(one.zone)).time() for row in found} == {time(16)}
    assert {where(bo.who, row).place for row in found} == {"The old mill"}
    assert [n.kind for n in outbox.news(bo.who) if n.kind.startswith("series")] == ["series.chosen"]
    assert not [n for n in outbox.news(amina.who) if n.kind.startswith("series")]
    assert Event.objects.filter(kind="series.chosen", person_id=amina.id).count() == 1


@pytest.mark.parametrize("kind", [FORTNIGHTLY, MONTHLY])
def test_there_are_always_two_dates_ahead(amina, pair, kind) -> None:
    one = chosen(amina, pair, kind=kind, days=200)
    assert len(rows(one)) == 2
    assert one.starts_on == rows(one)[0].slot


def test_the_same_form_twice_is_one_series(amina, bo, pair) -> None:
    once = uuid.uuid4()
    assert chosen(amina, pair, series_id=once) == chosen(amina, pair, series_id=once)
    # And the same wish of the other is fulfilled already, whatever page it comes from.
    assert chosen(bo, pair, seen="").id == once
    assert Series.objects.count() == 1
    assert Event.objects.filter(kind="series.chosen").count() == 1


def test_who_may_not(amina, chen, dara, eli, pair) -> None:
    one = chosen(amina, pair)
    for stranger in (chen, dara, eli):
        with pytest.raises(Http404):
            chosen(stranger, pair, seen=series.mark_of(one))
        with pytest.raises(Http404):
            series.end(stranger.who, pair_id=pair.id)
    identity.end_all_entries(amina.id)
    with pytest.raises(identity.NotSignedIn):
        chosen(amina, pair, minutes=90)
    with pytest.raises(identity.NotSignedIn):
        series.end(amina.who, pair_id=pair.id)
    assert series.current(pair) == one


def test_the_id_of_another_pairs_series_opens_nothing(bo, chen, pair, other_pair) -> None:
    theirs = chosen(chen, other_pair)
    with pytest.raises(Http404):
        chosen(bo, pair, series_id=theirs.id)


@pytest.mark.parametrize("days", [-1, 400])
def test_a_first_date_that_does_not_fit_is_refused(amina, pair, days) -> None:
    with pytest.raises(Refused):
        chosen(amina, pair, days=days)
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    "link",
    ["http://a.example/x", "javascript:alert(1)", "https://", "https://a b", "https://u@a.example", "//a"],
)
def test_only_a_safe_link_is_kept(amina, pair, link) -> None:
    with pytest.raises(Refused):
        chosen(amina, pair, where=Where("", link))


def test_the_link_is_shared_in_the_pair_and_nowhere_else(amina, bo, chen, pair) -> None:
    one = chosen(amina, pair, where=Where("", "https://call.example/our-room"), mode=2)
    row = rows(one)[0]
    assert where(bo.who, row) == Where("", "https://call.example/our-room")
    assert where(chen.who, row) == Where()
    page = bo.browser().get(f"/meetings/{row.id}/").content.decode()
    assert 'href="https://call.example/our-room" rel="noopener noreferrer nofollow"' in page


def test_an_old_page_does_not_undo_what_the_partner_did(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    with pytest.raises(Refused):
        chosen(bo, pair, seen="", minutes=90)
    changed = chosen(bo, pair, seen=series.mark_of(one), minutes=90)
    with pytest.raises(Refused):
        chosen(amina, pair, seen=series.mark_of(one), minutes=30)
    assert Series.objects.get(ended_at=None).minutes == changed.minutes == 90


def test_another_manner_leaves_the_dates(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    first, second, third, *_ = rows(one)
    services.cancel(bo.who, meeting_id=first.id)
    elsewhere = moved_to(bo, second, second.starts_at + timedelta(hours=3), minutes=30, place="The river")
    changed = chosen(bo, pair, seen=series.mark_of(one), minutes=90, mode=1, where=Where("By the gate", ""))
    assert (changed.id, changed.sequence) == (one.id, 1)
    assert [row.id for row in rows(changed, "cancelled")] == [first.id]
    elsewhere.refresh_from_db()
    assert (elsewhere.minutes, elsewhere.moved, elsewhere.like_series) == (30, True, False)
    assert where(amina.who, elsewhere).place == "The river"
    third.refresh_from_db()
    assert (third.minutes, third.mode, where(amina.who, third).place) == (90, 1, "By the gate")
    # The words that were replaced are nowhere any more.
    assert Text.objects.filter(kind="meeting place").count() == 2
    assert [n.kind for n in outbox.news(amina.who)].count("series.changed") == 1


def test_another_rhythm_begins_anew_and_keeps_what_was_left_out(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    first, second, *_ = rows(one)
    services.cancel(amina.who, meeting_id=second.id)
    new = chosen(bo, pair, seen=series.mark_of(one), at=time(18, 30))
    one.refresh_from_db()
    assert one.ended_at is not None
    assert rows(one) == []
    assert [row.slot for row in rows(new, "cancelled")] == [second.slot]
    assert {row.starts_at.astimezone(ZoneInfo(new.zone)).time() for row in rows(new)} == {time(18, 30)}
    # Those that rest are not on the pages.
    assert {row.series_id for row in selectors.coming(pair)} == {new.id}
    page = amina.browser().get(f"/meetings/{first.id}/").content.decode()
    assert "This date does not take place" in page


def test_ending_takes_all_that_is_ahead_and_leaves_what_was(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=1)
    with travelled(timedelta(days=3)):
        series.end(bo.who, pair_id=pair.id)
        series.end(bo.who, pair_id=pair.id)
        assert [row.slot for row in rows(one)] == [one.starts_on]
        assert selectors.coming(pair) == []
        assert [n.kind for n in outbox.news(amina.who)].count("series.ended") == 1
        assert Event.objects.filter(kind="series.ended").count() == 1
        fill_series(0)
        assert len(rows(one)) == 1
        services.say_it_took_place(amina.who, meeting_id=rows(one)[0].id)


def test_the_job_makes_the_next_dates_once(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    before = rows(one)
    fill_series(0)
    assert rows(one) == before
    with travelled(timedelta(days=21)):
        for _twice in range(2):
            fill_series(0)
        found = rows(one)
        assert len(found) - len(before) == 3
        assert len({row.slot for row in found}) == len(found)
        made = found[-1]
        assert (made.planned_by, made.sequence, made.minutes) == (None, 0, one.minutes)
        assert where(bo.who, made).place == "The old mill"


def test_one_date_is_moved_and_confirmed_like_any_meeting(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    row = rows(one)[0]
    later = moved_to(bo, row, row.starts_at + timedelta(hours=2))
    assert (later.moved, later.slot, later.sequence) == (True, row.slot, 1)
    assert [n.kind for n in outbox.news(amina.who)].count("meeting.moved") == 1
    back = moved_to(amina, later, row.starts_at)
    assert (back.moved, back.sequence) == (False, 2)
    fill_series(0)
    assert Meeting.objects.get(id=row.id).sequence == 2
    with travelled(timedelta(days=5)):
        for person in (amina, bo):
            services.say_it_took_place(person.who, meeting_id=row.id)
    assert Meeting.objects.get(id=row.id).took_place_at is not None


def test_there_are_no_dates_in_a_pause_and_afterwards_there_are(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    usual = [row.slot for row in rows(one)]
    moved_to(bo, rows(one)[1], rows(one)[1].starts_at + timedelta(hours=1))
    skipped = rows(one)[2]
    services.cancel(amina.who, meeting_id=skipped.id)
    until = today() + timedelta(days=30)
    pairs.pause(bo.who, pair_id=pair.id, until=until)
    fill_series(0)
    assert [row.slot for row in rows(one)] == [day for day in usual if day >= until]
    assert all(row.starts_at.date() >= until for row in selectors.coming(pair) if row.is_planned)
    pairs.pause(bo.who, pair_id=pair.id, until=today() + timedelta(days=300))
    assert rows(one) == []
    assert amina.browser().get(f"/pairs/{pair.id}/regular/").status_code == 200
    pairs.resume(bo.who, pair_id=pair.id)
    assert [row.slot for row in rows(one)] == [day for day in usual if day != skipped.slot]
    assert rows(one)[1].moved
    assert rows(one, "cancelled") == [Meeting.objects.get(id=skipped.id)]


def test_a_pause_that_runs_out_gives_dates_again(amina, bo, pair) -> None:
    one = chosen(amina, pair, days=2)
    pairs.pause(bo.who, pair_id=pair.id, until=today() + timedelta(days=100))
    assert rows(one) == []
    with travelled(timedelta(days=101)):
        pairs.clear_pauses()
        fill_series(0)
        assert len(rows(one)) in {8, 9}


def test_nothing_is_planned_after_the_pair_has_ended(amina, bo, pair) -> None:
    one = chosen(amina, pair)
    pairs.end(bo.who, pair_id=pair.id)
    for _twice in range(2):
        fill_series(0)
    assert rows(one) == []
    assert not Series.objects.filter(ended_at=None).exists()
    with pytest.raises(Refused):
        chosen(amina, pair)
    with pytest.raises(Refused):
        series.end(amina.who, pair_id=pair.id)


def test_a_partner_who_leaves_in_the_middle_takes_their_words_and_all_dates(amina, bo, pair) -> None:
    one = chosen(bo, pair)
    people.leave(bo.who)
    fill_series(0)
    one.refresh_from_db()
    assert rows(one) == []
    assert one.ended_at is not None
    assert (one.set_by, one.place_by, one.place_text) == (None, None, None)
    assert amina.browser().get(f"/pairs/{pair.id}/regular/").status_code == 200


def test_the_same_person_at_the_same_time_is_told_and_the_partner_is_not(amina, bo, pair, other_pair) -> None:
    one = chosen(amina, pair)
    elsewhere = planned(
        amina, other_pair, starts_at=rows(one)[0].starts_at + timedelta(minutes=30), place="The kiln"
    )
    mine = amina.browser().get(f"/pairs/{pair.id}/regular/").content.decode()
    assert "You also have other meetings at these times" in mine
    assert f"/meetings/{elsewhere.id}/" in mine
    for person, page in ((bo, f"/pairs/{pair.id}/regular/"), (bo, f"/meetings/{rows(one)[0].id}/")):
        seen = person.browser().get(page).content.decode()
        assert "You also have" not in seen
        assert str(elsewhere.id) not in seen
    assert elsewhere.is_planned and len(rows(one)) > 7


def test_new_rules_of_a_time_zone_keep_the_clock_on_the_wall(amina, pair, monkeypatch) -> None:
    one = chosen(amina, pair)
    moved = rows(one)[0]
    moved_to(amina, moved, moved.starts_at + timedelta(hours=5))
    # What was left out stays as it is, and does not stop the job.
    services.cancel(amina.who, meeting_id=rows(one)[1].id)
    before = {row.id: row.starts_at for row in rows(one)}
    real = rhythm.Rhythm.moment
    # From now on the clocks of that place show an hour more.
    monkeypatch.setattr(rhythm.Rhythm, "moment", lambda self, day: real(self, day) - timedelta(hours=1))
    fill_series(0)
    for row in rows(one):
        hours = 0 if row.id == moved.id else 1
        assert before[row.id] - row.starts_at == timedelta(hours=hours)
        assert row.sequence == 1


def test_one_that_fails_does_not_keep_the_others_waiting(amina, chen, pair, other_pair, monkeypatch) -> None:
    broken, fine = sorted((chosen(amina, pair), chosen(chen, other_pair)), key=lambda one: one.id)
    real = dates.settle

    def settle(series, *args, **kwargs) -> None:
        if series.id == broken.id:
            raise KeyError("Nowhere/Gone")
        real(series, *args, **kwargs)

    monkeypatch.setattr(dates, "settle", settle)
    before = len(rows(fine)), len(rows(broken))
    with travelled(timedelta(days=21)):
        assert dates.fill_all() == 1
    assert (len(rows(fine)), len(rows(broken))) == (before[0] + 3, before[1])


def test_notices_say_nothing_of_where_and_when(amina, bo, pair) -> None:
    chosen(amina, pair)
    for notice in Notice.objects.filter(kind__startswith="series"):
        assert "mill" not in f"{outbox.words_for(notice.kind)} {notice.path}"


def test_a_week_has_its_weekday_where_the_two_live(amina, pair) -> None:
    start = datetime.now(ZoneInfo("Pacific/Auckland")).date() + timedelta(days=2)
    one = series.choose(
        amina.who,
        pair_id=pair.id,
        seen="",
        wanted=WantedSeries(Rhythm(WEEKLY, start, time(8), "Pacific/Auckland"), 60, 0),
    )
    local = {row.starts_at.astimezone(ZoneInfo("Pacific/Auckland")) for row in rows(one)}
    assert {(moment.weekday(), moment.hour) for moment in local} == {(start.weekday(), 8)}
    assert wanted(days=2).rhythm.starts_on == today() + timedelta(days=2)
