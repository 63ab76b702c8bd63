"""Pages of meetings, the journal and the calendar."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from bothways.core.asks import api as asks
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.core.walls import api as walls
from bothways.meet import access, by_text, calendar, calendar_answers, journal, selectors, services, when
from bothways.meet.forms import LineForm, MeetingForm, MoveForm
from bothways.meet.models import Meeting
from bothways.meet.where import where
from bothways.pair.api import Pair, live_pair, open_pair, partner_name
from bothways.people import api as people

WANTED = ("starts_at", "minutes", "mode", "place", "link")


@require_GET
@signed_in
def meetings(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    zone = when.zone_of(who.person_id)
    part = selectors.past(pair, request.GET.get("page", ""))
    about = {
        "pair": pair,
        "coming": selectors.all_shown(selectors.coming(pair), zone),
        "past": selectors.all_shown(part.object_list, zone),
        "part": part,
    }
    return render(request, "meet/meetings.html", about)


@require_http_methods(["GET", "POST"])
@signed_in
def meeting_new(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    zone = when.zone_of(who.person_id)
    if request.method != "POST":
        start = {"minutes": 60, "mode": 0}
        return _new_page(request, who, live_pair(who, pair_id), MeetingForm(initial=start, zone=zone))
    pair = open_pair(who, pair_id)
    form = MeetingForm(request.POST, zone=zone)
    if not form.is_valid():
        return _new_page(request, who, pair, form, status=422)
    wanted = {name: form.cleaned_data[name] for name in WANTED}
    try:
        made = services.plan(who, pair_id=pair_id, meeting_id=form.cleaned_data["once"], **wanted)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _new_page(request, who, pair, form, status=409)
    messages.success(request, _("Your meeting is planned. Your partner will see it."))
    return redirect("meeting", made.id)


def _new_page(
    request: HttpRequest, who: Acting, pair: Pair, form: MeetingForm, status: int = 200
) -> HttpResponse:
    about = {"pair": pair, "partner": partner_name(who, pair), "form": form}
    return render(request, "meet/meeting_new.html", about, status=status)


@require_GET
@signed_in
def meeting(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one, pair = access.open_meeting(who, meeting_id)
    seen(who, path=request.path)
    return _meeting_page(request, who, one, pair)


def _meeting_page(
    request: HttpRequest, who: Acting, one: Meeting, pair: Pair, refused: Refused | None = None
) -> HttpResponse:
    shown = selectors.whole(who, one, pair)
    may_say = (shown.can_change or shown.can_confirm) and not shown.i_said
    offered = may_say and people.can_answer_by_text(who)
    about = {
        "pair": pair,
        "partner": partner_name(who, pair),
        "meeting": shown,
        "by_text": offered,
        "answer": calendar_answers.about(who, one) if shown.can_change else None,
        "asked": offered and asks.standing(who, kind=services.ASK, object_id=one.id),
        "refused": refused.words if refused else "",
    }
    return render(request, "meet/meeting.html", about, status=409 if refused else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def meeting_change(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one, _pair = access.open_meeting(who, meeting_id)
    zone = when.zone_of(who.person_id)
    if request.method != "POST":
        return _change_page(request, who, one, MoveForm(initial=_as_it_is(who, one), zone=zone))
    typed = request.POST.copy()
    form = MoveForm(typed, initial={"minutes": one.minutes}, zone=zone)
    if not form.is_valid():
        return _change_page(request, who, one, form, status=422)
    wanted = {name: form.cleaned_data[name] for name in (*WANTED, "sequence")}
    try:
        services.move(who, meeting_id=meeting_id, **wanted)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        # What was typed stays; sent once more, it is meant for the meeting as it is now.
        typed["sequence"] = str(access.open_meeting(who, meeting_id)[0].sequence)
        return _change_page(request, who, one, form, status=409)
    messages.success(request, _("The meeting is changed. Your partner will see it."))
    return redirect("meeting", meeting_id)


def _as_it_is(who: Acting, one: Meeting) -> dict[str, Any]:
    local = one.starts_at.astimezone(when.zone_of(who.person_id))
    return {
        "day": local.date(),
        "time": local.time(),
        "which": str(local.fold),
        "minutes": one.minutes,
        "mode": one.mode,
        **asdict(where(who, one)),
        "sequence": one.sequence,
    }


def _change_page(
    request: HttpRequest, who: Acting, one: Meeting, form: MoveForm, status: int = 200
) -> HttpResponse:
    # As it is now, which may be later than what the form began with.
    now_planned, _pair = access.open_meeting(who, one.id)
    zone = when.zone_of(who.person_id)
    about = {"meeting": selectors.shown(now_planned, zone), "form": form}
    return render(request, "meet/meeting_change.html", about, status=status)


@require_POST
@signed_in
def meeting_cancel(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one, pair = access.open_meeting(who, meeting_id)
    try:
        services.cancel(who, meeting_id=meeting_id)
    except Refused as refused:
        return _meeting_page(request, who, one, pair, refused)
    messages.success(request, _("The meeting is cancelled. Your partner will see it."))
    return redirect("meeting", meeting_id)


@require_POST
@signed_in
def meeting_took_place(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    one, pair = access.open_meeting(who, meeting_id)
    try:
        services.say_it_took_place(who, meeting_id=meeting_id)
    except Refused as refused:
        return _meeting_page(request, who, one, pair, refused)
    messages.success(request, _("Thank you. You said that it took place."))
    return redirect("meeting", meeting_id)


@require_POST
@signed_in
def meeting_by_text(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    """I want to say by a text message from my phone that this meeting took place."""
    who = acting_of(request)
    one, pair = access.open_meeting(who, meeting_id)
    try:
        by_text.ask(who, meeting_id=one.id)
    except Refused as refused:
        return _meeting_page(request, who, one, pair, refused)
    messages.success(request, _("A message with a code is on its way to your phone."))
    return redirect("meeting", one.id)


@require_GET
@signed_in
def meeting_ics(request: HttpRequest, meeting_id: uuid.UUID) -> HttpResponse:
    one, pair = access.open_meeting(acting_of(request), meeting_id)
    response = _calendar_response(calendar.meeting_file(one, pair))
    response.headers["Content-Disposition"] = 'attachment; filename="bothways-meeting.ics"'
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def journal_page(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    if request.method != "POST":
        return _journal(request, who, pair, LineForm())
    form = LineForm(request.POST)
    if not form.is_valid():
        return _journal(request, who, pair, form, status=422)
    try:
        journal.write(
            who, pair_id=pair_id, words=form.cleaned_data["words"], line_id=form.cleaned_data["once"]
        )
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _journal(request, who, pair, form, status=409)
    messages.success(request, _("Your words are in the journal."))
    return redirect("journal", pair_id)


def _journal(
    request: HttpRequest, who: Acting, pair: Pair, form: LineForm, status: int = 200
) -> HttpResponse:
    lines, part = journal.page(who, pair, request.GET.get("page", ""))
    partner = partner_name(who, pair)
    about = {"pair": pair, "partner": partner, "form": form, "lines": lines, "part": part}
    return render(request, "meet/journal.html", about, status=status)


@require_POST
@signed_in
def journal_delete(request: HttpRequest, line_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    line = access.my_line(who, line_id)
    journal.delete(who, line_id=line_id)
    messages.success(request, _("Your words are deleted."))
    return redirect("journal", line.pair_id)


@require_http_methods(["GET", "POST"])
@signed_in
def my_calendar(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    if request.method != "POST":
        return _calendar_page(request, who)
    try:
        token = calendar.make_feed(who, instead_of=request.POST.get("instead_of", ""))
    except Refused as refused:
        return _calendar_page(request, who, refused=refused)
    # Shown in the answer itself: the token is kept nowhere that a redirect could take it from.
    return _calendar_page(request, who, link=f"{settings.SITE_URL}{reverse('feed', args=[token])}")


def _calendar_page(
    request: HttpRequest, who: Acting, link: str = "", refused: Refused | None = None
) -> HttpResponse:
    mine = calendar.my_feed(who)
    about = {
        "feed": mine,
        "mark": calendar.mark_of(mine),
        "made": when.spoken(mine.made_at, when.zone_of(who.person_id)) if mine else "",
        "link": link,
        "refused": refused.words if refused else "",
    }
    return render(request, "meet/calendar.html", about, status=409 if refused else 200)


@require_POST
@signed_in
def my_calendar_off(request: HttpRequest) -> HttpResponse:
    calendar.end_feed(acting_of(request))
    messages.success(request, _("The link is switched off. It opens nothing any more."))
    return redirect("calendar")


@require_POST
@signed_in
def calendar_answer_forget(request: HttpRequest, answer_id: int) -> HttpResponse:
    """I come after all, whatever I said in my calendar."""
    path = calendar_answers.forget(acting_of(request), answer_id)
    messages.success(request, _("All right. It is as if you had not answered."))
    return redirect(path)


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Public: the token is the key. Everything that is not a live token looks the same."""
    # Not the session's person, if there is one: whoever has the link reads as its owner.
    if not access.could_be_token(token):
        raise Http404
    with walls.opened_by("meet_enter_feed(%s)", token):
        return _calendar_response(calendar.feed_file(access.feed_of(token)))


def _calendar_response(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "no-store, private"
    return response
