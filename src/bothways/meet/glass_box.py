"""What this room holds about a person. Journal lines and places are texts, and core shows those."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.meet.models import (
    CalendarAnswer,
    Feed,
    Invitation,
    JournalLine,
    Meeting,
    Series,
    TookPlace,
)
from bothways.meet.spoken import ANSWERS, RHYTHMS
from bothways.pair.api import Pair
from bothways.programme.api import catalogue


def export(who: Acting) -> list[Section]:
    return [_series(who), _meetings(who), _journal(who), _feed(who), _invitations(who), _answers(who)]


def _series(who: Acting) -> Section:
    mine = Pair.objects.filter(halves__person_id=who.person_id)
    return Section(
        "series",
        _("Your regular meetings"),
        {
            "rhythm": _("How often"),
            "starts_on": _("First date"),
            "at": _("Time"),
            "zone": _("Time zone"),
            "minutes": _("Minutes"),
            "way": _("How you meet"),
            "set_by_me": _("Chosen by you"),
            "ended_at": _("Ended"),
        },
        [
            {
                "rhythm": str(RHYTHMS[one.rhythm]),
                "starts_on": one.starts_on,
                "at": one.at.strftime("%H:%M"),
                "zone": one.zone,
                "minutes": one.minutes,
                "way": str(catalogue.MODES[one.mode].words),
                "set_by_me": one.set_by == who.person_id,
                "ended_at": one.ended_at,
            }
            for one in Series.objects.filter(pair__in=mine).order_by("made_at", "id")
        ],
    )


def _meetings(who: Acting) -> Section:
    said = dict(TookPlace.objects.filter(person_id=who.person_id).values_list("meeting_id", "at"))
    mine = Pair.objects.filter(halves__person_id=who.person_id)
    return Section(
        "meetings",
        _("Your meetings"),
        {
            "starts_at": _("When"),
            "minutes": _("Minutes"),
            "way": _("How you meet"),
            "planned_by_me": _("Planned by you"),
            "cancelled": _("Cancelled"),
            "said_at": _("You said that it took place"),
        },
        [
            {
                "starts_at": meeting.starts_at,
                "minutes": meeting.minutes,
                "way": str(catalogue.MODES[meeting.mode].words),
                "planned_by_me": meeting.planned_by == who.person_id,
                "cancelled": not meeting.is_planned,
                "said_at": said.get(meeting.id),
            }
            for meeting in Meeting.objects.filter(pair__in=mine).order_by("starts_at", "id")
        ],
    )


def _journal(who: Acting) -> Section:
    lines = JournalLine.objects.filter(person_id=who.person_id).order_by("week", "number")
    return Section(
        "journal",
        _("Lines you wrote in a journal"),
        {"week": _("Week from")},
        [{"week": line.week} for line in lines],
    )


def _feed(who: Acting) -> Section:
    return Section(
        "calendar",
        _("The link for your calendar"),
        {"made_at": _("Made")},
        [{"made_at": feed.made_at} for feed in Feed.objects.filter(person_id=who.person_id)],
    )


def _invitations(who: Acting) -> Section:
    rows = Invitation.objects.filter(person_id=who.person_id).order_by("-sent_at", "id")
    return Section(
        "invitations",
        _("Meetings sent for your calendar"),
        {"sent_at": _("Sent last"), "regular": _("Regular meetings")},
        [{"sent_at": one.sent_at, "regular": one.series_id is not None} for one in rows],
    )


def _answers(who: Acting) -> Section:
    rows = CalendarAnswer.objects.filter(person_id=who.person_id).order_by("-at", "id")
    return Section(
        "calendar_answers",
        _("What you answered in your calendar"),
        {"at": _("When"), "said": _("Your answer"), "day": _("Date of your regular meetings")},
        [{"at": one.at, "said": str(ANSWERS[one.said]), "day": one.slot} for one in rows],
    )


def erase(person_id: uuid.UUID) -> None:
    CalendarAnswer.objects.filter(person_id=person_id).delete()
    Invitation.objects.filter(person_id=person_id).delete()
    Feed.objects.filter(person_id=person_id).delete()
    JournalLine.objects.filter(person_id=person_id).delete()
    TookPlace.objects.filter(person_id=person_id).delete()
    # The meetings themselves stay without people, for the counts.
    for rows in (Meeting.objects, Series.objects):
        rows.filter(place_by=person_id).update(place_text=None, place_by=None)
        rows.filter(link_by=person_id).update(link_text=None, link_by=None)
    Meeting.objects.filter(planned_by=person_id).update(planned_by=None)
    Series.objects.filter(set_by=person_id).update(set_by=None)


register("meet", exporter=export, eraser=erase)
