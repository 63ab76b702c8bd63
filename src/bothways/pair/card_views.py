"""The pages of a pair's card: read and sign it, change it, print it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.pair import cards, selectors
from bothways.pair.access import ENDED, live_pair, open_pair
from bothways.pair.forms import CardForm, VersionForm
from bothways.pair.models import Pair
from bothways.pair.printed import printed_card


@signed_in
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """The card in words; a POST signs the version that was on the page."""
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "POST":
        return _sign(request, who, found)
    outbox.seen(who, path=request.path)
    return redirect("pair", pair_id) if found.is_ended else _card(request, who, found)


def _card(
    request: HttpRequest, who: Acting, found: Pair, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    state = selectors.card_state(who, found)
    wanted = [version for version in (state.newest, state.agreed) if version is not None]
    pages = selectors.card_pages(who, found, wanted)
    context = {
        "pair": found,
        "name": selectors.partner_name(who, found),
        "card": pages[0] if pages else None,
        "agreed": pages[1] if len(pages) > 1 else None,
        "refused": refused,
    }
    return render(request, "pair/card.html", context, status=status)


def _sign(request: HttpRequest, who: Acting, found: Pair) -> HttpResponse:
    form = VersionForm(request.POST)
    if found.is_ended:
        raise Refused(ENDED)
    if not form.is_valid():
        return _card(request, who, found, Refused(_("Please read the card, then sign it.")), status=422)
    try:
        signed = cards.sign(who, pair_id=found.pk, version=form.cleaned_data["version"])
    except Refused as refused:
        if open_pair(who, found.pk).is_ended:
            raise
        return _card(request, who, found, refused, status=409)
    if signed.signatures.count() == 2:
        messages.success(request, _("You have both signed. This is your card."))
    else:
        messages.success(request, _("You have signed. Your partner signs next."))
    return redirect("card", found.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def card_change(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    who = acting_of(request)
    found = open_pair(who, pair_id)
    if request.method == "GET":
        if found.is_ended:
            return redirect("pair", pair_id)
        return _card_form(request, who, found, CardForm(initial=_first_values(who, found)))
    form = CardForm(request.POST)
    if not form.is_valid():
        return _card_form(request, who, found, form, status=422)
    try:
        cards.save(who, pair_id=found.pk, seen_version=form.cleaned_data["version"], wanted=form.wanted())
    except cards.CardChanged as changed:
        form.on_top_of(changed.version)
        form.add_error(None, str(changed.words))
        return _card_form(request, who, found, form, status=409, changed=True)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _card_form(request, who, found, form, status=409)
    messages.success(request, _("Saved. Read it once more and sign; your partner signs too."))
    return redirect("card", found.pk)


def _card_form(
    request: HttpRequest, who: Acting, found: Pair, form: CardForm, status: int = 200, changed: bool = False
) -> HttpResponse:
    state = selectors.card_state(who, found)
    pages = selectors.card_pages(who, found, [state.newest]) if state.newest else []
    context = {
        "pair": found,
        "name": selectors.partner_name(who, found),
        "form": form,
        # Beside the typed words, so that both can be read.
        "card": pages[0] if pages and changed else None,
        "partners": [
            (title, words.text)
            for page in pages
            for title, texts in ((_("House customs"), page.customs), (_("Rather not"), page.rather_not))
            for words in texts
            if not words.mine
        ],
    }
    return render(request, "pair/card_change.html", context, status=status)


def _first_values(who: Acting, found: Pair) -> dict[str, Any]:
    newest = selectors.card_state(who, found).newest
    if newest is not None:
        words = selectors.my_card_words(who, newest)
        return CardForm.start_from(
            version=newest.version,
            rhythm=newest.rhythm,
            times=newest.times,
            modes=newest.modes,
            words=words,
        )
    times, modes = selectors.shared_times_and_ways(found)
    return CardForm.start_from(version=0, rhythm=None, times=times, modes=modes, words=("", ""))


@signed_in
@require_GET
def card_pdf(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """The card that both signed, to print."""
    who = acting_of(request)
    found = live_pair(who, pair_id)
    state = selectors.card_state(who, found)
    if state.agreed is None:
        raise Refused(_("There is a card to print when both of you have signed it."))
    (page,) = selectors.card_pages(who, found, [state.agreed])
    response = HttpResponse(printed_card(who, found, page), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="card.pdf"'
    return response
