from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from bothways.core.identity.api import Acting, acting_of
from bothways.core.outbox import api as outbox
from bothways.core.pages.api import signed_in, tried
from bothways.insight import files, wording
from bothways.insight.care import Point, actions_for
from bothways.insight.forms import CallForm, FollowUpForm
from bothways.insight.noise import AREA_SPREAD
from bothways.insight.periods import Quarter
from bothways.insight.printed import printed_report
from bothways.insight.protection import SMALLEST, STEP, shown_from
from bothways.insight.report import COLUMN_NAMES, Report, earlier, newest_quarter, released, report
from bothways.programme import api as programme


@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest report: the same for the public and for staff, once the programme was opened."""
    one, staff = _public(request, slug)
    quarter = newest_quarter(one.id)
    return _report_page(request, one, report(one, quarter) if quarter else None, staff is not None)


@require_safe
def quarter(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """The report of one quarter."""
    one, staff = _public(request, slug)
    return _report_page(request, one, _found(one, year, number), staff is not None)


@require_safe
def pdf(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """The same on paper."""
    one, _staff = _public(request, slug)
    found = _found(one, year, number)
    response = HttpResponse(printed_report(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{one.slug}-{year}-{number}.pdf"'
    return response


@require_safe
def csv(request: HttpRequest, slug: str) -> HttpResponse:
    one, _staff = _public(request, slug)
    response = HttpResponse(files.as_csv(one), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.slug}-figures.csv"'
    return response


@require_safe
def json(request: HttpRequest, slug: str) -> HttpResponse:
    one, _staff = _public(request, slug)
    return _for_everybody(JsonResponse(files.as_json(one), json_dumps_params={"ensure_ascii": False}))


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """A few numbers for a website, also one on another address."""
    one, _staff = _public(request, slug)
    about = files.feed(one, newest_quarter(one.id))
    return _for_everybody(JsonResponse(about, json_dumps_params={"ensure_ascii": False}))


@require_safe
def dictionary(request: HttpRequest, slug: str) -> HttpResponse:
    """What the columns and cells of the files mean."""
    one, _staff = _public(request, slug)
    about = {"programme": one, "columns": files.COLUMNS.items(), "tables": files.tables_for_dictionary()}
    return render(request, "insight/dictionary.html", about)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """The coordinators' words beside one report."""
    who = acting_of(request)
    one, _staff = programme.require_coordinator(who, slug)
    found = _found(one, year, number)
    form = FollowUpForm(
        request.POST if request.method == "POST" else None, initial={"words": found.follow_up}
    )
    status = 200
    if request.method == "POST":
        status = tried(
            form,
            lambda: wording.follow_up(
                who, programme_id=one.id, quarter=found.quarter, words=form.cleaned_data["words"]
            ),
        )
        if status == 302:
            messages.success(request, _("Saved. Everybody can read it now."))
            return redirect("figures_quarter", slug, year, number)
    about = {"programme": one, "report": found, "form": form}
    return render(request, "insight/follow_up.html", about, status=status)


@signed_in
@require_safe
def care(request: HttpRequest, slug: str) -> HttpResponse:
    """For coordinators: the points of the newest report, each with what they can do about it."""
    one, _staff = programme.require_coordinator(acting_of(request), slug)
    quarter = newest_quarter(one.id)
    found = report(one, quarter) if quarter else None
    points = [(point, actions_for(point, one)) for point in (found.points if found else [])]
    return render(request, "insight/care.html", {"programme": one, "report": found, "points": points})


@require_safe
def calls(request: HttpRequest, slug: str) -> HttpResponse:
    """What the programme asks everybody for who offers something."""
    who = getattr(request, "acting", None)
    one, staff = _public(request, slug)
    if isinstance(who, Acting):
        outbox.seen(who, path=request.path)
    about = {"programme": one, "staff": staff, "calls": wording.calls(one.id)}
    return render(request, "insight/calls.html", about)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def call_new(request: HttpRequest, slug: str) -> HttpResponse:
    who = acting_of(request)
    one, _staff = programme.require_coordinator(who, slug)
    form = CallForm(
        request.POST if request.method == "POST" else None, initial={"words": _begun(request, one)}
    )
    status = 200
    if request.method == "POST":
        status = tried(form, lambda: wording.call(who, programme_id=one.id, words=form.cleaned_data["words"]))
        if status == 302:
            messages.success(request, _("Sent. Everybody who agreed to notices is told."))
            return redirect("calls", slug)
    return render(request, "insight/call.html", {"programme": one, "form": form}, status=status)


@signed_in
@require_http_methods(["POST"])
def call_back(request: HttpRequest, slug: str, call_id: int) -> HttpResponse:
    who = acting_of(request)
    one, _staff = programme.require_coordinator(who, slug)
    wording.take_back(who, programme_id=one.id, call_id=min(call_id, 2**63 - 1))
    messages.success(request, _("The call is taken back."))
    return redirect("calls", slug)


def _public(request: HttpRequest, slug: str) -> tuple[programme.Programme, programme.Staff | None]:
    who = getattr(request, "acting", None)
    return programme.public_programme(who if isinstance(who, Acting) else None, slug)


def _found(one: programme.Programme, year: int, number: int) -> Report:
    found = report(one, Quarter(year, number)) if year < 2**15 else None
    if found is None:
        raise Http404
    return found


def _report_page(
    request: HttpRequest, one: programme.Programme, found: Report | None, staff: bool
) -> HttpResponse:
    about = {
        "programme": one,
        "report": found,
        "staff": staff,
        "quarters": [Quarter(each.year, each.number) for each in released(one.id).only("year", "number")],
        "names": list(COLUMN_NAMES.values()),
        "earlier": [
            (row.year, row.quarter, [row.cells.get(cell) for cell in COLUMN_NAMES]) for row in earlier(one.id)
        ],
        "smallest": SMALLEST,
        "shown_from": shown_from(),
        "area_from": shown_from(spread=AREA_SPREAD),
        "step": STEP,
    }
    return render(request, "insight/figures.html", about)


def _for_everybody(response: JsonResponse) -> JsonResponse:
    """Published figures are public: scripts of any website may read them."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _begun(request: HttpRequest, one: programme.Programme) -> str:
    """Words to begin with, for a point of the newest report; nothing typed in the address is in them."""
    quarter = newest_quarter(one.id)
    found = report(one, quarter) if quarter else None
    wanted = request.GET.get("about"), request.GET.get("place")
    points: list[Point] = found.points if found else []
    return next((point.words for point in points if (point.about, point.place) == wanted), "")
