"""What this room holds about a person. The words themselves are texts, and core shows those."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.help import hands
from bothways.help.access import locked
from bothways.help.hand_words import HANDS
from bothways.help.models import HandAsk, HandLike, HandYes, Opening, Reply, Request
from bothways.help.words import KINDS, STATES


def export(who: Acting) -> list[Section]:
    return [_requests(who), _replies(who), _openings(who), *_hands(who)]


def _requests(who: Acting) -> Section:
    to = {Request.To.PARTNER: _("Your partner"), Request.To.COORDINATORS: _("The coordinators")}
    return Section(
        "requests",
        _("Your requests"),
        {
            "made_at": _("When"),
            "kind": _("About"),
            "to": _("Whom you asked"),
            "state": _("State"),
            "closed_at": _("Closed"),
            "coordinators": _("To the coordinators when nobody answers"),
            "coordinators_at": _("The coordinators were asked on"),
            "service": _("The service that you chose"),
            "service_at": _("You got its contact"),
            "climbs_at": _("Goes on at"),
            "expires_at": _("Closes by itself at"),
        },
        [
            {
                "made_at": request.made_at,
                "kind": str(KINDS[request.kind]),
                "to": str(to[Request.To(request.to)]),
                "state": str(STATES[request.state]),
                "closed_at": request.closed_at,
                "coordinators": str(_("You agreed to it")) if request.coordinators_entry_id else "",
                "coordinators_at": request.coordinators_at,
                "service": request.service.name if request.service else "",
                "service_at": request.service_at,
                "climbs_at": request.climbs_at,
                "expires_at": request.expires_at,
            }
            for request in Request.objects.select_related("service")
            .filter(person_id=who.person_id)
            .order_by("made_at", "id")
        ],
    )


def _replies(who: Acting) -> Section:
    replies = Reply.objects.filter(person_id=who.person_id).select_related("request").order_by("at", "id")
    return Section(
        "replies",
        _("What you wrote under requests"),
        {"at": _("When"), "kind": _("About"), "signed": _("Signed")},
        [{"at": r.at, "kind": str(KINDS[r.request.kind]), "signed": r.signed} for r in replies],
    )


def _openings(who: Acting) -> Section:
    openings = Opening.objects.filter(person_id=who.person_id).select_related("request").order_by("at", "id")
    return Section(
        "openings",
        _("Requests you opened as a coordinator"),
        {"at": _("When"), "kind": _("About")},
        [{"at": opening.at, "kind": str(KINDS[opening.request.kind])} for opening in openings],
    )


def _hands(who: Acting) -> list[Section]:
    likes = HandLike.objects.filter(person_id=who.person_id).order_by("kind")
    asks = HandAsk.objects.select_related("area").filter(person_id=who.person_id).order_by("day", "id")
    said = HandYes.objects.select_related("ask").filter(person_id=who.person_id).order_by("at", "id")
    kind, day, both = _("Work"), _("Day"), _("Both said yes")
    return [
        Section(
            "hand_likes",
            _("Work for which you like to be asked"),
            {"kind": kind},
            [{"kind": str(HANDS[one.kind])} for one in likes],
        ),
        Section(
            "hand_asks",
            _("Hands that you asked for"),
            {
                "kind": kind,
                "day": day,
                "hours": _("Hours"),
                "area": _("Place"),
                "wide_at": _("Members are asked since"),
            },
            [
                {
                    "kind": str(HANDS[one.kind]),
                    "day": one.day,
                    "hours": one.hours,
                    "area": one.area.name if one.area else "",
                    "wide_at": one.wide_at,
                }
                for one in asks
            ],
        ),
        Section(
            "hand_yes",
            _("Where you said that you would help"),
            {"kind": kind, "day": day, "at": _("When"), "met_at": both},
            [
                {"kind": str(HANDS[one.ask.kind]), "day": one.ask.day, "at": one.at, "met_at": one.met_at}
                for one in said
            ],
        ),
    ]


def erase(person_id: uuid.UUID) -> None:
    # Held first: somebody who answers at this moment is either before this and erased, or after it and
    # finds no request.
    mine = [request.id for request in locked(Request.objects.filter(person_id=person_id))]
    # An answer to a request that is gone has no reader left: it goes too, and its words with it.
    Request.objects.filter(id__in=mine).delete()
    Reply.objects.filter(person_id=person_id).delete()
    Opening.objects.filter(person_id=person_id).delete()
    hands.forget(person_id=person_id)


register("help", exporter=export, eraser=erase)
