"""Invitations by mail and their answers (decision 29): what goes out and comes back, and what must not be.

Charter 1 and 2: nothing that comes by mail is written in anybody's name. An answer is its person's own note.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from bothways.core.clock.api import now, travelled
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.texts.models import Text
from bothways.core.walls import api as walls
from bothways.meet import api as meet
from bothways.meet import calendar_events, dates, invitations, rhythm
from bothways.meet.models import CalendarAnswer, Invitation, Meeting, Series
from bothways.meet.tests import strict_ics
from bothways.meet.tests.conftest import chosen, planned
from bothways.pair import api as pairs
from bothways.pair.tests.factory import a_pair
from bothways.people import leaving, stopping
from bothways.people.models import Person
from bothways.people.tests import letters_back as back
from bothways.people.tests.letters_back import PROGRAMS, Invited, brings
from bothways.people.tests.reach import REACH
from bothways.programme.tests.factory import a_programme
from tests.cast import someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
ON = {**REACH, "notices_by": "none", "calendar_letters": "on"}


class Stage:
    """Amina and Bo are a pair. She gets her meetings by mail and no other letter; he gets nothing."""

    def __init__(self, postman) -> None:
        self.postman = postman
        self.amina, self.bo = someone("Amina"), someone("Bo")
        self.pair = a_pair(self.amina, self.bo, a_programme(someone("Eli")))
        self.hers, self.his = self.amina.browser(), self.bo.browser()
        assert self.his.post(reverse("reach"), {**REACH, "notices_by": "none"}).status_code == 302
        self.switch(ON)

    def switch(self, form) -> None:
        assert self.hers.post(reverse("reach"), form).status_code == 302

    def post(self, minutes: int = 11) -> list:
        """The job, some minutes later. Returns the new letters."""
        before = len(self.postman.letters)
        with travelled(timedelta(minutes=minutes)), walls.working():
            outbox.deliver_singly()
        return self.postman.letters[before:]

    def letter(self) -> Invited:
        """The one new letter, as somebody who answers it reads it."""
        (letter,) = self.post()
        return invited(letter)

    def said(self) -> list:
        with walls.acting_with(self.amina.who.token):
            return list(CalendarAnswer.objects.order_by("at").values_list("slot", "said"))


def calendar_in(letter) -> tuple[str, bytes]:
    """The method and the calendar of a letter."""
    message = message_from_bytes(letter.content, policy=policy.default)
    plain, calendar = message.iter_parts()
    assert plain.get_content_type() == "text/plain" and calendar.get_content_type() == "text/calendar"
    content = calendar.get_payload(decode=True)
    return calendar.get_param("method"), b"\r\n".join(content.splitlines()) + b"\r\n"


def invited(letter) -> Invited:
    _method, raw = calendar_in(letter)
    _head, events = strict_ics.read(raw)
    organizer = events[0]["ORGANIZER"].removeprefix("mailto:")
    return Invited(events[0]["UID"], organizer, max(int(event["SEQUENCE"]) for event in events))


@pytest.fixture
def stage(postman, settings) -> Stage:
    settings.MAIL_DOMAIN, settings.MAIL_SECRET = back.DOMAIN, back.SECRET
    return Stage(postman)


# What goes out


def test_a_meeting_goes_to_whoever_wants_it_and_says_only_when(stage):
    one = planned(stage.bo, stage.pair, hours=48, link="https://meet.example.org/secret")
    (letter,) = stage.post()
    assert letter.rcpt_tos == ["amina@example.org"]
    message = message_from_bytes(letter.content, policy=policy.default)
    method, raw = calendar_in(letter)
    head, (event,) = strict_ics.read(raw)
    assert method == head["METHOD"] == "REQUEST"
    assert event["UID"] == str(one.id) and event["DTSTART"] == f"{one.starts_at:%Y%m%dT%H%M%SZ}"
    assert event["ATTENDEE"] == "mailto:amina@example.org"
    whole = raw.decode().replace("\r\n ", "")
    assert "PARTSTAT=NEEDS-ACTION" in whole and "RSVP=TRUE" in whole
    organizer = event["ORGANIZER"].removeprefix("mailto:")
    assert re.fullmatch(rf"reply\+[a-z2-7]{{26}}@{back.DOMAIN}", organizer)
    assert parseaddr(message["From"])[1] == organizer and message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(rf"bounce\+[a-z2-7]{{42}}@{back.DOMAIN}", letter.mail_from)
    assert "List-Unsubscribe" in message
    for secret in ("Amina", "Bo ", "bo@", "mill", "secret", str(stage.amina.id), str(stage.bo.id)):
        assert secret not in letter.content.decode(), secret
    assert stage.post() == [], "once"


def test_nobody_gets_any_unasked_and_the_partner_learns_nothing(stage):
    stage.switch({**REACH, "notices_by": "none"})
    planned(stage.bo, stage.pair)
    Notice.objects.update(sent_at=now())
    with walls.working():
        assert not Notice.objects.filter(object_id__isnull=False).exists()
        assert not Text.objects.filter(owner_id=stage.amina.id).exists(), "no address without a notice"
    assert stage.post() == []
    stage.switch(ON)
    assert len(stage.post()) == 1, "what lies ahead comes when it is switched on"
    with walls.acting_with(stage.bo.who.token):
        assert not Invitation.objects.exists() and not CalendarAnswer.objects.exists()
        assert not Notice.objects.filter(object_id__isnull=False).exists()


def test_it_is_off_at_first_and_not_there_without_a_gateway(stage, settings):
    assert not Person.objects.get(id=stage.bo.id).calendar_letters
    assert "calendar_letters" in stage.his.get(reverse("reach")).content.decode()
    settings.MAIL_DOMAIN = ""
    assert "calendar_letters" not in stage.his.get(reverse("reach")).content.decode()
    planned(stage.bo, stage.pair)
    assert stage.post() == []


def test_changes_that_come_quickly_are_one_letter_with_the_same_uid_and_organizer(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    first = stage.letter()
    for hours in (50, 52, 54):
        one = meet.move(
            stage.bo.who,
            meeting_id=one.id,
            sequence=one.sequence,
            starts_at=one.starts_at + timedelta(hours=hours - 48),
            minutes=60,
            mode=0,
            place="The old mill",
        )
    (letter,) = stage.post()
    again = invited(letter)
    assert (again.uid, again.organizer, again.sequence) == (first.uid, first.organizer, 3)
    assert f"DTSTART:{one.starts_at:%Y%m%dT%H%M%SZ}" in letter.content.decode()


def test_within_ten_minutes_nothing_goes_and_another_place_is_no_letter(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    with walls.acting_with(stage.amina.who.token):
        age = now() - Notice.objects.get(object_id=one.id).created_at
    if age < timedelta(minutes=9):
        assert stage.post(0) == []
    stage.letter()
    meet.move(
        stage.bo.who,
        meeting_id=one.id,
        sequence=0,
        starts_at=one.starts_at,
        minutes=60,
        mode=1,
        place="The new mill",
    )
    assert stage.post() == []


def test_cancelling_takes_it_out_and_what_was_never_sent_is_not_cancelled(stage):
    one, two = planned(stage.bo, stage.pair, hours=48), planned(stage.bo, stage.pair, hours=72)
    meet.cancel(stage.bo.who, meeting_id=two.id)
    sent = stage.letter()
    meet.cancel(stage.amina.who, meeting_id=one.id)
    (letter,) = stage.post()
    method, raw = calendar_in(letter)
    _head, (event,) = strict_ics.read(raw)
    assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", "1")
    assert (event["UID"], event["ORGANIZER"]) == (sent.uid, f"mailto:{sent.organizer}")
    assert "does not take place" in letter.content.decode()


def test_regular_meetings_are_one_invitation_and_its_changes_grow(stage):
    series = chosen(stage.bo, stage.pair)
    (letter,) = stage.post()
    _method, raw = calendar_in(letter)
    _head, (rule,) = strict_ics.read(raw)
    assert rule["UID"] == str(series.id) and rule["RRULE"].startswith("FREQ=WEEKLY")
    dates = list(Meeting.objects.filter(series=series).order_by("slot")[:3])
    meet.cancel(stage.bo.who, meeting_id=dates[0].id)
    meet.move(
        stage.bo.who,
        meeting_id=dates[1].id,
        sequence=0,
        starts_at=dates[1].starts_at + timedelta(hours=3),
        minutes=60,
        mode=0,
        place="",
    )
    (letter,) = stage.post()
    method, raw = calendar_in(letter)
    _head, events = strict_ics.read(raw)
    assert method == "REQUEST" and [event["SEQUENCE"] for event in events] == ["2", "2"]
    assert "EXDATE" in events[0] and "RECURRENCE-ID" in events[1]
    until = now() + timedelta(days=60)
    expected = [(one.starts_at, timedelta(hours=1)) for one in Meeting.objects.filter(state="planned")]
    assert strict_ics.occurrences(raw, until)[:5] == sorted(expected)[:5]


def test_when_a_zone_gets_other_rules_the_calendar_is_told_and_late_knowledge_is_understood(
    stage, monkeypatch
):
    series = chosen(stage.bo, stage.pair, zone="Europe/Berlin")
    sent = stage.letter()
    first = Meeting.objects.filter(series=series).order_by("slot")[0]
    # From now on the clocks of that place are those of Helsinki, an hour more.
    moment, zone = rhythm.Rhythm.moment, calendar_events.vtimezone

    def helsinki(name, begin, end):
        made = zone("Europe/Helsinki", begin, end)
        made["TZID"] = name
        return made

    monkeypatch.setattr(rhythm.Rhythm, "moment", lambda self, day: moment(self, day) - timedelta(hours=1))
    monkeypatch.setattr(calendar_events, "vtimezone", helsinki)
    with walls.working():
        dates.fill_all()
    (letter,) = stage.post()
    _method, raw = calendar_in(letter)
    again = invited(letter)
    assert again.sequence > sent.sequence and again.uid == sent.uid
    expected = Meeting.objects.filter(series=series).order_by("slot")[:5]
    found = strict_ics.occurrences(raw, now() + timedelta(days=60))[:5]
    assert [at for at, _ in found] == [one.starts_at for one in expected]
    # A calendar that has not heard of it names the moment that was.
    again.which = f"RECURRENCE-ID:{first.starts_at:%Y%m%dT%H%M%SZ}"
    brings(again.organizer, back.google(again, "DECLINED"))
    assert stage.said() == [(first.slot, "no")]


def test_an_end_before_the_first_date_cancels_all_of_it(stage):
    chosen(stage.bo, stage.pair)
    stage.letter()
    meet.end_series(stage.bo.who, pair_id=stage.pair.id)
    (letter,) = stage.post()
    method, raw = calendar_in(letter)
    assert method == "CANCEL" and b"STATUS:CANCELLED" in raw


def test_when_the_partner_leaves_in_the_middle_of_a_plan_it_goes_and_his_address_gets_nothing(stage):
    planned(stage.bo, stage.pair, hours=48)
    chosen(stage.bo, stage.pair)
    assert len(stage.post()) == 2
    leaving.leave(stage.bo.who)
    letters = stage.post()
    assert {calendar_in(letter)[0] for letter in letters} == {"CANCEL"} and len(letters) == 2
    assert {to for letter in letters for to in letter.rcpt_tos} == {"amina@example.org"}


def test_an_ending_looks_like_a_leaving(stage):
    planned(stage.bo, stage.pair, hours=48)
    stage.letter()
    pairs.end(stage.bo.who, pair_id=stage.pair.id)
    (letter,) = stage.post()
    assert calendar_in(letter)[0] == "CANCEL"


def test_whoever_leaves_gets_no_letter_any_more_and_their_codes_are_dead(stage):
    planned(stage.bo, stage.pair, hours=48)
    sent = stage.letter()
    leaving.leave(stage.amina.who)
    assert stage.post() == [] and not Invitation.objects.exists()
    assert brings(sent.organizer, back.google(sent, "DECLINED")).status_code == 204
    assert not CalendarAnswer.objects.exists()


def test_stop_and_switching_off_end_them_at_once(stage):
    planned(stage.bo, stage.pair, hours=48)
    stage.letter()
    planned(stage.bo, stage.pair, hours=72)
    stopping.stop_letters(stage.amina.id)
    assert stage.post() == []
    stage.switch(ON)
    assert len(stage.post()) == 1, "her own choice begins them again"
    assert stage.hers.post(reverse("reach_stop")).status_code == 302
    planned(stage.bo, stage.pair, hours=96)
    assert stage.post() == [] and not Invitation.objects.exists()


def test_quiet_hours_hold_and_there_are_not_more_than_fourteen_a_week(stage, monkeypatch):
    planned(stage.bo, stage.pair, hours=72)
    with travelled(timedelta(hours=11)):
        assert stage.post() == [], "at night"
    with travelled(timedelta(hours=21)):
        assert len(stage.post()) == 1
    monkeypatch.setattr("bothways.core.outbox.singly.MOST_A_WEEK", 3)
    for number in range(4):
        planned(stage.bo, stage.pair, hours=100 + number)
    with travelled(timedelta(hours=21)):
        assert len(stage.post()) == 2
    with walls.working():
        assert Delivery.objects.filter(way="calendar").count() == 3


def test_a_letter_that_could_not_go_goes_later_under_the_same_name(stage):
    planned(stage.bo, stage.pair, hours=48)
    stage.postman.answer = "451 later"
    assert stage.post() == [] and stage.post() == []
    assert stage.postman.asked == 1
    stage.postman.answer = ""
    with travelled(timedelta(hours=1)):
        (letter,) = stage.post()
        assert stage.post() == []
    with walls.working():
        assert f"<{Delivery.objects.get().id}@" in letter.content.decode()


def test_a_change_while_the_letter_goes_is_a_letter_of_its_own(stage, monkeypatch):
    one = planned(stage.bo, stage.pair, hours=48)
    build = invitations.build

    def slowly(*about):
        built = build(*about)
        with walls.acting_with(stage.bo.who.token):
            meet.cancel(stage.bo.who, meeting_id=one.id)
        return built

    outbox.enclose(slowly)
    try:
        (letter,) = stage.post()
    finally:
        outbox.enclose(build)
    assert calendar_in(letter)[0] == "REQUEST"
    (letter,) = stage.post()
    assert calendar_in(letter)[0] == "CANCEL"


# What comes back


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("word", "said"), [("ACCEPTED", "yes"), ("TENTATIVE", "maybe"), ("DECLINED", "no")])
def test_answers_of_four_programs_about_a_meeting(stage, program, word, said):
    one = planned(stage.bo, stage.pair, hours=48)
    sent = stage.letter()
    assert brings(sent.organizer, PROGRAMS[program](sent, word)).status_code == 204
    assert stage.said() == [(None, said)]
    hers = stage.hers.get(reverse("meeting", args=[one.id])).content.decode()
    assert ("you said that you cannot come" in hers) is (said == "no")
    his = stage.his.get(reverse("meeting", args=[one.id])).content.decode()
    assert "your calendar you said" not in his
    one.refresh_from_db()
    assert one.is_planned and one.sequence == 0, "nothing is done in her name"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "how",
    ["RECURRENCE-ID:{utc}", "RECURRENCE-ID;TZID=Europe/Berlin:{there}", "RECURRENCE-ID;VALUE=DATE:{day}"],
)
def test_answers_about_one_date_of_regular_meetings(stage, program, how):
    series = chosen(stage.bo, stage.pair, zone="Europe/Berlin")
    sent = stage.letter()
    second = Meeting.objects.filter(series=series).order_by("slot")[1]
    there = f"{second.slot:%Y%m%d}T160000"
    sent.which = how.format(
        utc=f"{second.starts_at:%Y%m%dT%H%M%SZ}", there=there, day=f"{second.slot:%Y%m%d}"
    )
    brings(sent.organizer, PROGRAMS[program](sent, "DECLINED"))
    assert stage.said() == [(second.slot, "no")]
    assert [notice.path for notice in outbox.news(stage.amina.who) if notice.kind == "calendar.no"] == [
        reverse("meeting", args=[second.id])
    ]
    page = stage.hers.get(reverse("meeting", args=[second.id])).content.decode()
    assert "you said that you cannot come" in page and "Leave this date out" in page


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Customized Time Zone", '"(UTC+01:00) Berlin"'])
def test_zones_of_windows_are_understood_also_over_a_change_of_the_clocks(stage, zone):
    series = chosen(stage.bo, stage.pair, zone="Europe/Berlin", days=3)
    sent = stage.letter()
    for number in (0, 3):
        date = Meeting.objects.filter(series=series).order_by("slot")[number]
        sent.which = f"RECURRENCE-ID;TZID={zone}:{date.slot:%Y%m%d}T160000"
        brings(sent.organizer, back.outlook(sent, "DECLINED"))
    assert len(stage.said()) == 2


def test_a_date_that_was_moved_is_known_by_the_day_that_the_rule_gave(stage):
    series = chosen(stage.bo, stage.pair)
    first = Meeting.objects.filter(series=series).order_by("slot")[0]
    was = first.starts_at
    meet.move(
        stage.bo.who,
        meeting_id=first.id,
        sequence=0,
        starts_at=was + timedelta(days=1, hours=1),
        minutes=60,
        mode=0,
        place="",
    )
    sent = stage.letter()
    sent.which = f"RECURRENCE-ID:{was:%Y%m%dT%H%M%SZ}"
    brings(sent.organizer, back.thunderbird(sent, "DECLINED"))
    assert stage.said() == [(first.slot, "no")]


def test_all_regular_meetings_at_once(stage):
    chosen(stage.bo, stage.pair)
    sent = stage.letter()
    brings(sent.organizer, back.apple(sent, "DECLINED"))
    page = stage.hers.get(reverse("series", args=[stage.pair.id])).content.decode()
    assert "you said that you cannot come" in page
    assert Series.objects.get().ended_at is None
    brings(sent.organizer, back.apple(later(sent, 1), "ACCEPTED"))
    page = stage.hers.get(reverse("series", args=[stage.pair.id])).content.decode()
    assert "you said that you will come" in page


def later(sent: Invited, seconds: int) -> Invited:
    moment = now() + timedelta(seconds=seconds)
    sent.stamp = f"{moment:%Y%m%dT%H%M%SZ}"
    return sent


def test_a_no_is_news_until_she_looks_or_says_yes(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    sent = stage.letter()

    def news() -> list[str]:
        return [notice.path for notice in outbox.news(stage.amina.who) if notice.kind == "calendar.no"]

    brings(sent.organizer, back.google(sent, "DECLINED"))
    assert news() == [reverse("meeting", args=[one.id])]
    brings(sent.organizer, back.google(later(sent, 5), "ACCEPTED"))
    assert news() == [] and stage.said() == [(None, "yes")]
    brings(sent.organizer, back.google(later(sent, 9), "DECLINED"))
    assert news() == [reverse("meeting", args=[one.id])]


def test_i_will_come_after_all_is_one_tap_and_nobody_elses(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    sent = stage.letter()
    brings(sent.organizer, back.google(sent, "DECLINED"))
    with walls.acting_with(stage.amina.who.token):
        path = reverse("calendar_answer_forget", args=[CalendarAnswer.objects.get().id])
    assert path in stage.hers.get(reverse("meeting", args=[one.id])).content.decode()
    assert stage.his.post(path).status_code == 404
    assert someone("Dara").browser().post(path).status_code == 404
    assert stage.said() == [(None, "no")]
    assert stage.hers.post(path).url == reverse("meeting", args=[one.id])
    assert stage.said() == [] and stage.hers.post(path).status_code == 404


def test_what_is_done_on_the_page_ends_the_note(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    sent = stage.letter()
    brings(sent.organizer, back.google(sent, "DECLINED"))
    meet.cancel(stage.amina.who, meeting_id=one.id)
    assert stage.said() == []
    # The same letter once more: it was about what is no more.
    brings(sent.organizer, back.google(sent, "DECLINED"))
    assert stage.said() == []


# What must not count


def refused(stage, raw: bytes, to: str, sender: str = "amina@example.org") -> None:
    """A letter does nothing, and whoever brought it does not hear so."""
    before, letters = stage.said(), len(stage.postman.letters)
    answer = brings(to, raw, sender=sender)
    assert (answer.status_code, answer.content) == (204, b"")
    assert stage.said() == before and len(stage.postman.letters) == letters


@pytest.fixture
def sent(stage) -> Invited:
    planned(stage.bo, stage.pair, hours=48)
    return stage.letter()


def test_a_second_delivery_and_a_late_one_do_nothing(stage, sent):
    old = Invited(sent.uid, sent.organizer, stamp=f"{now() - timedelta(minutes=5):%Y%m%dT%H%M%SZ}")
    brings(sent.organizer, back.google(sent, "ACCEPTED"))
    refused(stage, back.google(sent, "ACCEPTED"), sent.organizer)
    refused(stage, back.google(old, "DECLINED"), sent.organizer)
    one = Meeting.objects.get()
    meet.move(
        stage.bo.who,
        meeting_id=one.id,
        sequence=0,
        starts_at=one.starts_at + timedelta(hours=1),
        minutes=60,
        mode=0,
        place="",
    )
    refused(stage, back.google(later(sent, 5), "DECLINED"), sent.organizer)
    assert stage.said() == []
    again = stage.letter()
    brings(again.organizer, back.google(later(again, 9), "DECLINED"))
    assert stage.said() == [(None, "no")]


def test_after_it_has_begun_or_from_the_future_it_is_nothing(stage, sent):
    refused(stage, back.google(later(sent, 3 * 86400), "DECLINED"), sent.organizer)
    with travelled(timedelta(hours=49)):
        sent.stamp = ""
        refused(stage, back.google(sent, "DECLINED"), sent.organizer)


@pytest.mark.parametrize("who", ["bo@example.org", "stranger@example.org", "amina@example.org.evil.example"])
def test_a_forwarded_invitation_or_an_unknown_sender(stage, sent, who):
    theirs = Invited(sent.uid, sent.organizer, attendee=who)
    refused(stage, back.google(theirs, "DECLINED"), sent.organizer, sender=who)
    # From them, as if it were her answer; and from her, with somebody else's.
    hers = back.google(sent, "DECLINED")
    refused(
        stage, hers.replace(b"From: Amina <amina@example.org>", f"From: <{who}>".encode()), sent.organizer
    )
    refused(stage, hers.replace(b"mailto:amina", b"mailto:other"), sent.organizer)


def test_guessed_codes_and_a_code_for_another_thing(stage, sent):
    other = planned(stage.bo, stage.pair, hours=72)
    second = stage.letter()
    refused(stage, back.google(sent, "DECLINED"), second.organizer)
    sent.uid = str(other.id)
    refused(stage, back.google(sent, "DECLINED"), sent.organizer)
    for address in ("reply+" + "a" * 26 + "@" + back.DOMAIN, "reply+@" + back.DOMAIN, "reply@" + back.DOMAIN):
        refused(stage, back.google(second, "DECLINED"), address)
    refused(
        stage, back.google(second, "DECLINED"), second.organizer.replace(back.DOMAIN, "other.example.org")
    )


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-notified; owner=a",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "List-Id: <people.example.org>",
        "List-Unsubscribe: <https://example.org/>",
    ],
)
def test_machines_and_lists_are_not_heard(stage, sent, line):
    raw = back.thunderbird(sent, "DECLINED")
    refused(stage, line.encode() + b"\r\n" + raw, sent.organizer)


def test_our_own_letters_and_those_from_nobody_are_not_heard(stage, sent):
    raw = back.google(sent, "DECLINED")
    for sender in ("", "<>", "MAILER-DAEMON", "mailer-daemon@example.org", sent.organizer):
        refused(stage, raw, sent.organizer, sender=sender)
    ours = raw.replace(b"From: Amina <amina@example.org>", f"From: <{sent.organizer}>".encode())
    refused(stage, ours, sent.organizer)
    # A letter that we sent, in a circle: it asks and does not answer.
    refused(stage, stage.postman.letters[-1].content, sent.organizer)
    refused(stage, back.report(sent.organizer), sent.organizer)


def test_an_answer_inside_a_forwarded_letter_is_not_an_answer(stage, sent):
    inner = back.google(sent, "DECLINED")
    raw = (
        b"From: amina@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=O\r\n\r\n"
        b"--O\r\nContent-Type: text/plain\r\n\r\nlook\r\n--O\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--O--\r\n"
    )
    refused(stage, raw, sent.organizer)


NONSENSE = {
    "empty": lambda raw: b"",
    "no letter": lambda raw: bytes(range(256)) * 20,
    "cut": lambda raw: raw[: len(raw) // 2],
    "huge": lambda raw: raw + b"x" * 141_000,
    "two senders": lambda raw: b"From: other@example.org\r\n" + raw,
    "a charset that is none": lambda raw: raw.replace(b'charset="UTF-8"', b'charset="no-such-\xff"'),
    "another method": lambda raw: raw.replace(b"METHOD:REPLY", b"METHOD:COUNTER"),
    "delegated": lambda raw: raw.replace(b"PARTSTAT=DECLINED", b"PARTSTAT=DELEGATED"),
    "no stamp": lambda raw: re.sub(rb"DTSTAMP:[^\r]*\r\n", b"", raw),
    "a bad stamp": lambda raw: re.sub(rb"DTSTAMP:[^\r]*", b"DTSTAMP:yesterday", raw),
    "a bad number": lambda raw: raw.replace(b"SEQUENCE:0", b"SEQUENCE:-1"),
    "a huge number": lambda raw: raw.replace(b"SEQUENCE:0", b"SEQUENCE:99999999999999999999"),
    "many parts": lambda raw: raw.replace(b"--000alt\r\n", b"--000alt\r\n\r\n" * 200, 1),
    "a date of it": lambda raw: raw.replace(b"SEQUENCE:0", b"SEQUENCE:0\r\nRECURRENCE-ID:20261203T160000Z"),
    "several people": lambda raw: raw.replace(b"SEQUENCE:0", b"SEQUENCE:0\r\nATTENDEE:mailto:b@example.org"),
    "deep": lambda raw: deep(raw, 60),
    "very deep": lambda raw: deep(raw, 1500),
    "packed": lambda raw: raw.replace(
        b"Content-Type: text/calendar", b"Content-Type: application/gzip"
    ).replace(b"Content-Type: application/ics", b"Content-Type: application/zip"),
}


def deep(raw: bytes, levels: int) -> bytes:
    head = b"From: amina@example.org\r\nMIME-Version: 1.0\r\n"
    begins = b"".join(
        f"Content-Type: multipart/mixed; boundary=b{one}\r\n\r\n--b{one}\r\n".encode()
        for one in range(levels)
    )
    return head + begins + raw


@pytest.mark.parametrize("what", [name for name in NONSENSE if name != "a charset that is none"])
def test_nonsense_is_let_go(stage, sent, what):
    refused(stage, NONSENSE[what](back.google(sent, "DECLINED")), sent.organizer)


def test_a_charset_that_is_none_does_not_matter(stage, sent):
    brings(sent.organizer, NONSENSE["a charset that is none"](back.google(sent, "DECLINED")))
    assert stage.said() == [(None, "no")]


def test_a_time_zone_that_would_be_reckoned_for_hours_is_not_looked_at(stage):
    series = chosen(stage.bo, stage.pair)
    sent = stage.letter()
    first = Meeting.objects.filter(series=series).order_by("slot")[0]
    sent.which = f"RECURRENCE-ID;TZID=Europe/Berlin:{first.starts_at:%Y%m%dT%H%M%S}"
    bomb = (
        b"BEG\r\n IN;X=1:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"
        b"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    raw = back.thunderbird(sent, "DECLINED").replace(b"BEGIN:VEVENT", bomb + b"BEGIN:VEVENT")
    brings(sent.organizer, raw)
    assert stage.said() == [(first.slot, "no")], "by the name of the zone alone"


@pytest.mark.parametrize(
    "which", ["RECURRENCE-ID:{next_day}", "RECURRENCE-ID:19000101T000000Z", "RECURRENCE-ID:nonsense"]
)
def test_a_date_that_the_rule_does_not_give(stage, which):
    chosen(stage.bo, stage.pair)
    sent = stage.letter()
    first = Meeting.objects.order_by("slot")[0]
    next_day = f"{first.starts_at + timedelta(days=1):%Y%m%dT%H%M%SZ}"
    sent.which = which.format(next_day=next_day)
    refused(stage, back.google(sent, "DECLINED"), sent.organizer)
    sent.which = f"RECURRENCE-ID;RANGE=THISANDFUTURE:{first.starts_at:%Y%m%dT%H%M%SZ}"
    refused(stage, back.google(sent, "DECLINED"), sent.organizer)
    sent.which = f"RECURRENCE-ID:{first.starts_at:%Y%m%dT%H%M%SZ}"
    meet.cancel(stage.bo.who, meeting_id=first.id)
    refused(stage, back.google(sent, "DECLINED"), sent.organizer)


def test_when_a_pair_has_ended_or_it_is_switched_off_the_code_is_dead(stage, sent):
    stage.switch({**ON, "calendar_letters": ""})
    refused(stage, back.google(sent, "DECLINED"), sent.organizer)
    stage.switch(ON)
    again = stage.letter()
    assert again.organizer != sent.organizer, "a new code"
    refused(stage, back.google(again, "DECLINED"), sent.organizer)
    pairs.end(stage.bo.who, pair_id=stage.pair.id)
    refused(stage, back.google(later(again, 5), "DECLINED"), again.organizer)


def test_answers_are_limited(stage, sent):
    for number in range(30):
        brings(sent.organizer, back.google(later(sent, number), "ACCEPTED"))
    refused(stage, back.google(later(sent, 90), "DECLINED"), sent.organizer)


def test_nothing_of_a_letter_is_in_the_log(stage, sent, caplog):
    caplog.set_level(logging.DEBUG)
    raw = back.google(sent, "DECLINED").replace(b"mailto:amina", b"mailto:other")
    brings(sent.organizer, raw)
    brings(sent.organizer, b"From: amina@example.org\r\n\r\nsecret words")
    brings("reply+nothing@" + back.DOMAIN, raw)
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bothways"))
    assert "was let go" in said
    for secret in ("amina", "other", "secret", "reply", sent.uid, "DECLINED"):
        assert secret not in said


# The walls in the database


def test_a_job_sees_a_single_meeting_only_while_a_letter_about_it_waits(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    with walls.working():
        assert Meeting.objects.filter(id=one.id).exists()
    stage.letter()
    with walls.working():
        assert not Meeting.objects.filter(id=one.id).exists()


def test_nobody_leaves_a_notice_about_a_thing_but_the_database(stage):
    one = planned(stage.bo, stage.pair, hours=48)
    inside = [walls.acting_with(who.who.token) for who in (stage.bo, stage.amina)]
    for entering in (*inside, walls.working(), walls.at_the_door()):
        with entering, pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.create(
                person_id=stage.amina.id,
                kind="meeting.invitation",
                path="/",
                key="x",
                created_at=now(),
                object_id=one.id,
            )


def test_nobody_writes_an_answer_or_an_invitation_by_hand(stage, sent):
    with walls.working():
        invitation = Invitation.objects.get()
    answer = {
        "person_id": stage.amina.id,
        "invitation_id": invitation.id,
        "said": "no",
        "sequence": 0,
        "stamped": now(),
        "at": now(),
    }
    for entering in (
        walls.acting_with(stage.amina.who.token),
        walls.acting_with(stage.bo.who.token),
        walls.working(),
        walls.at_the_door(),
    ):
        with entering:
            with pytest.raises(DatabaseError), transaction.atomic():
                CalendarAnswer.objects.create(**answer)
            with pytest.raises(DatabaseError), transaction.atomic():
                Invitation.objects.create(
                    person_id=stage.amina.id,
                    meeting_id=invitation.meeting_id,
                    code_hash=bytes(32),
                    sequence=0,
                    shown_hash=bytes(32),
                    sent_at=now(),
                )


def test_the_questions_of_the_door_are_answered_at_the_door_alone(stage, sent):
    from django.db import connection

    code = bytes(Invitation.objects.get().code_hash)
    hers = Person.objects.get(id=stage.amina.id).email
    take = [code, hers, None, "no", 0, now(), "0 seconds"]
    for entering in (walls.acting_with(stage.amina.who.token), walls.visiting()):
        with entering, connection.cursor() as cursor:
            cursor.execute("SELECT thing FROM meet_thing_of_reply(%s, %s)", [code, hers])
            assert cursor.fetchone() in {None, (None,)}
            cursor.execute("SELECT meet_take_answer(%s, %s, %s, %s, %s, %s, %s::interval)", take)
            assert cursor.fetchone() == (False,)
    assert stage.said() == []
    with walls.at_the_door(), connection.cursor() as cursor:
        assert not Invitation.objects.exists(), "no list of them, there too"
        cursor.execute("SELECT thing FROM meet_thing_of_reply(%s, %s)", [code, hers])
        assert str(cursor.fetchone()[0]) == sent.uid


def test_codes_are_kept_as_hashes_and_go_when_it_is_over(stage, sent):
    code = sent.organizer.partition("+")[2].partition("@")[0]
    with walls.working():
        assert code.encode() not in bytes(Invitation.objects.get().code_hash)
        assert invitations.clear() == 0
        with travelled(timedelta(days=6)):
            assert invitations.clear() == 1


def test_she_reads_all_of_it_in_her_glass_box(stage, sent):
    brings(sent.organizer, back.google(sent, "DECLINED"))
    box = stage.hers.get(reverse("glass_box")).content.decode()
    assert "What you answered in your calendar" in box and "I cannot come" in box
    assert "Meetings sent for your calendar" in box and "Letter with a meeting for your calendar" in box
    assert "What you answered in your calendar" in stage.his.get(reverse("glass_box")).content.decode()
    assert "I cannot come" not in stage.his.get(reverse("glass_box")).content.decode()
