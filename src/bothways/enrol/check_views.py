"""Pages of a member's own checks, and the one page on which a coordinator sets a check."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in
from bothways.enrol import access, check_services, checks, words
from bothways.enrol.check_forms import CodeForm, UntilForm
from bothways.enrol.models import Enrolment
from bothways.programme import api as programmes
from bothways.programme.api import Programme


@signed_in
@require_safe
def mine(request: HttpRequest, slug: str) -> HttpResponse:
    """Which checks my side asks for, which I have, and how I get one."""
    who = acting_of(request)
    enrolment = access.mine(who, slug)
    if enrolment.state == Enrolment.State.DRAFT:
        return redirect("enrol", slug)
    outbox.seen(who, path=request.path)
    return _mine(request, enrolment)


def _mine(
    request: HttpRequest, enrolment: Enrolment, more: dict[str, object] | None = None, *, status: int = 200
) -> HttpResponse:
    rows = [
        (one, words.moment(one.code_until, enrolment) if one.code_until else "")
        for one in checks.mine(enrolment)
    ]
    about = {"enrolment": enrolment, "programme": enrolment.programme, "rows": rows, **(more or {})}
    return render(request, "enrol/checks.html", about, status=status)


@signed_in
@require_POST
def ask(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Show a new code, once: only its hash is kept, so there is no page to come back to."""
    who = acting_of(request)
    enrolment = _with_kind(request, slug, kind)
    try:
        code, until = check_services.ask(who, enrolment_id=enrolment.pk, kind=kind)
    except Refused as refused:
        return _mine(request, enrolment, {"refused": refused.words}, status=409)
    item = checks.item_of(kind)
    shown: dict[str, object] = {
        "code": code,
        "code_kind": item.words if item else "",
        "code_until": words.moment(until, enrolment),
        "qr": _qr(slug, code),
    }
    return _mine(request, enrolment, shown)


def _qr(slug: str, code: str) -> str:
    """The coordinator's page with the code filled in, as a drawing. The code opens nothing to others."""
    address = f"{settings.SITE_URL}{reverse('check_set', args=[slug])}?{urlencode({'code': code})}"
    drawn: str = segno.make_qr(address, error="m").svg_inline(scale=4, border=4, omitsize=True, light="#fff")
    return drawn


@signed_in
@require_POST
def take_back(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    enrolment = _with_kind(request, slug, kind)
    check_services.take_back(acting_of(request), enrolment_id=enrolment.pk, kind=kind)
    messages.success(request, _("This code does not work any more."))
    return redirect("enrolment_checks", slug)


@signed_in
@require_POST
def delete(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    enrolment = _with_kind(request, slug, kind)
    check_services.delete(acting_of(request), enrolment_id=enrolment.pk, kind=kind)
    messages.success(request, _("The check is deleted."))
    return redirect("enrolment_checks", slug)


def _with_kind(request: HttpRequest, slug: str, kind: str) -> Enrolment:
    if checks.item_of(kind) is None:
        raise Http404
    return access.mine(acting_of(request), slug)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def set_check(request: HttpRequest, slug: str) -> HttpResponse:
    """For coordinators: first the code, then until when. Nothing here names or lists a member."""
    programme, _staff = programmes.require_coordinator(acting_of(request), slug)
    if request.method != "POST":
        return _code_page(request, programme, CodeForm(initial={"code": request.GET.get("code", "")[:20]}))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, programme, form, status=422)
    if "valid_until" in request.POST:
        return _set(request, programme)
    return _look(request, programme, form)


def _look(request: HttpRequest, programme: Programme, form: CodeForm) -> HttpResponse:
    code = form.cleaned_data["code"]
    try:
        asked = check_services.look(acting_of(request), programme=programme, code=code)
    except Refused as refused:
        form.add_error(None, str(refused.words))
        return _code_page(request, programme, form, status=409)
    until = UntilForm(initial={"code": code}, today=checks.today_in(programme))
    return _code_page(request, programme, until, asked=asked)


def _set(request: HttpRequest, programme: Programme) -> HttpResponse:
    form, status = UntilForm(request.POST, today=checks.today_in(programme)), 422
    if form.is_valid():
        try:
            check_services.set_until(acting_of(request), programme=programme, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused.words))
            status = 409
        else:
            messages.success(request, _("The check is set. The member reads it, and that it was you."))
            return redirect("check_set", programme.slug)
    return _code_page(request, programme, form, status=status)


def _code_page(
    request: HttpRequest, programme: Programme, form: Any, *, asked: object = None, status: int = 200
) -> HttpResponse:
    about = {"programme": programme, "form": form, "asked": asked, "step": isinstance(form, UntilForm)}
    return render(request, "enrol/check_set.html", about, status=status)
