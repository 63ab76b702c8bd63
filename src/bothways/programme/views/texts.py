"""Consent texts: the standing ones, and one purpose with its older versions."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.programme import selectors, services
from bothways.programme.access import require_coordinator
from bothways.programme.default_texts import PURPOSES, consent_words
from bothways.programme.forms import TextForm
from bothways.programme.models import ConsentText
from bothways.programme.views.attempts import attempt
from bothways.programme.views.setup import GET_OR_POST


@signed_in
@require_safe
def texts(request: HttpRequest, slug: str) -> HttpResponse:
    """What members are asked now, purpose by purpose."""
    programme, _staff = require_coordinator(acting_of(request), slug)
    standing = selectors.standing_texts(programme.id)
    about = {
        "programme": programme,
        "texts": [(text, PURPOSES[purpose], consent_words(text)) for purpose, text in standing.items()],
    }
    return render(request, "programme/texts.html", about)


@signed_in
@require_http_methods(GET_OR_POST)
def text(request: HttpRequest, slug: str, purpose: str) -> HttpResponse:
    """Write the next version of one text, and read the older ones."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    if purpose not in PURPOSES:
        raise Http404
    versions = selectors.text_versions(programme.id, purpose)
    standing = versions[0] if versions else None
    form = TextForm(request.POST if request.method == "POST" else None, text=standing)
    status = 200
    if request.method == "POST":
        status = attempt(
            [form],
            lambda: services.save_text(who, programme_id=programme.id, purpose=purpose, words=form.words()),
        )
        if not status:
            messages.success(request, _("Saved. Members are asked again when the words have changed."))
            return redirect("programme_texts", slug)
    about = {
        "programme": programme,
        "purpose": PURPOSES[purpose],
        "form": form,
        "version": standing.version if standing else 0,
        "older": [(one, _by_language(one)) for one in versions[1:]],
    }
    return render(request, "programme/text.html", about, status=status)


def _by_language(one: ConsentText) -> list[tuple[dict[str, object], str]]:
    return [
        (dict(get_language_info(code)), one.words[code])
        for code, _name in settings.LANGUAGES
        if one.words.get(code)
    ]
