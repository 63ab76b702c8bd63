"""What may be read: proposals to me, why I have none, how the rounds go. Never a count of people."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.pages.api import Tile
from bothways.enrol import api as enrol
from bothways.match import words
from bothways.match.access import of_person
from bothways.match.models import Answer, LeftOver, Proposal, Round
from bothways.programme import api as programme

# Rounds are few; a page shows the newest ones, and of the many looks between them a handful.
SHOWN = 50
LOOKS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where I stand in one programme: the proposals that are open, else why there is none."""

    enrolment: enrol.Enrolment
    proposals: list[Proposal]
    left_over: LeftOver | None


def open_proposals(who: Acting) -> list[Proposal]:
    """The proposals to me that can still become a pair, the first to expire first.

    Each has `said_yes`: whether I have said yes already and wait for the other person.
    """
    return list(_open(who).order_by("expires_at", "id"))


def waiting_at(person_id: uuid.UUID) -> set[str]:
    """The paths of the proposals to somebody that can still be answered. However one has closed, its path is
    gone in the same way."""
    ids = _open_to(person_id).values_list("id", flat=True)
    return {reverse("proposal", args=[proposal_id]) for proposal_id in ids}


def standing(who: Acting) -> list[Standing]:
    """Where I stand in each of my programmes, oldest enrolment first. Three queries."""
    mine = enrol.of_person(who)
    if not mine:
        return []
    proposals = open_proposals(who)
    left_over = {row.enrolment_id: row for row in LeftOver.objects.filter(person_id=who.person_id)}
    return [
        Standing(
            enrolment,
            here := [one for one in proposals if one.programme_id == enrolment.programme_id],
            None if here or not _waits(enrolment) else left_over.get(enrolment.id),
        )
        for enrolment in mine
    ]


def _waits(enrolment: enrol.Enrolment) -> bool:
    """Whether a reason for waiting concerns me now: it may be some days old."""
    return enrolment.state == enrol.Enrolment.State.ACTIVE and enrolment.partners < enrolment.capacity


def said_yes(who: Acting, proposal: Proposal) -> bool:
    """Whether I have said yes to it."""
    return Answer.objects.filter(proposal=proposal, person_id=who.person_id).exists()


def is_open(proposal: Proposal) -> bool:
    """Whether it can still be answered; the job that closes expired ones comes once a minute."""
    return proposal.state == Proposal.State.OPEN and proposal.expires_at > now()


def rounds_of(one: programme.Programme) -> list[Round]:
    """The newest rounds of a programme, newest first. Each has `proof`, what is proved about it."""
    return _newest(one, Round.Kind.FULL, SHOWN)


def looks_of(one: programme.Programme) -> list[Round]:
    """The same for the newest looks between rounds."""
    return _newest(one, Round.Kind.BETWEEN, LOOKS_SHOWN)


def rounds_done(one: programme.Programme) -> int:
    """How many rounds a programme has behind it, without the looks between them."""
    return Round.objects.filter(programme=one, kind=Round.Kind.FULL, state=Round.State.DONE).count()


def _newest(one: programme.Programme, kind: str, most: int) -> list[Round]:
    found = list(Round.objects.filter(programme=one, kind=kind).order_by("-number")[:most])
    for each in found:
        each.proof = words.explain_proof(each)  # type: ignore[attr-defined]  # for the page
    return found


def tiles(who: Acting) -> list[Tile]:
    """What waits for me, why I wait, and the rounds of programmes that I coordinate."""
    found = [tile for one in standing(who) for tile in _member_tiles(one)]
    staff = programme.Staff.objects.filter(person_id=who.person_id, programme__open=True)
    return found + [
        _coordinator_tile(row.programme) for row in staff.select_related("programme").order_by("id")
    ]


def _open(who: Acting) -> QuerySet[Proposal]:
    mine = Answer.objects.filter(proposal=OuterRef("pk"), person_id=who.person_id)
    return _open_to(who.person_id).annotate(said_yes=Exists(mine))


def _open_to(person_id: uuid.UUID) -> QuerySet[Proposal]:
    return Proposal.objects.filter(of_person(person_id), state=Proposal.State.OPEN, expires_at__gt=now())


def _member_tiles(one: Standing) -> list[Tile]:
    if one.proposals:
        return [_proposal_tile(one, proposal) for proposal in one.proposals]
    if one.left_over is None or one.enrolment.state != enrol.Enrolment.State.ACTIVE:
        return []
    if enrol.lacking(one.enrolment):
        # The enrolment's own tile says what to do; why the last round had nobody is over.
        return []
    return [
        Tile(
            one.enrolment.programme.name,
            words.explain_left_over(one.left_over.reason),
            reverse("waiting", args=[one.enrolment.programme.slug]),
            _("See what would help"),
        )
    ]


def _proposal_tile(one: Standing, proposal: Proposal) -> Tile:
    url = reverse("proposal", args=[proposal.id])
    name = one.enrolment.programme.name
    if proposal.said_yes:  # type: ignore[attr-defined]  # annotated
        return Tile(
            name, _("You said yes. The other person has time to answer."), url, _("Look at the proposal")
        )
    return Tile(
        name, _("We have a proposal for you. Say yes or no to it."), url, _("Read the proposal"), urgent=True
    )


def _coordinator_tile(one: programme.Programme) -> Tile:
    return Tile(
        one.name,
        _("A round looks for the best pairs for everybody at once."),
        reverse("rounds", args=[one.slug]),
        _("Rounds"),
    )
