"""The tree of areas: a list, a page for each area, towns added by searching for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from bothways.core.faults import Refused
from bothways.core.identity.api import acting_of
from bothways.core.pages.api import signed_in
from bothways.programme import selectors, services, towns
from bothways.programme.access import area_in, require_coordinator
from bothways.programme.forms import AreaForm
from bothways.programme.models import Area, Programme
from bothways.programme.views.attempts import attempt
from bothways.programme.views.setup import GET_OR_POST

MOST_FOUND = 20


@signed_in
@require_http_methods(GET_OR_POST)
def areas(request: HttpRequest, slug: str) -> HttpResponse:
    """All areas, and a form that adds a region."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    tree = selectors.area_tree(programme.id)
    form = AreaForm(request.POST if request.method == "POST" else None, regions=_regions(tree))
    status = 200
    if request.method == "POST":
        made: list[Area] = []
        status = attempt([form], lambda: made.append(_add_region(request, programme, form)))
        if made:
            messages.success(request, _("Saved. Now add the towns of this region."))
            return redirect("programme_area", slug, made[0].id)
    about = {"programme": programme, "tree": tree, "form": form}
    return render(request, "programme/areas.html", about, status=status)


def _add_region(request: HttpRequest, programme: Programme, form: AreaForm) -> Area:
    sent = form.cleaned_data
    return services.add_area(
        acting_of(request),
        programme_id=programme.id,
        name=sent["name"],
        parent_id=sent["parent"],
        capacity=sent["capacity"],
    )


@signed_in
@require_http_methods(GET_OR_POST)
def area(request: HttpRequest, slug: str, area_id: int) -> HttpResponse:
    """One area: rename, move, limit, remove; for a region, find towns."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    one = area_in(programme, area_id)
    form = _area_form(request, programme, one)
    status = 200
    if request.method == "POST":
        status = attempt(
            [form],
            lambda: services.change_area(
                who,
                programme_id=programme.id,
                area_id=one.id,
                name=form.cleaned_data["name"],
                parent_id=form.cleaned_data["parent"],
                capacity=form.cleaned_data["capacity"],
            ),
        )
        if not status:
            messages.success(request, _("Saved."))
            return redirect("programme_areas", slug)
    return _area_page(request, programme, one, form, status)


def _area_form(request: HttpRequest, programme: Programme, one: Area) -> AreaForm:
    tree = selectors.area_tree(programme.id)
    regions = [(other, depth) for other, depth in _regions(tree) if other.id not in _under(tree, one)]
    stored = {"name": one.name, "parent": one.parent_id or "", "capacity": one.capacity}
    # Only the page's own form changes the area; the town buttons post elsewhere and show this page again.
    sent = request.POST if request.method == "POST" and "name" in request.POST else None
    return AreaForm(sent, initial=stored, regions=regions)


def _area_page(
    request: HttpRequest,
    programme: Programme,
    one: Area,
    form: AreaForm,
    status: int = 200,
    refusal: object = None,
) -> HttpResponse:
    wanted, country = request.GET.get("q", "")[:80], request.GET.get("country", "")
    found = towns.search(wanted, country or None, MOST_FOUND) if one.lat_e5 is None else []
    children = list(one.children.order_by("name"))
    # By place and not by name: a town that was renamed is still the same town.
    here = {(child.lat_e5, child.lon_e5) for child in children}
    about = {
        "programme": programme,
        "area": one,
        "is_region": one.lat_e5 is None,
        "form": form,
        "children": children,
        "q": wanted.replace("\x00", ""),
        "country": country,
        "countries": towns.countries() if one.lat_e5 is None else [],
        "found": [
            (town, towns.country_name(town.country), towns.coarse(town.lat, town.lon) in here)
            for town in found
        ],
        "refusal": refusal,
    }
    return render(request, "programme/area.html", about, status=status)


@signed_in
@require_POST
def add_town(request: HttpRequest, slug: str, area_id: int) -> HttpResponse:
    """Add a town of the extract to a region, and go back to the region's page to add the next."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    one = area_in(programme, area_id)
    sent = request.POST.get("town", "")
    try:
        made = services.add_area(
            who,
            programme_id=programme.id,
            parent_id=one.id,
            town_id=int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 12 else 0,
        )
    except Refused as refused:
        return _area_page(request, programme, one, _area_form(request, programme, one), 409, refused.words)
    messages.success(request, _("%(town)s is in your programme now.") % {"town": made.name})
    return redirect("programme_area", slug, one.id)


@signed_in
@require_POST
def remove(request: HttpRequest, slug: str, area_id: int) -> HttpResponse:
    """Remove an area where nobody is. A second press on the same button finds it gone, which is fine."""
    who = acting_of(request)
    programme, _staff = require_coordinator(who, slug)
    try:
        services.remove_area(who, programme_id=programme.id, area_id=area_id)
    except Refused as refused:
        one = area_in(programme, area_id)
        return _area_page(request, programme, one, _area_form(request, programme, one), 409, refused.words)
    messages.success(request, _("The area is removed."))
    return redirect("programme_areas", slug)


def _regions(tree: list[tuple[Area, int]]) -> list[tuple[Area, int]]:
    return [(one, depth) for one, depth in tree if one.lat_e5 is None]


def _under(tree: list[tuple[Area, int]], top: Area) -> set[int]:
    """The ids of an area and everything under it."""
    ids = {top.id}
    for one, _depth in tree:  # parents come first
        if one.parent_id in ids:
            ids.add(one.id)
    return ids
