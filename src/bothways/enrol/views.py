"""Pages of one person's own enrolment. Nobody else has a view over it, coordinators included."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.enrol import access, pages, services
from bothways.enrol.form_consent import ConsentForm
from bothways.enrol.form_languages import LanguagesForm
from bothways.enrol.form_times import TimesForm
from bothways.enrol.forms import (
    CheckForm,
    InterestsForm,
    NameForm,
    NeedsForm,
    PartnersForm,
    PlaceForm,
    SideForm,
    StepForm,
    WaysForm,
)
from bothways.enrol.models import Enrolment
from bothways.people import api as people
from bothways.programme import api as programmes

DRAFT = Enrolment.State.DRAFT
FORMS: dict[str, type[StepForm]] = {
    "side": SideForm,
    "place": PlaceForm,
    "languages": LanguagesForm,
    "times": TimesForm,
    "ways": WaysForm,
    "interests": InterestsForm,
    "needs": NeedsForm,
    "partners": PartnersForm,
    "consent": ConsentForm,
    "check": CheckForm,
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin, or go on where I stopped."""
    who = acting_of(request)
    enrolment = access.mine_if_any(who, slug)
    if enrolment and enrolment.state != DRAFT:
        return redirect("enrolment", slug)
    nameless = not people.my_name(who)
    if enrolment and not nameless:
        return redirect("enrol_step", slug, pages.where_i_stopped(enrolment))
    programme = enrolment.programme if enrolment else programmes.open_programme(slug)
    form = NameForm(request.POST if request.method == "POST" else None) if nameless else None
    context = {"programme": programme, "form": form, "sides": programmes.sides(programme.pk)}
    if request.method != "POST":
        return render(request, "enrol/join.html", context)
    if form and not form.is_valid():
        return render(request, "enrol/join.html", context, status=422)
    try:
        if form:
            people.set_name(who, name=form.cleaned_data["name"])
        enrolment = services.start(who, programme=programme)
    except Refused as refused:
        return _refused(request, "enrol/join.html", context, refused)
    return redirect("enrol_step", slug, pages.where_i_stopped(enrolment))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    """One question: show it, or keep the answer and go on."""
    who = acting_of(request)
    enrolment = access.mine(who, slug)
    place = pages.place_of(enrolment, step)
    if place is None:
        raise Http404
    if step == "check" and enrolment.state != DRAFT:
        return redirect("enrolment", slug)
    form = FORMS[step](enrolment, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _step_page(request, form, place)
    going_back = request.POST.get("go") == "back"
    if not form.is_valid() and not going_back:
        return _step_page(request, form, place, status=422)
    try:
        _keep(who, enrolment, form, going_back)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _step_page(request, form, place, status=409)
    return redirect(_next(request, enrolment, place))


def _keep(who: Acting, enrolment: Enrolment, form: StepForm, going_back: bool) -> None:
    if isinstance(form, ConsentForm):
        try:
            services.consent(who, enrolment_id=enrolment.pk, answers=form.said(), read=form.read())
        except Refused:
            form.unanswer_new_texts()
            raise
    elif not isinstance(form, CheckForm):
        services.save(who, enrolment_id=enrolment.pk, **form.answers())
    elif not going_back:
        services.send(who, enrolment_id=enrolment.pk)


def _next(request: HttpRequest, enrolment: Enrolment, place: pages.Place) -> str:
    slug = enrolment.programme.slug
    check = reverse("enrol_step", args=[slug, "check"])
    here = reverse("enrol_step", args=[slug, place.step.key])
    to_check = request.GET.get("then") == "check"
    here += "?then=check" if to_check else ""
    if request.POST.get("quick"):
        return here
    if request.POST.get("add") in {"speak", "learn"}:
        return f"{here}#{request.POST['add']}"
    if enrolment.state != DRAFT:
        messages.success(request, _("Saved."))
        return reverse("enrolment", args=[slug])
    if to_check:
        return check
    towards = place.before if request.POST.get("go") == "back" else place.after
    return reverse("enrol_step", args=[slug, towards]) if towards else reverse("enrolment", args=[slug])


def _step_page(request: HttpRequest, form: StepForm, place: pages.Place, status: int = 200) -> HttpResponse:
    enrolment = form.enrolment
    context: dict[str, Any] = {
        "form": form,
        "place": place,
        "enrolment": enrolment,
        "draft": enrolment.state == DRAFT,
    }
    if isinstance(form, CheckForm):
        context |= pages.overview(enrolment)
    return render(request, form.template, context, status=status)


@signed_in
@require_safe
def mine(request: HttpRequest, slug: str) -> HttpResponse:
    """What I said, what happens next, and every button that I have."""
    who = acting_of(request)
    enrolment = access.mine(who, slug)
    if enrolment.state == DRAFT:
        return redirect("enrol", slug)
    outbox.seen(who, path=reverse("enrolment", args=[slug]))
    return render(request, "enrol/mine.html", pages.overview(enrolment))


@signed_in
@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = access.mine(acting_of(request), slug)
    return _press(request, enrolment, services.confirm, _("You are a member now."))


@signed_in
@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = access.mine(acting_of(request), slug)
    return _press(request, enrolment, services.pause, _("You paused. Nobody is proposed to you."))


@signed_in
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    enrolment = access.mine(acting_of(request), slug)
    return _press(request, enrolment, services.resume, _("Welcome back. You can be proposed again."))


def _press(request: HttpRequest, enrolment: Enrolment, service: Any, done: str) -> HttpResponse:
    try:
        service(acting_of(request), enrolment_id=enrolment.pk)
    except Refused as refused:
        return _refused(request, "enrol/mine.html", pages.overview(enrolment), refused)
    messages.success(request, done)
    return redirect("enrolment", enrolment.programme.slug)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """One page, one button, no reason."""
    who = acting_of(request)
    if request.method != "POST":
        return render(request, "enrol/withdraw.html", {"programme": access.mine(who, slug).programme})
    enrolment = access.mine_if_any(who, slug)
    if enrolment:
        services.withdraw(who, enrolment_id=enrolment.pk)
    # The same answer when it was done already: the button may be pressed twice.
    messages.success(request, _("You are not in this programme any more. Your answers are deleted."))
    return redirect("home")


def _refused(request: HttpRequest, template: str, context: dict[str, Any], refused: Refused) -> HttpResponse:
    return render(request, template, {**context, "refused": refused.words}, status=409)
