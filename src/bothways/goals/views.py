"""Pages of somebody's own next steps, and of those that a pair shares."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.goals import access, selectors, services
from bothways.goals.forms import GoalForm
from bothways.pair.api import open_pair, partner_name


@require_http_methods(["GET", "POST"])
@signed_in
def goals(request: HttpRequest) -> HttpResponse:
    who = acting_of(request)
    partners = selectors.partners(who)
    if request.method != "POST":
        return _list(request, who, partners, GoalForm(partners=partners))
    form = GoalForm(request.POST, partners=partners)
    if not form.is_valid():
        return _list(request, who, partners, form, 422)
    typed = form.cleaned_data
    try:
        services.add(who, words=typed["words"], pair_id=typed["pair"], goal_id=typed["once"])
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _list(request, who, partners, form, 409)
    messages.success(request, _("The next step is written down."))
    return redirect("goals")


def _list(
    request: HttpRequest, who: Acting, partners: list[Any], form: GoalForm, status: int = 200
) -> HttpResponse:
    about = {"form": form, "shown": selectors.mine(who, dict(partners))}
    return render(request, "goals/goals.html", about, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def goal_change(request: HttpRequest, goal_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    goal = access.my_goal(who, goal_id)
    partners = selectors.partners(who)
    if request.method != "POST":
        words, pair_id = selectors.one(who, goal)
        form = GoalForm(initial={"words": words, "pair": pair_id}, partners=partners)
        return render(request, "goals/change.html", {"form": form, "goal": goal})
    form = GoalForm(request.POST, partners=partners)
    if not form.is_valid():
        return render(request, "goals/change.html", {"form": form, "goal": goal}, status=422)
    try:
        services.change(
            who, goal_id=goal_id, words=form.cleaned_data["words"], pair_id=form.cleaned_data["pair"]
        )
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return render(request, "goals/change.html", {"form": form, "goal": goal}, status=409)
    messages.success(request, _("The next step is changed."))
    return redirect("goals")


@require_POST
@signed_in
def goal_done(request: HttpRequest, goal_id: uuid.UUID) -> HttpResponse:
    services.tick(acting_of(request), goal_id=goal_id, done=request.POST.get("done") == "yes")
    return redirect("goals")


@require_POST
@signed_in
def goal_delete(request: HttpRequest, goal_id: uuid.UUID) -> HttpResponse:
    services.delete(acting_of(request), goal_id=goal_id)
    messages.success(request, _("The next step is deleted."))
    return redirect("goals")


@require_GET
@signed_in
def pair_goals(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    about = {"pair": pair, "partner": partner_name(who, pair), "shown": selectors.of_pair(who, pair)}
    seen(who, path=request.path)
    return render(request, "goals/of_pair.html", about)
