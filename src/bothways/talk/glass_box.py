"""What this room holds about a person. Messages are texts, and core shows those."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.talk.models import Bookmark, ByText, Message

WISH = _("You would like your partner's messages on your phone")
YES = _("Your messages may go to your partner's phone")


def export(who: Acting) -> list[Section]:
    return [
        Section(
            "messages",
            _("Messages you sent to a partner"),
            {"at": _("When"), "by_text": _("May go to your partner's phone")},
            [
                {"at": one.at, "by_text": _("yes") if one.by_text else _("no")}
                for one in Message.objects.filter(person_id=who.person_id).order_by("at", "id")
            ],
        ),
        Section(
            "bookmarks",
            _("Until when you have looked at messages (only you can see this)"),
            {"at": _("When")},
            [{"at": one.at} for one in Bookmark.objects.filter(person_id=who.person_id).order_by("at", "id")],
        ),
        Section(
            "by_text",
            _("Messages on a phone: what you said about it in a pair (your partner can see it)"),
            {"what": _("What"), "at": _("When")},
            [
                {"what": WISH if one.reads else YES, "at": one.at}
                for one in ByText.objects.filter(person_id=who.person_id).order_by("at", "id")
            ],
        ),
    ]


def erase(person_id: uuid.UUID) -> None:
    Message.objects.filter(person_id=person_id).delete()
    Bookmark.objects.filter(person_id=person_id).delete()
    ByText.objects.filter(person_id=person_id).delete()


register("talk", exporter=export, eraser=erase)
