"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.jobs.api import every, job
from bothways.core.outbox import api as outbox
from bothways.enrol import check_services, check_tasks, selectors
from bothways.enrol.models import Enrolment

# Long enough for a worker that was down over a weekend; older ones wait on the home page.
LOOK_BACK = timedelta(days=7)


@every("* * * * *")
def tell_who_can_confirm(timestamp: int) -> None:
    """Tell everyone whose pause is over."""
    tell_those_who_can_confirm()


def tell_those_who_can_confirm() -> int:
    """Tell everyone whose pause is over, once, if they agreed to notices. Returns how many it looked at."""
    moment = now()
    opened = Enrolment.objects.filter(
        state=Enrolment.State.WAITING, confirm_from__lte=moment, confirm_from__gt=moment - LOOK_BACK
    )
    agreed = selectors.agreeing(selectors.Purpose.NOTICES)
    rows = opened.filter(id__in=agreed).values_list("id", "person_id", "programme__slug")
    count = 0
    for enrolment_id, person_id, slug in rows:
        path = reverse("enrolment", args=[slug])
        outbox.tell(person_id, "enrolment.opens", path=path, key=f"enrolment.opens:{enrolment_id}")
        count += 1
    return count


@every("23 * * * *")
def tell_about_checks(timestamp: int) -> None:
    """Tell whose check ends soon or has ended."""
    check_tasks.tell_about_ends()


@every("*/10 * * * *")
def clear_check_codes(timestamp: int) -> None:
    """Delete the codes for checks that nobody used."""
    check_services.clear_codes()


@job()
def tell_about_new_checks(side_id: int, key: str) -> None:
    """Tell the members of a side that it asks for a check now."""
    check_tasks.tell_about_new_checks(side_id=side_id, key=key)


def leave_word_of_new_checks(side_id: int) -> None:
    """Leave the job in the caller's transaction: a coordinator's own request reads no members."""
    tell_about_new_checks.defer(side_id=side_id, key=check_tasks.new_key(side_id))
