"""A pair is made by two yeses, paused by either, ended by either. Its card is in `cards.py`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.enrol import api as enrol
from bothways.match import api as match
from bothways.pair import access
from bothways.pair.access import live_pair, locked, my_half, other_half
from bothways.pair.models import Closing, Half, InTouch, Pair
from bothways.pair.notices import tell
from bothways.pair.paths import pair_path
from bothways.pair.words import cleaned

LONGEST_PAUSE = timedelta(days=366)
CONTACT_LENGTH = 500


def make(*, proposal: match.Proposal) -> None:
    """The second yes was given: make the pair, in the transaction of that yes.

    The database refuses it unless both people of the proposal have a standing yes.
    """
    pair = Pair.objects.create(programme_id=proposal.programme_id, proposal_id=proposal.pk, made_at=now())
    sides = zip(proposal.people, proposal.enrolments, strict=True)
    halves = Half.objects.bulk_create(
        Half(pair=pair, number=number, person_id=person_id, enrolment_id=enrolment_id)
        for number, (person_id, enrolment_id) in enumerate(sides)
    )
    record("pair.made", programme_id=pair.programme_id, object_id=pair.id)
    _open_names(pair)
    for half in halves:
        record("pair.joined", programme_id=pair.programme_id, person_id=half.person_id, object_id=pair.id)
        tell(half, "pair.made", path=pair_path(pair.id), key=f"pair.made:{pair.id}")


def _open_names(pair: Pair) -> None:
    """The two learn each other's names. The database does it: neither may share the other's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pair_open_names(%s)", [pair.id])


@transaction.atomic
def pause(who: Acting, *, pair_id: uuid.UUID, until: date) -> None:
    """Pause for myself until a day; my partner sees only the day. Asking again moves the day."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    if not today() < until <= today() + LONGEST_PAUSE:
        raise Refused(_("Please choose a day after today and within one year."))
    half = my_half(who, pair)
    if half.paused_until == until:
        return
    half.paused_until = until
    half.save(update_fields=["paused_until"])
    _settle_pause(pair, who)
    _changed(who, pair, "pair.paused", f"paused:{until}")


@transaction.atomic
def resume(who: Acting, *, pair_id: uuid.UUID) -> None:
    """End my own pause. If my partner has one too, the pair stays paused until theirs is over:
    nobody hurries anybody."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    half = my_half(who, pair)
    if half.paused_until is None:
        return
    half.paused_until = None
    half.save(update_fields=["paused_until"])
    _settle_pause(pair, who)
    _changed(who, pair, "pair.resumed", f"resumed:{now():%Y%m%d%H%M%S}")


def clear_pauses() -> int:
    """Make live again every pair whose pause is over. Returns how many; a job does this every hour."""
    over = Pair.objects.filter(state=Pair.State.PAUSED, paused_until__lte=today())
    Half.objects.filter(pair__in=over).update(paused_until=None)
    return over.update(state=Pair.State.LIVE, paused_until=None)


@transaction.atomic
def set_contact(who: Acting, *, pair_id: uuid.UUID, words: str) -> None:
    """Write how my partner reaches me, or take it away with no words. Only who agreed to share contact
    details may; the partner sees it only while both agree."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    half = my_half(who, pair)
    plain = cleaned(words, CONTACT_LENGTH)
    if plain and not enrol.consents(half.enrolment_id).get("contact"):
        raise Refused(
            _("You said no to sharing contact details. You can change that in your answers, then write here.")
        )
    if half.contact_text and texts.read(who, [half.contact_text]).get(half.contact_text) == plain:
        return
    put_into_half(who, pair, half, "contact", plain)
    record("pair.contact", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)


def put_into_half(who: Acting, pair: Pair, half: Half, kind: str, words: str) -> None:
    """Put words of mine for my partner into my half of a pair, in place of the earlier ones, which go.

    `kind` names the text, and the field `<kind>_text`. Under the lock that `share_in_pair` asks for.
    """
    field = f"{kind}_text"
    earlier = getattr(half, field)
    if earlier:
        texts.drop(owner_id=who.person_id, text_ids=[earlier])
    text_id = texts.put(owner_id=who.person_id, kind=kind, words=words) if words else None
    setattr(half, field, text_id)
    half.save(update_fields=[field])
    if text_id:
        share_in_pair(who, pair, [text_id])


def share_in_pair(who: Acting, pair: Pair, text_ids: Iterable[uuid.UUID]) -> None:
    """Open texts of mine to my partner for as long as the pair stands.

    Call it in the transaction that loaded the pair with `live_pair(..., lock=True)`: otherwise the pair
    could end in between and the texts would stay open.
    """
    partner = other_half(who, pair)
    if partner is not None:
        texts.share(owner_id=who.person_id, text_ids=text_ids, with_id=partner.person_id, under=pair.id)


@transaction.atomic
def end(who: Acting, *, pair_id: uuid.UUID) -> None:
    """End a pair of mine, at once and without a reason. Ending it twice ends it once."""
    confirm(who)
    pair = access.open_pair(who, pair_id)
    partner = other_half(who, pair)
    if partner is not None:
        match.hold_between(who.person_id, partner.person_id)
    _end(pair.id, by=who.person_id)


def end_for_enrolment(*, enrolment_id: uuid.UUID, person_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """Someone took their enrolment back: its pairs end for the others, in the same transaction."""
    _end_all(person_id, Half.objects.filter(person_id=person_id, enrolment_id=enrolment_id))


def end_for_person(*, person_id: uuid.UUID) -> None:
    """Someone is leaving: all their pairs end for the others, in the same transaction."""
    _end_all(person_id, Half.objects.filter(person_id=person_id))


def hold_all_of(*, person_id: uuid.UUID, **_about: object) -> None:
    """Hook "enrolment.withdrawing": hold every living pair of a person, then its enrolments and theirs."""
    _hold_places(person_id, _hold_pairs(person_id))


def _end_all(person_id: uuid.UUID, halves: Iterable[Half]) -> None:
    # All pairs of the person are held first and in one order, also those that stay: two people who leave
    # at the same moment and share two pairs would otherwise wait for each other.
    held = _hold_pairs(person_id)
    _hold_places(person_id, held)
    for pair_id in sorted({half.pair_id for half in halves} & held):
        _end(pair_id, by=person_id)


def _hold_pairs(person_id: uuid.UUID) -> set[uuid.UUID]:
    mine = Half.objects.filter(person_id=person_id).values("pair_id")
    pairs = Pair.objects.filter(id__in=mine).exclude(state=Pair.State.ENDED)
    return {pair.id for pair in locked(pairs).order_by("id")}


def _hold_places(person_id: uuid.UUID, pair_ids: Iterable[uuid.UUID]) -> None:
    """Hold a person's enrolments and those of these pairs in the order of their ids, as acceptances do."""
    theirs = Half.objects.filter(pair_id__in=list(pair_ids)).values("enrolment_id")
    rows = enrol.Enrolment.objects.filter(Q(person_id=person_id) | Q(id__in=theirs)).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id"))


def _end(pair_id: uuid.UUID, *, by: uuid.UUID) -> None:
    """End a pair if it has not ended, and tell the other: everything that was open under it closes."""
    pair = locked(Pair.objects.filter(id=pair_id)).get()
    if pair.is_ended:
        return
    halves = list(Half.objects.filter(pair=pair).order_by("enrolment_id"))
    # First: afterwards nobody but the other can see whether the other agreed to notices.
    _tell_ended(next((half for half in halves if half.person_id != by), None), pair.id)
    _forget_words(pair, halves)
    pair.state, pair.ended_at, pair.paused_until = Pair.State.ENDED, now(), None
    pair.save(update_fields=["state", "ended_at", "paused_until"])
    # After that: by the planned day the database judges whether the two stay in touch.
    Closing.objects.filter(pair=pair).delete()
    # After that too: while a pair stands, what is in the other's half is theirs alone.
    Half.objects.filter(pair=pair).update(contact_text=None, thanks_text=None, paused_until=None)
    for half in halves:
        # In the order of the enrolments' ids, the same in which an acceptance holds them.
        enrol.give_back(half.enrolment_id)
        record("pair.over", programme_id=pair.programme_id, person_id=half.person_id, object_id=pair.id)
    record("pair.ended", programme_id=pair.programme_id, object_id=pair.id)
    if len(halves) == 2:
        match.not_again(pair.programme_id, halves[0].person_id, halves[1].person_id)
    registry.fire("pair.ended", pair_id=pair.id, programme_id=pair.programme_id)


def _forget_words(pair: Pair, halves: list[Half]) -> None:
    """Close every text that was open under the pair, and delete those that had no other use."""
    cards = list(pair.cards.all())
    for half in halves:
        own = [text_id for card in cards for text_id in card.texts_of(half.person_id)]
        texts.drop(
            owner_id=half.person_id, text_ids=[*own, *filter(None, [half.contact_text, half.thanks_text])]
        )
    # Last: until then the other's words are open to the one who ends the pair, and can be deleted.
    texts.unshare(under=pair.id)
    pair.cards.all().delete()


def _settle_pause(pair: Pair, who: Acting) -> None:
    """Let the pair's own pause be the later of its halves' pauses, and the rooms above follow."""
    ahead = Half.objects.filter(pair=pair, paused_until__gt=today())
    days = [day for day in ahead.values_list("paused_until", flat=True) if day]
    pair.paused_until = max(days, default=None)
    pair.state = Pair.State.PAUSED if days else Pair.State.LIVE
    pair.save(update_fields=["state", "paused_until"])
    registry.fire("pair.pausing", pair=pair, person_id=who.person_id)


def _changed(who: Acting, pair: Pair, kind: str, key: str) -> None:
    record(kind, programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
    tell(other_half(who, pair), "pair.changed", path=pair_path(pair.id), key=f"pair:{pair.id}:{key}")


def _tell_ended(half: Half | None, pair_id: uuid.UUID) -> None:
    tell(half, "pair.ended", path=pair_path(pair_id), key=f"pair.ended:{pair_id}")


def erase(person_id: uuid.UUID) -> None:
    """Take a person out of this room. A pair that still lives (an older backup was restored) ends first."""
    end_for_person(person_id=person_id)
    InTouch.objects.filter(person_id=person_id).delete()
    Half.objects.filter(person_id=person_id).delete()
