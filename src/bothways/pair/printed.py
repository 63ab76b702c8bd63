"""The agreed card on paper: A5, any script, made without fetching anything from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from bothways.core.identity.api import Acting
from bothways.core.pages.api import pdf_of
from bothways.pair.models import Pair
from bothways.pair.paths import pair_path
from bothways.pair.selectors import CardPage, partner_name
from bothways.people import api as people
from bothways.programme.api import catalogue

STYLE = Path(__file__).parent / "print" / "card.css"
POINTS_A_DOT = 3


def printed_card(who: Acting, pair: Pair, card: CardPage) -> bytes:
    """The card as a PDF in the page language, with a QR code to the pair's page."""
    return pdf_of(card_html(who, pair, card), STYLE)


def card_html(who: Acting, pair: Pair, card: CardPage) -> str:
    """The page that is printed. It holds everything itself: no address in it is ever opened."""
    address = settings.SITE_URL + pair_path(pair.pk)
    context: dict[str, Any] = {
        "card": card,
        "names": [people.my_name(who), partner_name(who, pair)],
        "parts": catalogue.PARTS,
        "address": address,
        # Text only by segno: nothing that a person typed is in it.
        "qr": segno.make_qr(address, error="m").svg_inline(scale=POINTS_A_DOT, border=2, omitsize=True),
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    return render_to_string("pair/printed.html", context)
