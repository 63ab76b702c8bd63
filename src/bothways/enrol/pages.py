"""What the pages of an enrolment show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bothways.core.clock.api import now
from bothways.enrol import answers, checks, selectors, words
from bothways.enrol.models import Enrolment
from bothways.enrol.steps import Step, steps_of
from bothways.programme import api as programmes

State = Enrolment.State


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands among the others."""

    step: Step
    number: int
    total: int
    before: str | None
    after: str | None

    @property
    def dots(self) -> list[bool]:
        return [number < self.number for number in range(self.total)]


def place_of(enrolment: Enrolment, key: str) -> Place | None:
    """The place of a step, or None when this person is not asked it."""
    steps = steps_of(enrolment)
    keys = [step.key for step in steps]
    if key not in keys:
        return None
    at = keys.index(key)
    after = keys[at + 1] if at + 1 < len(keys) else None
    return Place(steps[at], at + 1, len(keys), keys[at - 1] if at else None, after)


def where_i_stopped(enrolment: Enrolment) -> str:
    """The first step that still needs an answer, else the last one."""
    lacking = answers.missing(enrolment)
    if lacking:
        return lacking[0]
    return "consent" if None in selectors.standing(enrolment).values() else "check"


def overview(enrolment: Enrolment) -> dict[str, Any]:
    """My answers and consents, and what can be done now."""
    said = selectors.standing(enrolment)
    asked = {step.key for step in steps_of(enrolment)}
    if enrolment.state in {State.ACTIVE, State.PAUSED}:
        asked.discard("side")
    opens = enrolment.confirm_from
    return {
        "enrolment": enrolment,
        "programme": enrolment.programme,
        "rows": [
            (label, value, step if step in asked else None)
            for step, label, value in words.summary_by_step(enrolment)
        ],
        "consents": [(programmes.PURPOSES[purpose], given) for purpose, given in said.items()],
        "lacks": [item.words for item in checks.lacking(enrolment)],
        "has_checks": bool(checks.mine(enrolment)),
        "ask_again": None in said.values(),
        "no_match": said.get(selectors.Purpose.MATCH) is False,
        "opens": words.moment(opens, enrolment) if opens else "",
        "can_confirm": enrolment.state == State.WAITING and opens is not None and now() >= opens,
    }
