"""Asking for a few hours of practical help, and offering it: two say yes before anybody learns a name."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox.api import tell, tell_all
from bothways.core.texts import api as texts
from bothways.enrol.api import Enrolment, agreeing_people, of_person
from bothways.help.access import area_of, is_member, is_partner
from bothways.help.hand_models import HandAsk, HandKind, HandLike, HandYes
from bothways.pair.api import live_pair, partner_id, tell_partner
from bothways.programme import api as programmes

MOST_ASKS = 10
FURTHEST = timedelta(days=120)
CONTACT_LENGTH = 500
CONFIRMED = (Enrolment.State.ACTIVE, Enrolment.State.PAUSED)


def open_ask(who: Acting, ask_id: uuid.UUID) -> HandAsk:
    """What I asked, or what I am asked: by my partner, or as somebody who likes such work. 404 for others."""
    found = HandAsk.objects.select_related("area").filter(id=ask_id).first()
    if found is None or not (found.person_id == who.person_id or _asked(who, found)):
        raise Http404
    return found


def _asked(who: Acting, ask: HandAsk) -> bool:
    if ask.pair_id is not None and is_partner(who, ask.pair_id):
        return True
    mine = HandLike.objects.filter(person_id=who.person_id, programme_id=ask.programme_id, kind=ask.kind)
    said_yes = HandYes.objects.filter(ask=ask, person_id=who.person_id)
    return said_yes.exists() or (
        ask.wide_at is not None and is_confirmed(who, ask.programme_id) and mine.exists()
    )


def is_confirmed(who: Acting, programme_id: uuid.UUID) -> bool:
    """Whether my enrolment in a programme is confirmed: before, nothing begins."""
    return any(one.programme_id == programme_id and one.state in CONFIRMED for one in of_person(who))


def my_ask(who: Acting, ask_id: uuid.UUID) -> HandAsk:
    """What I asked. 403 for whoever is asked, 404 for others."""
    found = open_ask(who, ask_id)
    if found.person_id != who.person_id:
        raise PermissionDenied
    return found


def set_likes(who: Acting, *, programme_id: uuid.UUID, kinds: set[str]) -> None:
    """Say which kinds of work I like to be asked for in a programme. All others are off."""
    with transaction.atomic():
        confirm(who)
        if not is_member(who, programme_id):
            raise PermissionDenied
        mine = HandLike.objects.filter(programme_id=programme_id, person_id=who.person_id)
        before = set(mine.values_list("kind", flat=True))
        mine.exclude(kind__in=kinds).delete()
        rows = [
            HandLike(programme_id=programme_id, person_id=who.person_id, entry_id=who.entry_id, kind=kind)
            for kind in sorted(kinds & set(HandKind.values))
        ]
        HandLike.objects.bulk_create(rows, ignore_conflicts=True)
        if before != kinds:
            record("hand.likes", programme_id=programme_id, person_id=who.person_id, object_id=programme_id)


def ask(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    kind: str,
    day: date,
    hours: int,
    area_id: int | None = None,
    pair_id: uuid.UUID | None = None,
    ask_id: uuid.UUID | None = None,
) -> HandAsk:
    """Ask my partner of `pair_id`, or else the members who like such work. The same `ask_id` asks once."""
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True) if pair_id else None
        if pair is not None and pair.programme_id != programme_id:
            raise Http404
        if not is_member(who, programme_id):
            raise PermissionDenied
        if not is_confirmed(who, programme_id):
            raise Refused(_("Please confirm your enrolment first."))
        mine = HandAsk.objects.filter(person_id=who.person_id)
        earlier = mine.filter(id=ask_id).first() if ask_id else None
        if earlier is not None:
            return earlier
        if mine.filter(programme_id=programme_id).count() >= MOST_ASKS:
            raise Refused(_("You have asked for much already. Please take something back first."))
        if not today() <= day <= today() + FURTHEST:
            raise Refused(_("Please choose a day between today and four months from now."))
        try:
            with transaction.atomic():
                made = HandAsk.objects.create(
                    id=ask_id or uuid.uuid4(),
                    programme_id=programme_id,
                    person_id=who.person_id,
                    entry_id=who.entry_id,
                    kind=kind,
                    day=day,
                    hours=hours,
                    area=area_of(programme_id, area_id),
                    pair=pair,
                    wide_at=None if pair else now(),
                    wide_entry_id=None if pair else who.entry_id,
                )
        except IntegrityError as error:
            # The id is somebody else's: of that I see nothing.
            raise Http404 from error
        _record("hand.asked", who, made)
        if pair is not None:
            tell_partner(who, pair, "hand.partner", path=path_of(made), key=f"hand.partner:{made.id}")
        else:
            _leave_word(made)
    return made


def widen(who: Acting, *, ask_id: uuid.UUID) -> HandAsk:
    """Ask the members who like such work too. Only who asked can; again is the same as once."""
    with transaction.atomic():
        confirm(who)
        mine = my_ask(who, ask_id)
        fresh = HandAsk.objects.filter(id=mine.id, wide_at=None)
        if fresh.update(wide_at=now(), wide_entry_id=who.entry_id):
            _record("hand.widened", who, mine)
            _leave_word(mine)
    return mine


def take_back(who: Acting, *, ask_id: uuid.UUID) -> HandAsk:
    """Take back what I asked: it is gone, with every yes and with what was opened by two."""
    with transaction.atomic():
        confirm(who)
        mine = my_ask(who, ask_id)
        met = HandYes.objects.filter(ask=mine, met_at__isnull=False)
        for one in list(met):
            _tell_off(one.person_id, mine, one)
        HandAsk.objects.filter(id=mine.id).delete()
        _record("hand.taken_back", who, mine)
    return mine


def offer(who: Acting, *, ask_id: uuid.UUID, words: str, yes_id: uuid.UUID | None = None) -> HandYes:
    """Say that I would help. `words` say how to reach me; they and my name stay closed until the other says
    yes too. Twice is once. Nobody is told when I say nothing."""
    with transaction.atomic():
        confirm(who)
        asked = open_ask(who, ask_id)
        if asked.person_id == who.person_id:
            raise PermissionDenied
        if asked.day < today():
            raise Refused(_("The day has passed."))
        if asked.pair_id is not None and is_partner(who, asked.pair_id):
            # The pair does not end in between: with it ends what was said under it.
            live_pair(who, asked.pair_id, lock=True)
        earlier = HandYes.objects.filter(ask=asked, person_id=who.person_id).first()
        if earlier is not None:
            return earlier
        try:
            with transaction.atomic():
                said = HandYes.objects.create(
                    id=yes_id or uuid.uuid4(),
                    ask=asked,
                    person_id=who.person_id,
                    entry_id=who.entry_id,
                    text_id=texts.put(owner_id=who.person_id, kind="hand", words=words),
                    at=now(),
                )
                # Now, and not at the end: it may have been taken back at this moment.
                connection.check_constraints()
        except (IntegrityError, ProgrammingError) as error:
            # Taken back at this moment: there is nothing, or it is not open to me any more.
            raise Http404 from error
        _record("hand.offered", who, asked)
        tell(asked.person_id, "hand.yes", path=path_of(asked), key=f"hand.yes:{said.id}")
    return said


def accept(who: Acting, *, ask_id: uuid.UUID, yes_id: uuid.UUID, words: str) -> HandYes:
    """The second yes: from now on each of the two sees the other's name and how to reach them.

    Only who asked can say it, to somebody whom they do not know yet. Again is the same as once. The database
    opens both names, and nobody else does.
    """
    with transaction.atomic():
        confirm(who)
        mine = my_ask(who, ask_id)
        if mine.day < today():
            raise Refused(_("The day has passed."))
        earlier = HandYes.objects.filter(ask=mine, id=yes_id, met_at__isnull=False).first()
        if earlier is not None:
            return earlier
        text_id = texts.put(owner_id=who.person_id, kind="hand", words=words)
        with connection.cursor() as cursor:
            cursor.execute("SELECT help_hand_accept(%s, %s, %s, %s)", [yes_id, who.entry_id, text_id, now()])
            if cursor.fetchone() != (True,):
                raise Http404
        said = HandYes.objects.get(id=yes_id)
        _record("hand.met", who, mine)
        tell(said.person_id, "hand.met", path=path_of(mine), key=f"hand.met:{said.id}")
    return said


def call_off(who: Acting, *, yes_id: uuid.UUID) -> HandAsk:
    """Take a yes away: my own, or one that I had accepted. Names and words close at once; no reason."""
    with transaction.atomic():
        confirm(who)
        said = HandYes.objects.select_related("ask").filter(id=yes_id).first()
        if said is None or who.person_id not in (said.person_id, said.ask.person_id):
            raise Http404
        if said.met_at is not None:
            other = said.ask.person_id if said.person_id == who.person_id else said.person_id
            _tell_off(other, said.ask, said)
        HandYes.objects.filter(id=said.id).delete()
        _record("hand.off", who, said.ask)
    return said.ask


def delete_past() -> int:
    """Delete what was asked for a day that has passed, with all that belongs to it. For the job."""
    return HandAsk.objects.filter(day__lt=today() - timedelta(days=1)).delete()[0]


def tell_those_who_like_it(ask_id: uuid.UUID) -> None:
    """A notice to the members who like such work and agreed to notices. For the job; twice is once."""
    with transaction.atomic():
        asked = HandAsk.objects.filter(id=ask_id, wide_at__isnull=False).first()
        if asked is None:
            return
        likes = HandLike.objects.filter(programme_id=asked.programme_id, kind=asked.kind)
        people = set(likes.exclude(person_id=asked.person_id).values_list("person_id", flat=True))
        agreed = people & agreeing_people(asked.programme_id, "notices")
        path = path_of(asked)
        tell_all("hand.asked", [(person, path) for person in sorted(agreed)], key=f"hand.asked:{asked.id}")


def close_for_partner(*, pair_id: uuid.UUID) -> None:
    """A pair has ended: a yes of one of the two to the other's ask under it is gone, and its names close."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT help_hand_pair_over(%s)", [pair_id])


def forget(*, person_id: uuid.UUID, programme_id: uuid.UUID | None = None) -> None:
    """Somebody leaves a programme, or Bothways: what they asked, offered and liked there is gone."""
    here = {"person_id": person_id, **({"programme_id": programme_id} if programme_id else {})}
    said = HandYes.objects.filter(person_id=person_id)
    said = said.filter(ask__programme_id=programme_id) if programme_id else said
    # Whoever counts on somebody is told that it is off, and not why.
    for one in said.filter(met_at__isnull=False).select_related("ask"):
        _tell_off(one.ask.person_id, one.ask, one)
    for one in HandYes.objects.filter(ask__in=HandAsk.objects.filter(**here), met_at__isnull=False):
        _tell_off(one.person_id, one.ask, one)
    said.delete()
    HandAsk.objects.filter(**here).delete()
    HandLike.objects.filter(**here).delete()


def partner_of(who: Acting, asked: HandAsk) -> uuid.UUID | None:
    """The partner whom I asked, while the pair stands."""
    if asked.pair_id is None or not is_partner(who, asked.pair_id):
        return None
    return partner_id(live_pair(who, asked.pair_id), who.person_id)


def path_of(asked: HandAsk) -> str:
    return reverse("hand", args=[asked.id])


def _leave_word(asked: HandAsk) -> None:
    from bothways.help.tasks import tell_of_hand

    tell_of_hand.defer(ask_id=str(asked.id))


def _tell_off(person_id: uuid.UUID, asked: HandAsk, said: HandYes) -> None:
    path = reverse("hands", args=[programmes.by_id(asked.programme_id).slug])
    tell(person_id, "hand.off", path=path, key=f"hand.off:{said.id}")


def _record(kind: str, who: Acting, asked: HandAsk) -> None:
    record(kind, programme_id=asked.programme_id, person_id=who.person_id, object_id=asked.id)
