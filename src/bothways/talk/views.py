"""Pages of the conversation of a pair."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox.api import seen
from bothways.core.pages.api import OnceField, signed_in, tried
from bothways.pair.api import Pair, open_pair, partner_name
from bothways.people.api import Person, texts_are_sent, zone_of
from bothways.talk import access, by_text, phrases, selectors, services
from bothways.talk.forms import MessageForm
from bothways.talk.printed import printed_letter


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation, as one of its two has it before them."""

    who: Acting
    pair: Pair
    agreed: by_text.Agreed


@require_http_methods(["GET", "POST"])
@signed_in
def messages_page(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    pair = open_pair(who, pair_id)
    talk = _Talk(who, pair, by_text.agreed(who, pair))
    if request.method != "POST":
        return _looked_at(request, talk)
    if "add" in request.POST or "beside" in request.POST:
        return _page(request, talk, _with_phrase(request.POST, talk), phrases_open=True)
    form = MessageForm(request.POST, by_text=talk.agreed.mine_go)
    status = tried(form, lambda: _send(talk, form))
    if status != 302:
        return _page(request, talk, form, status=status)
    messages.success(request, _("Your message is sent."))
    return redirect("messages", pair_id)


def _send(talk: _Talk, form: MessageForm) -> None:
    typed = form.cleaned_data
    services.send(
        talk.who,
        pair_id=talk.pair.id,
        words=typed["words"],
        message_id=typed["once"],
        only_here=typed.get("only_here", False),
    )


def _looked_at(request: HttpRequest, talk: _Talk) -> HttpResponse:
    response = _page(request, talk, MessageForm(by_text=talk.agreed.mine_go))
    if request.GET.get("page", "1") == "1":
        newest = selectors.newest_of_partner(talk.who, talk.pair)
        if newest is not None:
            services.came_to(talk.who, pair_id=talk.pair.id, up_to=newest)
        seen(talk.who, path=request.path)
    return response


def _with_phrase(typed: QueryDict, talk: _Talk) -> MessageForm:
    """The form as it was typed, and the phrase that was tapped on a line of its own at the end."""
    words = typed.get("words", "").replace("\r\n", "\n")
    phrase = phrases.PHRASES.get(typed.get("add", ""))
    if phrase is not None:
        lines = [*([words.rstrip()] if words.strip() else []), phrase.in_language(get_language() or "en")]
        words = "\n".join(lines)
    once = OnceField().clean(typed.get("once"))
    begun = {"words": words, "once": once, "only_here": "only_here" in typed}
    return MessageForm(initial=begun, by_text=talk.agreed.mine_go)


def _page(
    request: HttpRequest, talk: _Talk, form: MessageForm, status: int = 200, phrases_open: bool = False
) -> HttpResponse:
    zone = zone_of(cast(Person, request.user))
    shown, part = selectors.page(talk.who, talk.pair, request.GET.get("page", ""), zone)
    language = get_language() or "en"
    others = phrases.others(language)
    beside = _beside(request, [code for code, _name in others])
    about = {
        "pair": talk.pair,
        "partner": partner_name(talk.who, talk.pair),
        "form": form,
        "shown": shown,
        "part": part,
        "sections": phrases.list_beside(language, beside),
        "others": others,
        "beside": beside,
        "phrases_open": phrases_open,
        "agreed": talk.agreed,
        "texts": texts_are_sent() and not talk.pair.is_ended,
    }
    return render(request, "talk/messages.html", about, status=status)


def _beside(request: HttpRequest, codes: list[str]) -> str:
    """The language beside one's own in the list of phrases: as tapped last, else the first there is."""
    wanted = [request.POST.get("beside", ""), request.POST.get("with", "")]
    return next((code for code in wanted if code in codes), codes[0])


@require_POST
@signed_in
def messages_by_text(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """A wish, a yes, or either taken back: messages on the phone of one of the two."""
    who = acting_of(request)
    said = {
        "wish": (partial(by_text.wish, who), _("Your partner is asked.")),
        "allow": (
            partial(by_text.allow, who),
            _("What you write from now on goes to your partner's phone too."),
        ),
        "no_wish": (
            partial(by_text.take_back, who, reads=True),
            _("No messages of your partner come to your phone."),
        ),
        "no_more": (partial(by_text.take_back, who, reads=False), _("What you write stays here.")),
    }
    if request.POST.get("say") not in said:
        raise Http404
    do, done = said[request.POST["say"]]
    try:
        do(pair_id=pair_id)
    except Refused as refused:
        messages.error(request, str(refused.words))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('messages', args=[pair_id])}#by-text")


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
