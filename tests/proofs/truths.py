"""What must hold whoever did what at the same moment. Read from the tables, by nobody's service."""

from __future__ import annotations

import uuid
from collections import Counter

from django.core.exceptions import PermissionDenied
from django.http import Http404

from bothways.core.faults import Refused
from bothways.core.identity.api import NotSignedIn
from bothways.core.identity.models import Entry
from bothways.core.models import Ask, Delivery, Event, Notice, Share, Text, Tombstone
from bothways.enrol.models import Enrolment
from bothways.match.models import Answer, LeftOver, NotAgain, Part, Proposal, Round
from bothways.pair.models import Half, Pair, Signature
from bothways.people.models import NoticeDevice, Person, Phone
from tests.proofs import truths_together

# What a view turns into a sentence. Anything else would be a fault on somebody's page.
TOLD = (Refused, NotSignedIn, Http404, PermissionDenied)
STANDING = {Enrolment.State.ACTIVE, Enrolment.State.PAUSED}


def untold(results: list[object]) -> list[str]:
    """The results that would be an error page."""
    return [repr(one) for one in results if isinstance(one, Exception) and not isinstance(one, TOLD)]


def broken() -> list[str]:
    """Every truth that does not hold now, in words."""
    people = set(Person.objects.filter(is_active=True).values_list("id", flat=True))
    enrolments = {one.pk: one for one in Enrolment.objects.all()}
    return [
        *_pairs(people, enrolments),
        *_places(enrolments),
        *_proposals(people, enrolments),
        *_rounds(),
        *_nothing_left_of_the_gone(),
        *truths_together.broken(),
    ]


def _pairs(people: set[uuid.UUID], enrolments: dict[uuid.UUID, Enrolment]) -> list[str]:
    found = []
    for pair in Pair.objects.select_related("proposal").prefetch_related("halves"):
        halves = list(pair.halves.all())
        if pair.is_ended:
            if Share.objects.filter(under=pair.pk).exists() or pair.cards.exists():
                found.append("words stay open under an ended pair")
            if pair.proposal.state == Proposal.State.MADE:
                found.append("a proposal counts as made and its pair has ended")
            continue
        if len(halves) != 2 or not {half.person_id for half in halves} <= people:
            found.append("a living pair with somebody who left")
        for half in halves:
            mine = enrolments.get(half.enrolment_id)
            if mine is None or mine.state not in STANDING:
                found.append("a living pair with somebody who withdrew")
        if pair.proposal.state != Proposal.State.MADE:
            found.append("a living pair whose proposal is not made")
    return found


def _places(enrolments: dict[uuid.UUID, Enrolment]) -> list[str]:
    living = Counter(
        Half.objects.exclude(pair__state=Pair.State.ENDED).values_list("enrolment_id", flat=True)
    )
    found = []
    for pk, one in enrolments.items():
        if one.partners != living[pk]:
            found.append(f"{one.partners} partners are counted, {living[pk]} pairs live")
        if one.partners > one.capacity:
            found.append("more partners than places")
    return found


def _proposals(people: set[uuid.UUID], enrolments: dict[uuid.UUID, Enrolment]) -> list[str]:
    found = []
    pairs = set(Pair.objects.exclude(state=Pair.State.ENDED).values_list("proposal_id", flat=True))
    for one in Proposal.objects.prefetch_related("answers"):
        said = {answer.person_id for answer in one.answers.all()}
        if one.state == Proposal.State.OPEN:
            if len(set(one.people) & people) < 2 or not set(one.enrolments) <= enrolments.keys():
                found.append("an open proposal with somebody who is gone")
            if len(one.enrolments) < 2:
                found.append("an open proposal without an enrolment")
            if len(said) == 2:
                found.append("both said yes, and nothing came of it")
        if one.state == Proposal.State.MADE and one.pk not in pairs:
            found.append("a proposal counts as made, and there is no pair")
        if one.state == Proposal.State.CLOSED and said:
            found.append("a closed proposal keeps an answer")
    return found


def _rounds() -> list[str]:
    found = []
    if Proposal.objects.exclude(round__state=Round.State.DONE).exists():
        found.append("a proposal of a round that did not get through")
    if Part.objects.exclude(round__state__in=["queued", "running"]).exists():
        found.append("working data of a round that is over")
    return found


def _nothing_left_of_the_gone() -> list[str]:
    gone = list(Tombstone.objects.values_list("person_id", flat=True))
    rows = {
        "account": Person.objects.filter(id__in=gone),
        "session": Entry.objects.filter(person_id__in=gone),
        "text": Text.objects.filter(owner_id__in=gone),
        "share": Share.objects.filter(with_id__in=gone),
        "code": Ask.objects.filter(person_id__in=gone),
        "phone": Phone.objects.filter(person_id__in=gone),
        "device": NoticeDevice.objects.filter(person_id__in=gone),
        "message": Delivery.objects.filter(person_id__in=gone),
        "notice": Notice.objects.filter(person_id__in=gone),
        "event": Event.objects.filter(person_id__in=gone),
        "enrolment": Enrolment.objects.filter(person_id__in=gone),
        "answer": Answer.objects.filter(person_id__in=gone),
        "left side": Proposal.objects.filter(left_person__in=gone),
        "right side": Proposal.objects.filter(right_person__in=gone),
        "reason": LeftOver.objects.filter(person_id__in=gone),
        "word 'not again'": NotAgain.objects.filter(low_person__in=gone)
        | NotAgain.objects.filter(high_person__in=gone),
        "half": Half.objects.filter(person_id__in=gone),
        "signature": Signature.objects.filter(person_id__in=gone),
        **truths_together.of_the_gone(gone),
    }
    return [f"a {what} of somebody who left" for what, found in rows.items() if found.exists()]
