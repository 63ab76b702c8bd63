"""What members are told about their checks: what is newly asked, what ends soon, what has ended."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse

from bothways.core.clock.api import now, today
from bothways.core.outbox import api as outbox
from bothways.enrol import checks, selectors
from bothways.enrol.models import Check, Enrolment
from bothways.programme.api import Side, catalogue

SOON = timedelta(days=30)
# Long enough for a worker that was down over a weekend; older ones wait on the home page.
LOOK_BACK = timedelta(days=7)


def tell_about_new_checks(*, side_id: int, key: str) -> int:
    """Tell everybody on a side who lacks a check that it asks for now, if they agreed to notices."""
    side = Side.objects.select_related("programme").filter(id=side_id).first()
    if side is None:
        return 0
    sent = Enrolment.objects.filter(side=side).exclude(state=Enrolment.State.DRAFT)
    lacking = sent.exclude(id__in=checks.with_checks(sent, side.programme).values("id"))
    agreed = lacking.filter(id__in=selectors.agreeing(selectors.Purpose.NOTICES))
    path = reverse("enrolment_checks", args=[side.programme.slug])
    people = [(person_id, path) for person_id in agreed.values_list("person_id", flat=True)]
    outbox.tell_all("check.needed", people, key=key)
    return len(people)


def tell_about_ends() -> int:
    """Tell whose check ends within 30 days, and whose has ended, each once. Returns how many it looked at.

    Nothing depends on it: a check counts by its day, whether anybody was told or not.
    """
    count = 0
    for row in _ending():
        item = catalogue.CHECKS[row.kind]
        side, programme = row.enrolment.side, row.enrolment.programme
        if side is None or not side.checks & item.bit or row.valid_until is None or row.set_at is None:
            continue
        left = row.valid_until - checks.today_in(programme)
        was_short = row.valid_until - row.set_at.date() <= SOON
        if left > SOON or (was_short and left >= timedelta()):
            continue
        kind = "check.ends" if left >= timedelta() else "check.ended"
        path = reverse("enrolment_checks", args=[programme.slug])
        outbox.tell(row.person_id, kind, path=path, key=f"{kind}:{row.pk}")
        count += 1
    return count


def _ending() -> QuerySet[Check]:
    """Checks near their end, a day either side for the time zones, of members who agreed to notices."""
    day = timedelta(days=1)
    rows = Check.objects.filter(
        valid_until__range=(today() - LOOK_BACK, today() + SOON + day),
        enrolment_id__in=selectors.agreeing(selectors.Purpose.NOTICES),
    )
    return rows.select_related("enrolment__side", "enrolment__programme").order_by("id")


def new_key(side_id: int) -> str:
    """Names one change of what a side asks for, so that a repeated job tells once."""
    return f"check.needed:{side_id}:{now():%Y%m%d%H%M%S%f}"
