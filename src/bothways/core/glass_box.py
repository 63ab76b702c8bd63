"""What core itself holds about a person: the log, the receipts, notices, sessions and texts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.events import api as events
from bothways.core.identity.api import Acting
from bothways.core.identity.models import Entry
from bothways.core.outbox import api as outbox
from bothways.core.outbox.models import Delivery, Notice
from bothways.core.receipts import api as receipts
from bothways.core.registry.api import Section, register
from bothways.core.texts import api as texts
from bothways.core.texts.models import Share, Text


def export(who: Acting) -> list[Section]:
    return [
        _receipts(who),
        _texts(who),
        _events(who),
        _notices(who),
        _messages(who),
        _asks(who),
        _entries(who),
    ]


def erase(person_id: uuid.UUID) -> None:
    Share.objects.filter(with_id=person_id).delete()
    Text.objects.filter(owner_id=person_id).delete()
    outbox.forget(person_id)
    asks.Ask.objects.filter(person_id=person_id).delete()
    events.cut_loose(person_id)
    receipts.Receipt.objects.filter(subject_id=person_id).delete()
    # Receipts they wrote as a coordinator belong to the people who were read; the role and the
    # public name stay for them, the link to the account goes.
    receipts.Receipt.objects.filter(reader_id=person_id).update(reader_id=uuid.UUID(int=0))
    Entry.objects.filter(person_id=person_id).delete()


def _receipts(who: Acting) -> Section:
    return Section(
        "receipts",
        _("Who opened something of yours"),
        {"at": _("When"), "name": _("Who"), "role": _("Role"), "what": _("What"), "task": _("For what")},
        [
            {"at": r.at, "name": r.reader_name, "role": r.reader_role, "what": r.what, "task": r.task}
            for r in receipts.of_subject(who)
        ],
    )


def _texts(who: Acting) -> Section:
    mine = [(row, words) for row, words in texts.own(who) if words]
    return Section(
        "texts",
        _("Words you wrote"),
        {"written_at": _("When"), "kind": _("Kind"), "words": _("Words")},
        [
            {"written_at": row.written_at, "kind": str(texts.words_for_kind(row.kind)), "words": words}
            for row, words in mine
        ],
        [(row.id, row.kind) for row, _words in mine],
    )


def _events(who: Acting) -> Section:
    meanings = events.kinds()
    return Section(
        "events",
        _("What happened"),
        {"at": _("When"), "what": _("What")},
        [{"at": e.at, "what": str(meanings.get(e.kind, e.kind))} for e in events.own(who)],
    )


def _notices(who: Acting) -> Section:
    rows = Notice.objects.filter(person_id=who.person_id).order_by("-created_at")
    return Section(
        "notices",
        _("Notices for you"),
        {"at": _("When"), "what": _("What"), "sent": _("A message was sent")},
        [{"at": n.created_at, "what": str(outbox.words_for(n.kind)), "sent": n.sent_at} for n in rows],
    )


def _messages(who: Acting) -> Section:
    ways = {
        outbox.LETTER: _("Letter"),
        outbox.TEXT: _("Text message"),
        outbox.CALENDAR: _("Letter with a meeting for your calendar"),
        outbox.DEVICE: _("On your devices"),
        outbox.BOTH: _("On your devices and by letter or text message"),
    }
    rows = Delivery.objects.filter(person_id=who.person_id).order_by("-at")
    return Section(
        "deliveries",
        _("Messages to you"),
        {"at": _("When"), "way": _("How"), "sent": _("Sent")},
        [{"at": d.at, "way": str(ways.get(d.way, "")), "sent": d.sent_at} for d in rows],
    )


def _asks(who: Acting) -> Section:
    return Section(
        "asks",
        _("Codes to answer with by text message"),
        {"made_at": _("Asked for"), "expires_at": _("Valid until")},
        [{"made_at": one.made_at, "expires_at": one.expires_at} for one in asks.of_person(who)],
    )


def _entries(who: Acting) -> Section:
    rows = Entry.objects.filter(person_id=who.person_id).order_by("-opened_at")
    return Section(
        "entries",
        _("Your sign-ins"),
        {"opened_at": _("Signed in"), "ended_at": _("Signed out")},
        [{"opened_at": e.opened_at, "ended_at": e.ended_at} for e in rows],
    )


register("core", exporter=export, eraser=erase)
