"""Where two meet, and by which link: texts shared under their pair, on a meeting or on the series."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.meet.models import Meeting, Series
from bothways.pair.api import Pair, share_in_pair

KINDS = {"place": "meeting place", "link": "meeting link"}
LINK_LENGTH = 500
NO_LINK = _("This is not a link that can be opened safely. It begins with https://")


@dataclass(frozen=True, slots=True)
class Where:
    """The words about where, as far as somebody may read them; '' where there are none."""

    place: str = ""
    link: str = ""

    @property
    def host(self) -> str:
        """Whose site the link leads to."""
        return urlsplit(self.link).hostname or ""


def where(who: Acting, thing: Meeting | Series) -> Where:
    """Where a meeting or the meetings of a series are. A date of a series may have its words from there."""
    holder = holder_of(thing)
    written = {what: (getattr(holder, f"{what}_text"), getattr(holder, f"{what}_by")) for what in KINDS}
    # After the end the other's words are not asked for: how long that takes would say if they are still here.
    mine_alone = thing.pair.is_ended
    ids = {
        what: text_id
        for what, (text_id, by) in written.items()
        if text_id and (by == who.person_id or not mine_alone)
    }
    words = texts.read(who, ids.values()) if ids else {}
    return Where(**{what: words.get(text_id, "") for what, text_id in ids.items()})


def holder_of(thing: Meeting | Series) -> Meeting | Series:
    """The row that holds the words about where."""
    return thing.series if isinstance(thing, Meeting) and thing.like_series and thing.series else thing


def write_where(who: Acting, thing: Meeting | Series, pair: Pair, wanted: Where) -> None:
    """Set where it is, without saving the row. Words that are replaced are deleted, whoever of the two
    wrote them; a date that leaves the words of its series gets its own."""
    before = where(who, thing)
    if wanted == before:
        return
    check_link(wanted.link)
    if isinstance(thing, Meeting) and thing.like_series:
        thing.like_series, before = False, Where()
    for what, kind in KINDS.items():
        words = getattr(wanted, what)
        if words != getattr(before, what):
            _drop(thing, what)
            if words:
                _put(who, thing, pair, what, kind, words)


def check_link(link: str) -> None:
    """Refused unless a link is empty or leads over https to a named place."""
    try:
        parts = urlsplit(link)
        fits = not link or (parts.scheme == "https" and bool(parts.hostname) and not parts.username)
    except ValueError:
        fits = False
    if not fits or len(link) > LINK_LENGTH or not link.isprintable() or " " in link:
        raise Refused(NO_LINK)


def _drop(thing: Meeting | Series, what: str) -> None:
    text_id: uuid.UUID | None = getattr(thing, f"{what}_text")
    writer: uuid.UUID | None = getattr(thing, f"{what}_by")
    if text_id and writer:
        texts.drop(owner_id=writer, text_ids=[text_id])
    setattr(thing, f"{what}_text", None)
    setattr(thing, f"{what}_by", None)


def _put(who: Acting, thing: Meeting | Series, pair: Pair, what: str, kind: str, words: str) -> None:
    text_id = texts.put(owner_id=who.person_id, kind=kind, words=words)
    setattr(thing, f"{what}_text", text_id)
    setattr(thing, f"{what}_by", who.person_id)
    share_in_pair(who, pair, [text_id])
