"""Where a programme needs care, from its published figures alone, each with what can be done about it.

A point names a place, a language or a kind of work, never a person, and leads to no person.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.insight.body import Body
from bothways.insight.protection import share
from bothways.programme import api as programme

# Percent of people with a proposal whose proposal did not become a pair, and of requests that are late.
UNANSWERED_FROM, LATE_FROM = 60, 25


@dataclass(frozen=True, slots=True)
class Point:
    """`words`: what everybody reads. `about` and `place`: what the actions are about."""

    about: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Action:
    words: Promise | str
    url: str


def points_of(body: Body) -> list[Point]:
    """The points of a report, the same for staff and public."""
    names = {place: name for place, _parent, name in body.areas}
    points = [
        Point(
            "area",
            place,
            gettext("In %(area)s many people look for a partner, and there are hardly any volunteers.")
            % {"area": names.get(place, place)},
        )
        for place in body.care.get("areas", [])
    ]
    points += [
        Point(
            "language",
            place,
            gettext("Many people ask for %(language)s, and hardly anybody offers it.")
            % {"language": programme.language_label(int(place))},
        )
        for place in body.care.get("languages", [])
    ]
    closed = share(body.figure("proposed", "closed"), body.figure("proposed"))
    if closed is not None and closed >= UNANSWERED_FROM:
        words = gettext("About %(share)s %% of the people with a proposal did not become a pair.")
        points.append(Point("proposals", "", words % {"share": closed}))
    late = share(body.figure("resolved", "late"), body.figure("resolved"))
    if late is not None and late >= LATE_FROM:
        words = gettext("About %(share)s %% of the requests waited for more than a month without an end.")
        points.append(Point("requests", "", words % {"share": late}))
    return points


def actions_for(point: Point, one: programme.Programme) -> list[Action]:
    """What a coordinator can do about a point."""

    def call() -> str:
        return f"{reverse('call_new', args=[one.slug])}?about={point.about}&place={point.place}"

    set_up = {
        "area": Action(_("Widen the area"), reverse("programme_areas", args=[one.slug])),
        "language": Action(_("Ask for interpreters"), call()),
        "proposals": Action(
            _("Change how long people have to answer"), reverse("programme_basics", args=[one.slug])
        ),
        "requests": Action(_("Answer requests"), reverse("requests", args=[one.slug])),
    }[point.about]
    more = {
        "area": [Action(_("Write to all volunteers"), call())],
        "proposals": [Action(_("Start a round"), reverse("rounds", args=[one.slug]))],
        "requests": [
            Action(_("Invite another coordinator"), reverse("programme_coordinators", args=[one.slug]))
        ],
    }.get(point.about, [])
    return [set_up, *more]
