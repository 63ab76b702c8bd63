"""Answers to proposals, and what closes a proposal. Rounds are in `rounds.py`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.registry.api import fire
from bothways.enrol import api as enrol
from bothways.match.access import lock, my_proposal, of_person
from bothways.match.models import Answer, LeftOver, NotAgain, Proposal

# How long a closed proposal stays readable for its two people.
KEPT = timedelta(days=30)
OPEN, MADE, CLOSED = Proposal.State.OPEN, Proposal.State.MADE, Proposal.State.CLOSED
# How a code to answer by text message calls a proposal.
ASK = "proposal"
IS_CLOSED = _("This proposal is closed. It says nothing about you.")


def answer(who: Acting, *, proposal_id: uuid.UUID, yes: bool) -> Proposal:
    """Say yes or no to a proposal that was made to me, and return it as it is then.

    The second yes makes it `made` and fires "proposal.accepted". A no closes it for ever; it needs no
    reason and leaves none. A yes may become a no until the other has said yes too. The same answer
    twice is done once. Raises Http404 when it is not mine, Refused when it cannot be answered so now.
    """
    with transaction.atomic():
        confirm(who)
        proposal = _held(who, proposal_id)
        if yes:
            _say_yes(who, proposal)
        else:
            _decline(proposal)
        # The last thing: by a text message we are here through the code that goes now.
        asks.take_back(who, kind=ASK, object_id=proposal_id)
    if yes and proposal.state == CLOSED:
        # Raised after the transaction, so that it stays closed: its time is over (and a clock that is put
        # back must not open it again), or the other person's place is gone.
        raise Refused(IS_CLOSED)
    return proposal


def _say_yes(who: Acting, proposal: Proposal) -> None:
    if proposal.state == OPEN and proposal.expires_at <= now():
        _close([proposal])
    if proposal.state == OPEN:
        _check_my_side(who, proposal)
        _accept(who, proposal)


def not_again(programme_id: uuid.UUID, a: uuid.UUID, b: uuid.UUID) -> None:
    """Never propose these two to each other again; what stands between them is closed."""
    low, high = sorted((a, b))
    with transaction.atomic():
        NotAgain.objects.bulk_create(
            [NotAgain(programme_id=programme_id, low_person=low, high_person=high)], ignore_conflicts=True
        )
        between = Proposal.objects.filter(of_person(a), programme_id=programme_id).filter(of_person(b))
        _close(lock(between.exclude(state=CLOSED).order_by("id")))


def close_expired(limit: int = 1000) -> int:
    """Close the proposals whose time is over. Returns how many; silence leaves no trace."""
    with transaction.atomic():
        due = Proposal.objects.filter(state=OPEN, expires_at__lte=now()).order_by("id")
        # Whoever answers at this moment holds the row: they are asked again in a minute.
        return _close(lock(due, skip_busy=True)[:limit])


def forget_closed(limit: int = 1000) -> int:
    """Take the people out of proposals that were closed long ago. Returns how many."""
    with transaction.atomic():
        long_ago = now() - KEPT
        old = Proposal.objects.filter(state=CLOSED, expires_at__lt=long_ago).exclude(
            left_person=None, right_person=None
        )
        ids = list(lock(old, skip_busy=True).values_list("id", flat=True)[:limit])
        return Proposal.objects.filter(id__in=ids).update(
            left=None, right=None, left_person=None, right_person=None
        )


def cut_loose(person_id: uuid.UUID) -> None:
    """Take somebody who left out of every proposal, with their answers and all that was for them.

    May run twice. The other person keeps a closed proposal that names nobody.
    """
    with transaction.atomic():
        # All of them are held first, in one order: two people who leave at the same moment share some.
        held = list(lock(Proposal.objects.filter(of_person(person_id)).order_by("id")))
        _close(proposal for proposal in held if proposal.state != CLOSED)
        Answer.objects.filter(person_id=person_id).delete()
        LeftOver.objects.filter(person_id=person_id).delete()
        NotAgain.objects.filter(Q(low_person=person_id) | Q(high_person=person_id)).delete()
        Proposal.objects.filter(left_person=person_id).update(left=None, left_person=None)
        Proposal.objects.filter(right_person=person_id).update(right=None, right_person=None)


def hold_all_of(*, person_id: uuid.UUID, **_about: object) -> None:
    """Hook "enrolment.withdrawing": hold every proposal to a person, before anything else of theirs."""
    list(lock(Proposal.objects.filter(of_person(person_id)).order_by("id")).values_list("id"))


def hold_between(a: uuid.UUID, b: uuid.UUID) -> None:
    """Hold every proposal to these two: for the ending of their pair, which holds the pair next."""
    between = Proposal.objects.filter(of_person(a)).filter(of_person(b))
    list(lock(between.order_by("id")).values_list("id"))


def on_withdrawn(*, enrolment_id: uuid.UUID, **_about: object) -> None:
    """Hook "enrolment.withdrawn": what was open for this enrolment is closed."""
    either_side = Q(left_id=enrolment_id) | Q(right_id=enrolment_id)
    _close(lock(Proposal.objects.filter(either_side, state=OPEN).order_by("id")))


def on_pair_ended(*, proposal_id: uuid.UUID | None = None, **_about: object) -> None:
    """Hook "pair.ended": the proposal behind the pair no longer counts as a living pair.

    `pair` calls `not_again`, which closes it as well: the hook need not name the proposal.
    """
    if proposal_id is not None:
        _close(lock(Proposal.objects.filter(id=proposal_id).exclude(state=CLOSED)))


def _held(who: Acting, proposal_id: uuid.UUID) -> Proposal:
    """My proposal, held for the rest of the transaction."""
    my_proposal(who, proposal_id)
    held = lock(Proposal.objects.filter(of_person(who.person_id), id=proposal_id)).first()
    if held is None:
        raise Http404
    return held


def _check_my_side(who: Acting, proposal: Proposal) -> None:
    """What I can put right myself is said to me; the same is checked again under lock by `take_places`."""
    both = enrol.Enrolment.objects.select_related("programme", "side").filter(id__in=proposal.enrolments)
    mine = both.filter(person_id=who.person_id).first()
    if mine is None:
        raise Refused(IS_CLOSED)
    if mine.state != enrol.Enrolment.State.ACTIVE:
        raise Refused(_("Your enrolment is paused. End the pause first, then say yes."))
    if enrol.lacking(mine):
        raise Refused(
            _("A check that you need is missing or has ended. See “My checks” in your enrolment first.")
        )
    if mine.partners >= mine.capacity:
        raise Refused(
            _("You have as many partners as you wished for. To say yes, change that in your enrolment.")
        )
    if not enrol.consents(mine.id).get("match"):
        raise Refused(
            _("You have not agreed that we look for a partner for you. Agree in your enrolment first.")
        )


def _accept(who: Acting, proposal: Proposal) -> None:
    Answer.objects.get_or_create(
        proposal=proposal,
        person_id=who.person_id,
        defaults={"entry_id": who.entry_id, "yes": True, "at": now()},
    )
    if not _both_say_yes(proposal):
        return
    try:
        with transaction.atomic():
            enrol.take_places(proposal.enrolments)
    except Refused:
        # My own side was checked, so it is the other's: which of their reasons it is stays theirs.
        _close([proposal])
        return
    proposal.state = MADE
    proposal.save(update_fields=["state"])
    record("proposal.accepted", programme_id=proposal.programme_id, object_id=proposal.id)
    _close_without_a_place(proposal)
    fire("proposal.accepted", proposal=proposal)


def _both_say_yes(proposal: Proposal) -> bool:
    # The database is asked: until both have, nobody reads what the other said.
    with connection.cursor() as cursor:
        cursor.execute("SELECT match_both_say_yes(%s)", [proposal.id])
        return bool(cursor.fetchone()[0])


def _close_without_a_place(made: Proposal) -> None:
    """Whoever has no further place now cannot become a pair by another proposal: close those at once.

    The enrolments are held already, and proposals come before them in the order of locks; so a proposal
    that somebody answers at this moment is left alone. Its second yes will find no place and close it.
    """
    full = [
        row.id
        for row in enrol.Enrolment.objects.filter(id__in=made.enrolments).only("id", "partners", "capacity")
        if row.partners >= row.capacity
    ]
    for side in ("left", "right"):
        rest = Proposal.objects.filter(state=OPEN, **{f"{side}_id__in": full})
        _close(lock(rest, skip_busy=True))


def _decline(proposal: Proposal) -> None:
    if proposal.state == MADE:
        raise Refused(_("You both said yes, so you are a pair. You can end the pair on its own page."))
    if proposal.state == OPEN:
        _close([proposal])
        if len(proposal.people) == 2:
            not_again(proposal.programme_id, *proposal.people)


def _close(proposals: Iterable[Proposal]) -> int:
    """Close held proposals and take their answers and reasons away, in whatever way they closed.

    The database deletes both with the closing: who said what is not even there, and whether the other has
    left shows in nothing.
    """
    rows = list(proposals)
    for row in rows:
        row.state, row.reasons = CLOSED, {}
    Proposal.objects.filter(id__in=[row.id for row in rows]).update(state=CLOSED)
    for row in rows:
        record("proposal.closed", programme_id=row.programme_id, object_id=row.id)
    return len(rows)
