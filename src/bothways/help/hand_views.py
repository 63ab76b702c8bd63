"""Pages of hands."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import signed_in
from bothways.help import access, hand_reading, hands
from bothways.help.hand_forms import HandForm, LikesForm, ReachForm
from bothways.help.hand_models import HandAsk
from bothways.help.views import partners_of
from bothways.programme import api as programmes
from bothways.programme.api import Programme


@require_GET
@signed_in
def hands_page(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.my_programme(who, slug)
    seen(who, path=request.path)
    return _list_page(
        request, who, programme, LikesForm(initial={"kinds": hand_reading.likes(who, programme.id)})
    )


def _list_page(
    request: HttpRequest, who: Acting, programme: Programme, form: LikesForm, status: int = 200
) -> HttpResponse:
    about = {
        "programme": programme,
        "form": form,
        "mine": hand_reading.mine(who, programme.id),
        "asked": hand_reading.asked_of_me(who, programme.id),
    }
    return render(request, "help/hands.html", about, status=status)


@require_POST
@signed_in
def hands_like(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.my_programme(who, slug)
    form = LikesForm(request.POST)
    if not form.is_valid():
        return _list_page(request, who, programme, form, status=422)
    hands.set_likes(who, programme_id=programme.id, kinds=set(form.cleaned_data["kinds"]))
    messages.success(request, _("It is noted."))
    return redirect("hands", slug)


@require_http_methods(["GET", "POST"])
@signed_in
def hand_new(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    programme = access.my_programme(who, slug)
    data = request.POST if request.method == "POST" else None
    form = HandForm(data, partners=partners_of(who, programme), programme_id=programme.id)
    about = {"programme": programme, "form": form}
    if data is None:
        return render(request, "help/hand_new.html", about)
    if not form.is_valid():
        return render(request, "help/hand_new.html", about, status=422)
    given = form.cleaned_data
    try:
        made = hands.ask(
            who,
            programme_id=programme.id,
            kind=given["kind"],
            day=given["day"],
            hours=given["hours"],
            area_id=given["area"],
            pair_id=form.pair_id,
            ask_id=given["once"],
        )
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return render(request, "help/hand_new.html", about, status=409)
    messages.success(request, _("You have asked."))
    return redirect("hand", made.id)


@require_GET
@signed_in
def hand(request: HttpRequest, ask_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    asked = hands.open_ask(who, ask_id)
    seen(who, path=request.path)
    return _page(request, who, asked, ReachForm())


def _page(
    request: HttpRequest,
    who: Acting,
    asked: HandAsk,
    form: ReachForm,
    *,
    status: int = 200,
    refused: Refused | None = None,
    to: uuid.UUID | None = None,
) -> HttpResponse:
    """One ask. `form` is what was sent, when it has to be mended, for the yes `to`."""
    page = hand_reading.page(who, asked)
    about = {
        "page": page,
        # One form for each, with names of its own for its fields.
        "waiting": [
            (yes_id, form if yes_id == to else ReachForm(auto_id=f"{yes_id}_%s")) for yes_id in page.waiting
        ],
        "programme": programmes.by_id(asked.programme_id),
        "form": form,
        "refused": refused.words if refused else "",
    }
    return render(request, "help/hand.html", about, status=409 if refused else status)


@require_POST
@signed_in
def hand_widen(request: HttpRequest, ask_id: uuid.UUID) -> HttpResponse:
    hands.widen(acting_of(request), ask_id=ask_id)
    messages.success(request, _("Members who like such work are asked now."))
    return redirect("hand", ask_id)


@require_POST
@signed_in
def hand_take_back(request: HttpRequest, ask_id: uuid.UUID) -> HttpResponse:
    gone = hands.take_back(acting_of(request), ask_id=ask_id)
    messages.success(request, _("You took it back. It is deleted."))
    return redirect("hands", programmes.by_id(gone.programme_id).slug)


@require_POST
@signed_in
def hand_yes(request: HttpRequest, ask_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    asked = hands.open_ask(who, ask_id)
    form = ReachForm(request.POST)
    if not form.is_valid():
        return _page(request, who, asked, form, status=422)
    try:
        hands.offer(who, ask_id=ask_id, words=form.cleaned_data["words"])
    except Refused as refused:
        return _page(request, who, asked, form, refused=refused)
    messages.success(request, _("You said yes. Your name stays closed until the other says yes too."))
    return redirect("hand", ask_id)


@require_POST
@signed_in
def hand_accept(request: HttpRequest, ask_id: uuid.UUID, yes_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    asked = hands.my_ask(who, ask_id)
    form = ReachForm(request.POST)
    if not form.is_valid():
        return _page(request, who, asked, form, status=422, to=yes_id)
    try:
        hands.accept(who, ask_id=ask_id, yes_id=yes_id, words=form.cleaned_data["words"])
    except Refused as refused:
        return _page(request, who, asked, form, refused=refused, to=yes_id)
    messages.success(request, _("You have both said yes."))
    return redirect("hand", ask_id)


@require_POST
@signed_in
def hand_off(request: HttpRequest, yes_id: uuid.UUID) -> HttpResponse:
    asked = hands.call_off(acting_of(request), yes_id=yes_id)
    messages.success(request, _("It is called off."))
    return redirect("hands", programmes.by_id(asked.programme_id).slug)
