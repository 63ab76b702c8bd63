from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from bothways.core.identity.api import Acting
from bothways.insight.figures import CELLS, SMALLEST, STEP
from bothways.insight.models import PublishedQuarter
from bothways.programme import api as programme

NAMES = {
    "enrolled": _("People who joined"),
    "pairs": _("Pairs that began"),
    "meetings": _("Meetings that took place"),
    "requests": _("Requests resolved"),
}


@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """The one published page: the same for the public and for staff, once the programme was opened."""
    who = getattr(request, "acting", None)
    one, _staff = programme.public_programme(who if isinstance(who, Acting) else None, slug)
    rows = [
        {"year": row.year, "quarter": row.quarter, "cells": [row.cells.get(cell) for cell in CELLS]}
        for row in PublishedQuarter.objects.filter(programme=one)
    ]
    about = {
        "programme": one,
        "names": [NAMES[cell] for cell in CELLS],
        "rows": rows,
        "smallest": SMALLEST,
        "step": STEP,
    }
    return render(request, "insight/figures.html", about)
