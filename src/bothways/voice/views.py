"""The page with the four questions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.programme.api import public_programme
from bothways.voice import services
from bothways.voice.forms import QuestionsForm
from bothways.voice.selectors import waiting_in
from bothways.voice.tiles import last_day


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions, while they wait for me; otherwise one sentence, the same for everybody."""
    who = acting_of(request)
    programme, _staff = public_programme(who, slug)
    waits = waiting_in(programme.id)
    form = QuestionsForm(request.POST if request.method == "POST" else None)
    about = {"programme": programme, "form": form, "until": last_day(waits, programme) if waits else ""}
    if waits is None:
        return render(request, "voice/questions.html", about, status=409 if form.is_bound else 200)
    if not form.is_bound:
        return render(request, "voice/questions.html", about)
    if not form.is_valid():
        return render(request, "voice/questions.html", about, status=422)
    try:
        services.give(who, sums_id=waits.sums_id, answers=form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return render(request, "voice/questions.html", about, status=409)
    messages.success(request, _("Thank you. Your answers are added to those of the others."))
    return redirect("home")


@signed_in
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the questions for this half-year. Twice is once."""
    who = acting_of(request)
    programme, _staff = public_programme(who, slug)
    waits = waiting_in(programme.id)
    if waits is not None:
        services.close(who, sums_id=waits.sums_id)
    messages.success(request, _("Closed. Nobody asks you again in this half-year."))
    return redirect("home")
