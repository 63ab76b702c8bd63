"""Pages of the conversation of a pair."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import OnceField, signed_in
from bothways.pair.api import Pair, open_pair, partner_name
from bothways.talk import access, phrases, selectors, services
from bothways.talk.forms import MessageForm
from bothways.talk.printed import printed_letter


@require_http_methods(["GET", "POST"])
@signed_in
def messages_page(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    if request.method != "POST":
        return _looked_at(request, who, pair)
    if "add" in request.POST or "beside" in request.POST:
        return _page(request, who, pair, _with_phrase(request.POST), phrases_open=True)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, who, pair, form, status=422)
    try:
        services.send(
            who, pair_id=pair_id, words=form.cleaned_data["words"], message_id=form.cleaned_data["once"]
        )
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _page(request, who, pair, form, status=409)
    messages.success(request, _("Your message is sent."))
    return redirect("messages", pair_id)


def _looked_at(request: HttpRequest, who: Acting, pair: Pair) -> HttpResponse:
    response = _page(request, who, pair, MessageForm())
    if request.GET.get("page", "1") == "1":
        newest = selectors.newest_of_partner(who, pair)
        if newest is not None:
            services.came_to(who, pair_id=pair.id, up_to=newest)
        seen(who, path=request.path)
    return response


def _with_phrase(typed: QueryDict) -> MessageForm:
    """The form as it was typed, and the phrase that was tapped on a line of its own at the end."""
    words = typed.get("words", "").replace("\r\n", "\n")
    phrase = phrases.PHRASES.get(typed.get("add", ""))
    if phrase is not None:
        lines = [*([words.rstrip()] if words.strip() else []), phrase.in_language(get_language() or "en")]
        words = "\n".join(lines)
    return MessageForm(initial={"words": words, "once": OnceField().clean(typed.get("once"))})


def _page(
    request: HttpRequest,
    who: Acting,
    pair: Pair,
    form: MessageForm,
    status: int = 200,
    phrases_open: bool = False,
) -> HttpResponse:
    shown, part = selectors.page(who, pair, request.GET.get("page", ""))
    language = get_language() or "en"
    others = phrases.others(language)
    beside = _beside(request, [code for code, _name in others])
    about = {
        "pair": pair,
        "partner": partner_name(who, pair),
        "form": form,
        "shown": shown,
        "part": part,
        "sections": phrases.list_beside(language, beside),
        "others": others,
        "beside": beside,
        "phrases_open": phrases_open,
    }
    return render(request, "talk/messages.html", about, status=status)


def _beside(request: HttpRequest, codes: list[str]) -> str:
    """The language beside one's own in the list of phrases: as tapped last, else the first there is."""
    wanted = [request.POST.get("beside", ""), request.POST.get("with", "")]
    return next((code for code in wanted if code in codes), codes[0])


@require_POST
@signed_in
def message_delete(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    message = access.my_message(who, message_id)
    services.delete(who, message_id=message_id)
    messages.success(request, _("Your message is deleted."))
    return redirect("messages", message.pair_id)


@require_GET
@signed_in
def letter(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message on paper, for a partner who reads no screens."""
    who = acting_of(request)
    message, pair = access.our_message(who, message_id)
    response = HttpResponse(printed_letter(who, message, pair), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="letter.pdf"'
    return response
