"""What a requester sees of their request's ladder: where it is, where it goes next and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from bothways.core.identity.api import Acting
from bothways.help import directory
from bothways.help.access import Standing
from bothways.help.forms import LadderForm
from bothways.help.models import Request, Service
from bothways.help.words import KINDS, day, weekday
from bothways.pair.api import partner_name
from bothways.people.api import time_zone_of
from bothways.programme import api as programmes


@dataclass(frozen=True, slots=True)
class Rungs:
    """The ladder in sentences, and the form in which its requester says where it may go."""

    lines: list[str]
    form: LadderForm | None
    # The service that was reached, if it still stands; `gone` when it does not.
    service: Service | None
    gone: bool
    closes: str
    may_keep: bool
    erased: str


def of(who: Acting, standing: Standing, form: LadderForm | None) -> Rungs:
    """The ladder of my own request. `form` is the one that was sent, when it has to be mended."""
    request = standing.request
    zone = time_zone_of(who.person_id)
    reached = request.service if request.service_at is not None else None
    standing_one = reached if reached is not None and reached.ended_at is None else None
    closed_at = request.closed_at
    return Rungs(
        lines=_lines(who, standing, zone),
        form=None if request.is_closed else form or form_for(request),
        service=standing_one,
        gone=reached is not None and standing_one is None,
        closes="" if closed_at else day(request.expires_at, zone),
        may_keep=closed_at is None and request.warned_at is not None,
        erased=day(closed_at + timedelta(days=settings.REQUEST_ERASE_DAYS), zone) if closed_at else "",
    )


def form_for(request: Request, data: QueryDict | None = None) -> LadderForm | None:
    """The form of a request's rungs, or None where there is nothing to choose."""
    services = directory.choices(request.programme_id)
    chosen = request.service
    if chosen is not None and chosen.ended_at is None and chosen.id not in {pk for pk, _name in services}:
        services.insert(0, (chosen.id, chosen.name))
    form = LadderForm(
        data,
        services=services,
        partner=request.to == Request.To.PARTNER and request.coordinators_at is None,
        initial={
            "coordinators": request.coordinators_entry_id is not None,
            "to_service": chosen is not None and chosen.ended_at is None,
            "service": str(request.service_id or ""),
            "wait": request.wait_days,
        },
    )
    return form if form.fields else None


def _lines(who: Acting, standing: Standing, zone: str) -> list[str]:
    request = standing.request
    lines = []
    if standing.pair is not None and not standing.pair_ended:
        about = {"name": partner_name(who, standing.pair), "day": day(request.made_at, zone)}
        lines.append(_("%(name)s was asked on %(day)s.") % about)
    if request.coordinators_at is not None:
        lines.append(
            _("The coordinators were asked on %(day)s.") % {"day": day(request.coordinators_at, zone)}
        )
    if request.is_closed:
        return lines
    chosen = request.service if request.service is not None and request.service.ended_at is None else None
    if request.climbs_at is not None:
        when = {"day": weekday(request.climbs_at, zone), "service": chosen.name if chosen else ""}
        if request.next_rung == "coordinators":
            lines.append(_("If nobody answers by %(day)s, the coordinators will see it.") % when)
        elif chosen is not None:
            lines.append(
                _("If nobody answers by %(day)s, you get the contact of this service: %(service)s") % when
            )
    elif request.next_rung and request.state == Request.State.ANSWERED:
        lines.append(_("There is an answer, so it goes nowhere else. If it does not help, write more."))
    else:
        lines.append(_("It goes nowhere else."))
    return lines


@dataclass(frozen=True, slots=True)
class Message:
    """Words to show, to print or to send, in the page language; the product sends nothing."""

    service: Service
    words: str

    @property
    def mail_link(self) -> str:
        """Opens the requester's own mail program with the words in it."""
        return f"mailto:{quote(self.service.mail, safe='@')}?body={quote(self.words)}"


def message(request: Request, words: str) -> Message | None:
    """The note for the service that a request of mine has reached; None when there is none."""
    if request.service is None or request.service_at is None or request.service.ended_at is not None:
        return None
    programme = programmes.by_id(request.programme_id)
    begun = _("Hello! I found your address in the directory of the programme %(programme)s.") % {
        "programme": programme.name
    }
    about = _("I would like help with this: %(kind)s") % {"kind": KINDS[request.kind]}
    return Message(request.service, "\n\n".join(part for part in (begun, about, words) if part))
