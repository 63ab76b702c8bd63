"""A message as a letter: large type, any script, and a code that leads to the conversation after sign-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django.conf import settings
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from bothways.core.identity.api import Acting
from bothways.core.pages.api import pdf_of
from bothways.core.texts import api as texts
from bothways.pair.api import Pair, direction
from bothways.people.api import time_zone_of
from bothways.talk import selectors
from bothways.talk.models import Message
from bothways.talk.phrases import Part

STYLE = Path(__file__).parent / "print" / "letter.css"
POINTS_A_DOT = 3


def printed_letter(who: Acting, message: Message, pair: Pair) -> bytes:
    """The message as a PDF. No name is on it, nor what product or programme it comes from."""
    return pdf_of(letter_html(who, message, pair), STYLE)


def letter_html(who: Acting, message: Message, pair: Pair) -> str:
    """The page that is printed. It holds everything itself: no address in it is ever opened."""
    words = texts.read(who, [message.text_id])
    if message.text_id not in words:
        raise Http404
    zone = ZoneInfo(time_zone_of(who.person_id))
    shown = selectors.shown(who, message, words[message.text_id], zone)
    address = settings.SITE_URL + reverse("messages", args=[pair.id])
    context: dict[str, Any] = {
        "lines": [line for part in shown.parts for line in _lines(part)],
        "address": address,
        # Text only by segno: nothing that a person typed is in it.
        "qr": segno.make_qr(address, error="m").svg_inline(scale=POINTS_A_DOT, border=2, omitsize=True),
        "language": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    return render_to_string("talk/printed.html", context)


def _lines(part: Part) -> list[tuple[str, str, bool]]:
    """Each line with the way it runs, as browsers decide it, and whether it is the smaller one of two."""
    if part.said:
        return [(part.said, direction(part.said), False), (part.words, direction(part.words), True)]
    return [(line, direction(line), False) for line in part.words.split("\n")]
