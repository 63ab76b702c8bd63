"""The report on paper: A4, any script, tagged for screen readers, made without fetching anything."""

from __future__ import annotations

import functools
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from bothways.core.pages.api import pdf_of
from bothways.insight.periods import Quarter
from bothways.insight.report import Report, report
from bothways.programme import api as programme

STYLE = Path(__file__).parent / "print" / "report.css"


def printed_report(found: Report) -> bytes:
    """The report as a PDF in the page language. Made once for each version of its words."""
    one = found.programme
    words = hash((found.follow_up, one.name))
    return _made(one.id, found.quarter, get_language() or "en", found.published_at, words)


# A public page that takes a second of work: whoever asks again and again gets the same bytes.
@functools.lru_cache(maxsize=32)
def _made(programme_id: Any, quarter: Quarter, language: str, published_at: datetime, words: int) -> bytes:
    found = report(programme.by_id(programme_id), quarter)
    assert found is not None
    return pdf_of(report_html(found), STYLE, pdf_variant="pdf/ua-1")


def report_html(found: Report) -> str:
    """The page that is printed. It holds everything itself: no address in it is ever opened."""
    path = reverse("figures_quarter", args=[found.programme.slug, found.quarter.year, found.quarter.number])
    context: dict[str, Any] = {
        "report": found,
        "programme": found.programme,
        "address": settings.SITE_URL + path,
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "paper": True,
    }
    return render_to_string("insight/printed.html", context)
