"""Proposals and acceptances for the tests of this room and of the rooms above: a real round, real answers."""

from __future__ import annotations

from tests.cast import Someone

from bothways.enrol.models import Enrolment
from bothways.enrol.tests.factory import enrolled
from bothways.match import rounds, services
from bothways.match.models import Proposal, Round
from bothways.match.running import run_round
from bothways.programme.models import Programme


def proposed(amina: Someone, bo: Someone, programme: Programme) -> Proposal:
    """The open proposal to these two, by a real round. Whoever is not enrolled yet enrols first:
    `amina` on side 0, `bo` on side 1 (on the one side of an exchange)."""
    _enrol(amina, programme, 0)
    _enrol(bo, programme, 1 if programme.kind == Programme.Kind.COMPANY else 0)
    a_round(programme)
    both = {amina.id, bo.id}
    return next(
        one
        for one in Proposal.objects.filter(programme_id=programme.pk, state=Proposal.State.OPEN)
        if set(one.people) == both
    )


def accepted(amina: Someone, bo: Someone, programme: Programme) -> Proposal:
    """The same after both said yes: a pair."""
    proposal = proposed(amina, bo, programme)
    services.answer(amina.who, proposal_id=proposal.id, yes=True)
    return services.answer(bo.who, proposal_id=proposal.id, yes=True)


def a_round(programme: Programme) -> Round:
    """A round of the programme, asked for by the clock and done at once."""
    return run_round(rounds.ask(programme.pk).id)


def _enrol(someone: Someone, programme: Programme, side: int) -> None:
    if not Enrolment.objects.filter(programme=programme, person_id=someone.id).exists():
        enrolled(someone, programme, side=side)
