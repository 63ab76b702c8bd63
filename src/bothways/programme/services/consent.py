"""Consent texts: never changed, only followed by the next version."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.programme.models import ConsentText
from bothways.programme.services.guard import as_coordinator, tidy_lines

MOST_CHARACTERS = 3000
MOST_VERSIONS = 1000


def save_text(who: Acting, *, programme_id: uuid.UUID, purpose: str, words: dict[str, str]) -> ConsentText:
    """The next version of a consent text; the same words as now make no new version.

    Members who agreed to an older version are asked again before it counts.
    """
    if purpose not in ConsentText.Purpose.values:
        raise Http404
    plain = _checked_words(words)
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        standing = (
            ConsentText.objects.filter(programme=programme, purpose=purpose).order_by("-version").first()
        )
        if standing is not None and standing.words == plain:
            return standing
        version = standing.version + 1 if standing else 1
        if version > MOST_VERSIONS:
            raise Refused(_("This text has too many versions. Please ask the people who run this server."))
        text = ConsentText.objects.create(
            programme=programme, purpose=purpose, version=version, words=plain, made_at=now()
        )
        record(
            "programme.consent_text",
            programme_id=programme.id,
            person_id=who.person_id,
            object_id=programme.id,
            version=version,
        )
        return text


def _checked_words(words: dict[str, str]) -> dict[str, str]:
    plain = {
        code: tidy_lines(
            words.get(code, ""),
            most=MOST_CHARACTERS,
            empty=None,
            long=_("This is too long. Please use at most 3,000 characters for each language."),
        )
        for code, _name in settings.LANGUAGES
    }
    kept = {code: text for code, text in plain.items() if text}
    if not kept:
        raise Refused(_("Please write the text in at least one language."))
    return kept
