"""Making a programme and saying what it is: basics, sides, lists, open and closed."""

from __future__ import annotations

import re
import uuid
import zoneinfo
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.registry.api import fire
from bothways.programme import catalogue, codes
from bothways.programme.default_texts import own_words
from bothways.programme.models import ConsentText, Invitation, Programme, Side, Staff
from bothways.programme.selectors import what_is_missing
from bothways.programme.services import invitations
from bothways.programme.services.guard import as_coordinator, locked, tidy, tidy_lines

CODE_LASTS = timedelta(days=7)
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,58}[a-z0-9]")
MOST_PARTNERS = 5
USED = _("This code was used already. Please ask for a new one.")


@dataclass(frozen=True, slots=True)
class SideWords:
    """What a coordinator says about one side."""

    number: int
    name: str
    about: str
    max_capacity: int
    # Bits of the catalogue's checks that this side needs.
    checks: int = 0


def new_setup_code() -> str:
    """A code for one person to set up one programme within seven days; it is stored as a hash only."""
    code = codes.fresh()
    moment = now()
    Invitation.objects.create(code_hash=codes.hash_of(code), made_at=moment, expires_at=moment + CODE_LASTS)
    return code


def create_programme(
    who: Acting,
    *,
    code: str,
    name: str,
    slug: str,
    purpose: str,
    public_name: str,
    kind: str = Programme.Kind.COMPANY,
    time_zone: str = "UTC",
) -> Programme:
    """Make a programme with its default sides, lists and consent texts, and become its coordinator.

    It is not open: see `publish`. Asking again with the same code and address gives the same programme.
    """
    checked = _checked_basics(name=name, purpose=purpose, time_zone=time_zone)
    slug = _checked_slug(slug)
    if kind not in Programme.Kind.values:
        raise Refused(_("Choose one of the kinds of programme in the list."))
    public_name = public_name_of(public_name)
    with transaction.atomic():
        confirm(who)
        made = _made_with(code)
        if made is not None:
            return _made_before(who, made, slug)
        programme = _insert(slug=slug, kind=kind, **checked)
        if not invitations.spend(code, programme.id):
            raise Refused(USED)
        appoint(who, programme, public_name)
        _add_defaults(programme)
        record("programme.made", programme_id=programme.id, person_id=who.person_id, object_id=programme.id)
        return programme


def _made_with(code: str) -> Programme | None:
    """Hold a code for setting up; the programme that it was spent on, if it was."""
    found = invitations.find(code, hold=True)
    # An unused code with a programme invites a coordinator; it does not set up another programme.
    if found is None or (found.programme_id is not None and found.used_at is None):
        raise Refused(_("We do not know this code. Please check each letter, or ask for a new code."))
    if found.used_at is None and found.is_too_old:
        raise Refused(_("This code is too old. Please ask for a new one."))
    return Programme.objects.get(id=found.programme_id) if found.programme_id else None


def _made_before(who: Acting, programme: Programme, slug: str) -> Programme:
    """The same button pressed twice is one programme; anybody else's second use is refused."""
    mine = Staff.objects.filter(programme=programme, person_id=who.person_id).exists()
    if mine and programme.slug == slug:
        return programme
    raise Refused(USED)


def _insert(*, slug: str, kind: str, name: str, purpose: str, time_zone: str) -> Programme:
    try:
        with transaction.atomic():
            return Programme.objects.create(
                slug=slug,
                kind=kind,
                name=name,
                purpose=purpose,
                time_zone=time_zone,
                interests=catalogue.bits(catalogue.INTERESTS),
                needs=catalogue.bits(catalogue.NEEDS),
                languages=list(range(len(catalogue.LANGUAGES))),
                made_at=now(),
            )
    except IntegrityError as error:
        raise Refused(_("Another programme has this address. Please choose another one.")) from error


def _add_defaults(programme: Programme) -> None:
    names = [_now("Offers company"), _now("Would like company")]
    if programme.kind == Programme.Kind.EXCHANGE:
        names = [_now("Exchanges languages")]
    Side.objects.bulk_create(
        [Side(programme=programme, number=number, name=name) for number, name in enumerate(names)]
    )
    ConsentText.objects.bulk_create(
        [
            ConsentText(
                programme=programme, purpose=purpose, version=1, words=own_words(purpose), made_at=now()
            )
            for purpose in ConsentText.Purpose.values
        ]
    )


def appoint(who: Acting, programme: Programme, public_name: str) -> Staff:
    """Write down a role in the session of the person who takes it."""
    return Staff.objects.create(
        programme=programme,
        person_id=who.person_id,
        entry_id=who.entry_id,
        role=Staff.Role.COORDINATOR,
        public_name=public_name,
        since=now(),
    )


def set_basics(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    name: str,
    purpose: str,
    time_zone: str,
    round_every_days: int | None,
    answer_days: int,
    between_rounds: bool = False,
) -> None:
    """Change name, purpose, time zone and rhythm. A new rhythm counts from now."""
    wanted: dict[str, object] = dict(_checked_basics(name=name, purpose=purpose, time_zone=time_zone))
    if round_every_days is not None and not 1 <= round_every_days <= 366:
        raise Refused(_("Days between rounds: from 1 to 366, or nothing to start rounds by button only."))
    if not 1 <= answer_days <= 60:
        raise Refused(_("Days to answer: from 1 to 60."))
    wanted |= {
        "round_every_days": round_every_days,
        "answer_days": answer_days,
        "between_rounds": between_rounds,
    }
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        if programme.round_every_days != round_every_days:
            wanted["next_round_at"] = _first_round(round_every_days) if programme.open else None
        change(who, programme, **wanted)


def set_lists(
    who: Acting, *, programme_id: uuid.UUID, interests: int, needs: int, languages: Iterable[int]
) -> None:
    """Choose what the programme asks about from the product's lists."""
    numbers = sorted(set(languages))
    if interests & ~catalogue.bits(catalogue.INTERESTS) or needs & ~catalogue.bits(catalogue.NEEDS):
        raise Refused(_("Choose only from the lists."))
    if any(not 0 <= number < len(catalogue.LANGUAGES) for number in numbers):
        raise Refused(_("Choose only from the lists."))
    if not numbers:
        raise Refused(_("Choose at least one language."))
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        change(who, programme, interests=interests, needs=needs, languages=numbers)


def set_sides(who: Acting, *, programme_id: uuid.UUID, sides: Iterable[SideWords]) -> None:
    """Change the names of the sides, what they say, how many partners a member may have, and which checks
    they need first.

    Fires "side.checks_added" where a check is asked that was not asked before. Pairs and open proposals
    stay as they are.
    """
    wanted = [_checked_side(side) for side in sides]
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        rows = {side.number: side for side in Side.objects.filter(programme=programme)}
        if {side.number for side in wanted} - set(rows):
            raise Refused(_("This programme has no such side."))
        changed = [_change_side(rows[side.number], side) for side in wanted]
        names = [row.name.casefold() for row in rows.values()]
        if len(set(names)) < len(names):
            raise Refused(_("The two sides need different names."))
        if any(changed):
            _record_change(who, programme)


def _change_side(row: Side, side: SideWords) -> bool:
    """Write what differs. Returns whether anything did."""
    values = asdict(side)
    fields = [field for field, value in values.items() if getattr(row, field) != value]
    added = side.checks & ~row.checks
    for field in fields:
        setattr(row, field, values[field])
    if fields:
        row.save(update_fields=fields)
    if added:
        fire("side.checks_added", side_id=row.pk)
    return bool(fields)


def publish(who: Acting, programme: Programme) -> Programme:
    """Open the programme for enrolment. Raises Refused with what is missing. Opening twice is once."""
    with transaction.atomic():
        row = as_coordinator(who, programme.id)
        if row.open:
            return row
        missing = what_is_missing(row)
        if missing:
            raise Refused(missing[0].words)
        row.open = True
        row.opened_at = row.opened_at or now()
        row.next_round_at = _first_round(row.round_every_days)
        row.save(update_fields=["open", "opened_at", "next_round_at"])
        record("programme.opened", programme_id=row.id, person_id=who.person_id, object_id=row.id)
        return row


def close(who: Acting, *, programme_id: uuid.UUID) -> None:
    """Take no more new people and plan no more rounds. Pairs go on. Closing twice is once."""
    with transaction.atomic():
        shut(as_coordinator(who, programme_id), person_id=who.person_id)


def shut(programme: Programme, *, person_id: uuid.UUID | None) -> None:
    """Close a locked programme, for a coordinator or because the last one left."""
    if programme.open:
        programme.open, programme.next_round_at = False, None
        programme.save(update_fields=["open", "next_round_at"])
        record("programme.closed", programme_id=programme.id, person_id=person_id, object_id=programme.id)


def plan_next_round(programme_id: uuid.UUID) -> None:
    """Move the next round on: a due one by whole steps of the rhythm, so that it keeps its hour.

    When none was due (a round was started by button), the next one is a full step from now.
    """
    with transaction.atomic():
        programme = locked(programme_id)
        moment, planned = now(), programme.next_round_at
        upcoming = _first_round(programme.round_every_days) if programme.open else None
        if upcoming and planned and planned <= moment and programme.round_every_days:
            step = timedelta(days=programme.round_every_days)
            upcoming = planned + ((moment - planned) // step + 1) * step
        programme.next_round_at = upcoming
        programme.save(update_fields=["next_round_at"])


def change(who: Acting, programme: Programme, **wanted: object) -> None:
    """Write the fields of a locked programme that differ; no difference, no event."""
    fields = [field for field, value in wanted.items() if getattr(programme, field) != value]
    for field in fields:
        setattr(programme, field, wanted[field])
    if fields:
        programme.save(update_fields=fields)
        _record_change(who, programme)


def _record_change(who: Acting, programme: Programme) -> None:
    record("programme.changed", programme_id=programme.id, person_id=who.person_id, object_id=programme.id)


def _first_round(days: int | None) -> datetime | None:
    return now() + timedelta(days=days) if days else None


def public_name_of(name: str) -> str:
    """A coordinator's public name as it will be shown. Raises Refused."""
    return tidy(
        name,
        most=80,
        empty=_("Please write the name that members will see for you."),
        long=_("This name is too long. Please use at most 80 characters."),
    )


def _checked_basics(*, name: str, purpose: str, time_zone: str) -> dict[str, str]:
    if time_zone not in zoneinfo.available_timezones():
        raise Refused(_("We do not know this time zone. Please choose one from the list."))
    return {
        "name": tidy(
            name,
            most=80,
            empty=_("Please give the programme a name."),
            long=_("This name is too long. Please use at most 80 characters."),
        ),
        "purpose": tidy_lines(
            purpose,
            most=1000,
            empty=_("Say what the programme is for."),
            long=_("This is too long. Please use at most 1,000 characters."),
        ),
        "time_zone": time_zone,
    }


def _checked_slug(slug: str) -> str:
    plain = slug.strip().lower()
    if not SLUG.fullmatch(plain):
        raise Refused(
            _("Use 3 to 60 letters from a to z, digits and dashes for the address, like 'river-valley'.")
        )
    return plain


def _checked_side(side: SideWords) -> SideWords:
    if not 1 <= side.max_capacity <= MOST_PARTNERS:
        raise Refused(_("A member may have from 1 to 5 partners at a time."))
    if side.checks & ~catalogue.bits(catalogue.CHECKS):
        raise Refused(_("Choose only from the lists."))
    name = tidy(
        side.name,
        most=60,
        empty=_("Give each side a name."),
        long=_("This name is too long. Please use at most 60 characters."),
    )
    about = tidy(
        side.about, most=300, empty=None, long=_("This is too long. Please use at most 300 characters.")
    )
    return SideWords(side.number, name, about, side.max_capacity, side.checks)
