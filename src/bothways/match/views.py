from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.asks import api as asks
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.enrol import api as enrol
from bothways.match import access, selectors, services, words
from bothways.match import by_text as by_text_
from bothways.match import rounds as rounds_
from bothways.match.forms import AnswerForm
from bothways.match.models import Proposal, Round
from bothways.people import api as people
from bothways.programme import api as programme

# What htmx takes for "this is the last answer, stop asking".
STOP_POLLING = 286


@require_http_methods(["GET", "POST"])
@signed_in
def rounds(request: HttpRequest, slug: str) -> HttpResponse:
    """For coordinators: start a round, and how the earlier ones went."""
    who = acting_of(request)
    one, _role = programme.require_coordinator(who, slug)
    refused, status = None, 200
    if request.method == "POST":
        try:
            return redirect("round", rounds_.start_round(who, programme_id=one.id).id)
        except Refused as error:
            refused, status = error.words, 409
    about = {
        "programme": one,
        "rounds": selectors.rounds_of(one),
        "looks": selectors.looks_of(one),
        "refused": refused,
    }
    return render(request, "match/rounds.html", about, status=status)


@require_GET
@signed_in
def round_(request: HttpRequest, round_id: uuid.UUID) -> HttpResponse:
    """For coordinators: how one round goes. Asked again every two seconds while it is under way."""
    who = acting_of(request)
    one = access.coordinated_round(who, round_id)
    outbox.seen(who, path=request.path)
    if request.headers.get("HX-Request") == "true":
        status = 200 if one.under_way else STOP_POLLING
        return render(request, "match/parts/progress.html", _of_round(one), status=status)
    return render(request, "match/round.html", _of_round(one))


@require_http_methods(["GET", "POST"])
@signed_in
def stop(request: HttpRequest, round_id: uuid.UUID) -> HttpResponse:
    """For coordinators: stop a round before it proposes anything. The page says first what that means."""
    who = acting_of(request)
    one = access.coordinated_round(who, round_id)
    if request.method == "GET":
        return render(request, "match/stop.html", _of_round(one))
    try:
        rounds_.stop_round(who, round_id=one.id)
    except Refused as refused:
        one.refresh_from_db()
        return render(request, "match/round.html", _of_round(one) | {"refused": refused.words}, status=409)
    messages.success(request, _("The round is stopped. Nobody was told anything."))
    return redirect("round", one.id)


@require_http_methods(["GET", "POST"])
@signed_in
def proposal(request: HttpRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """A proposal to me: why, until when, and my answer."""
    who = acting_of(request)
    found = access.my_proposal(who, proposal_id)
    if request.method == "GET":
        outbox.seen(who, path=request.path)
        return _proposal_page(request, who, found, AnswerForm())
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _proposal_page(request, who, found, form, status=422)
    try:
        answered = services.answer(who, proposal_id=found.id, yes=form.yes)
    except Refused as refused:
        found.refresh_from_db()
        form.add_error(None, str(refused.words))
        return _proposal_page(request, who, found, form, status=409)
    return _after(request, answered)


@require_POST
@signed_in
def proposal_by_text(request: HttpRequest, proposal_id: uuid.UUID) -> HttpResponse:
    """I want to answer this proposal later, by a text message from my phone."""
    who = acting_of(request)
    found = access.my_proposal(who, proposal_id)
    try:
        by_text_.ask(who, proposal_id=found.id)
    except Refused as refused:
        found.refresh_from_db()
        return _proposal_page(request, who, found, AnswerForm(), refused=refused, status=409)
    messages.success(request, _("A message with a code is on its way to your phone."))
    return redirect("proposal", found.id)


@require_GET
@signed_in
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """For a member: the open proposals in this programme, else why there is none and what would help."""
    who = acting_of(request)
    mine = next((one for one in selectors.standing(who) if one.enrolment.programme.slug == slug), None)
    if mine is None:
        raise Http404
    left_over = mine.left_over
    about = {
        "programme": mine.enrolment.programme,
        "enrolment": mine.enrolment,
        "proposals": mine.proposals,
        "lacks": [item.words for item in enrol.lacking(mine.enrolment)],
        "reason": words.explain_left_over(left_over.reason) if left_over else "",
        "hints": [words.explain_hint(hint) for hint in left_over.hints] if left_over else [],
    }
    return render(request, "match/waiting.html", about)


def _of_round(one: Round) -> dict[str, object]:
    return {
        "round": one,
        "programme": one.programme,
        "stage": words.STAGES.get(one.stage, ""),
        "fault": words.FAULTS.get(one.fault, ""),
        "proof": words.explain_proof(one),
    }


def _proposal_page(
    request: HttpRequest,
    who: Acting,
    found: Proposal,
    form: AnswerForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    is_open = selectors.is_open(found)
    by_text = is_open and people.can_answer_by_text(who)
    about = {
        "proposal": found,
        "programme": programme.by_id(found.programme_id),
        "is_open": is_open,
        "made": found.state == Proposal.State.MADE,
        "said_yes": is_open and selectors.said_yes(who, found),
        "reasons": words.explain_reasons(found.reasons),
        "form": form,
        "refused": refused.words if refused else "",
        "by_text": by_text,
        "asked": by_text and asks.standing(who, kind=services.ASK, object_id=found.id),
    }
    return render(request, "match/proposal.html", about, status=status)


def _after(request: HttpRequest, answered: Proposal) -> HttpResponse:
    if answered.state == Proposal.State.MADE:
        messages.success(request, _("You both said yes. You are a pair now!"))
        return redirect("home")
    if answered.state == Proposal.State.CLOSED:
        messages.success(request, _("The proposal is closed. Nobody sees that it was you."))
        return redirect("home")
    messages.success(request, _("You said yes. Now the other person has time to answer."))
    return redirect("proposal", answered.id)
