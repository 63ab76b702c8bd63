"""The tables that are published: all of them, and nothing else ever is.

A table counts people, each at most once in a cell, by a SELECT that gives their record key `mark` and the
cell (`leaf`). What it may read, made ready by `counting.py`, is about people who agreed to be counted and no
others:

- `counted`: everybody who is counted in the period, with `side`, `area_id`, `since`, `paused_at`;
- `alike`: the same already counted by place, side and languages: `people` many with `mark` together;
- `happened`: what they did or what happened to them in it (events);
- `paired`: how many pairs each of them has at its end, and since when they have waited since the last one;
- the times `%(start)s`, `%(end)s`, `%(last_month)s` (when its last month begins), `%(before)s` (when the
  quarter before began), and the programme, `%(programme)s`.

No table crosses anything with languages, age, gender, needs or interests. To add one, add it to `TABLES`; its
SELECT names kinds of events that are in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bothways.insight.protection import TOTAL
from bothways.voice import api as voice

QUARTER, MONTH, HALF = "quarter", "month", "half"
# A month is published by itself where the same table of the last quarter came out at this or more.
MONTH_FROM = 200


@dataclass(frozen=True, slots=True)
class Declared:
    """One table: its words, the cells that add up to its total, and whom it counts."""

    key: str
    title: Promise | str
    # What one number means.
    unit: Promise | str
    people: str = ""
    # Cell and label, in order; empty where there is only the total. With `by_area` the cells are the areas.
    leaves: dict[str, Promise | str] = field(default_factory=dict)
    by_area: bool = False
    # Shown as parts of a hundred too.
    shares: bool = False
    every: str = QUARTER
    # Only where one side offers and the other would like.
    two_sides: bool = False
    # The question of the room `voice` whose answers are counted. Nobody knows whose they are: no SELECT then.
    question: str = ""

    def places(self, areas: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
        """Its cells but the total, each with the one that it is a part of. `areas`: place, place of the area
        that it lies in, name; each after that one."""
        if self.by_area:
            return [(place, parent) for place, parent, _name in areas]
        return [(leaf, TOTAL) for leaf in self.leaves]


KINDS = (
    "meeting.confirmed",
    "pair.joined",
    "pair.over",
    "proposal.sent",
    "request.made",
    "request.resolved",
)

MEMBERS = Declared(
    key="members",
    title=_("Members"),
    unit=_("people enrolled at the end of the quarter"),
    by_area=True,
    people="SELECT people, mark, area_id AS leaf FROM alike",
)

WAITING = Declared(
    key="waiting",
    title=_("Waiting for a partner"),
    unit=_("people without a partner at the end of the quarter, by how long they have waited"),
    leaves={
        "month": _("Up to 1 month"),
        "quarter": _("1 to 3 months"),
        "half": _("3 to 6 months"),
        "longer": _("More than 6 months"),
    },
    people="""
        SELECT person_id, mark, CASE
            WHEN waits < interval '1 month' THEN 'month' WHEN waits < interval '3 months' THEN 'quarter'
            WHEN waits < interval '6 months' THEN 'half' ELSE 'longer' END AS leaf
        FROM (SELECT person_id, c.mark, %(end)s - greatest(c.since, p.alone_since) AS waits
              FROM counted c LEFT JOIN paired p USING (person_id)
              WHERE coalesce(p.pairs, 0) = 0 AND (c.paused_at IS NULL OR c.paused_at >= %(end)s)) alone
    """,
)

PROPOSED = Declared(
    key="proposed",
    title=_("Proposals and answers"),
    unit=_("people who were sent a proposal in the quarter, by what came of it"),
    leaves={
        "pair": _("Became a pair"),
        "closed": _("Did not become a pair"),
        "open": _("Still open"),
    },
    shares=True,
    # A no, no answer in time and a place that was taken are one thing here as everywhere: no more is kept.
    people="""
        SELECT person_id, mark, CASE WHEN bool_or(o.made) THEN 'pair' WHEN bool_or(o.object_id IS NULL)
            THEN 'open' ELSE 'closed' END AS leaf
        FROM happened LEFT JOIN (
            SELECT object_id, bool_or(kind = 'proposal.accepted') AS made FROM core_event
            WHERE programme_id = %(programme)s AND kind IN ('proposal.accepted', 'proposal.closed')
              AND at >= %(before)s AND at < %(end)s GROUP BY object_id) o USING (object_id)
        WHERE kind = 'proposal.sent' GROUP BY person_id, mark
    """,
)

BEGAN = Declared(
    key="began",
    title=_("Pairs that began"),
    unit=_("people whose pair began in the quarter"),
    people="SELECT DISTINCT person_id, mark, '' AS leaf FROM happened WHERE kind = 'pair.joined'",
)

ENDED = Declared(
    key="ended",
    title=_("Pairs that ended"),
    unit=_("people whose pair ended in the quarter"),
    people="SELECT DISTINCT person_id, mark, '' AS leaf FROM happened WHERE kind = 'pair.over'",
)

TOGETHER = Declared(
    key="together",
    title=_("People in pairs"),
    unit=_("people in a pair at the end, by whether they met their partner in the last month"),
    leaves={"met": _("Met in the last month"), "not-met": _("No meeting noted in the last month")},
    shares=True,
    every=MONTH,
    people="""
        SELECT person_id, p.mark, CASE WHEN m.person_id IS NULL THEN 'not-met' ELSE 'met' END AS leaf
        FROM paired p LEFT JOIN (
            SELECT DISTINCT said.person_id FROM core_event said JOIN core_event took USING (object_id)
            WHERE said.programme_id = %(programme)s AND said.kind = 'meeting.confirmed'
              AND said.at >= %(before)s AND said.at < %(end)s
              AND took.programme_id = %(programme)s AND took.kind = 'meeting.took_place'
              AND took.at >= %(last_month)s AND took.at < %(end)s) m USING (person_id)
        WHERE p.pairs > 0
    """,
)

# The numbers are those of `help.api.KINDS`, in the event rows.
REQUESTS = Declared(
    key="requests",
    title=_("Requests for help"),
    unit=_("people who asked for help in the quarter, once for each kind"),
    leaves={
        "0": _("Work"),
        "1": _("School and learning"),
        "2": _("Health"),
        "3": _("A place to live"),
        "4": _("Letters, forms and offices"),
        "5": _("House, garden and farm"),
        "6": _("Something else"),
    },
    people="""
        SELECT DISTINCT person_id, mark, numbers->>'about' AS leaf FROM happened
        WHERE kind = 'request.made' AND numbers ? 'about'
    """,
)

RESOLVED = Declared(
    key="resolved",
    title=_("How long requests took"),
    unit=_("people whose request was resolved in the quarter, or is late at its end"),
    leaves={
        "week": _("Resolved within a week"),
        "month": _("Resolved within a month"),
        "longer": _("Resolved after more than a month"),
        "late": _("Not resolved after more than a month"),
    },
    people="""
        SELECT DISTINCT person_id, mark, leaf FROM (
            SELECT r.person_id, r.mark, CASE WHEN r.at < m.at + interval '1 week' THEN 'week'
                WHEN r.at < m.at + interval '1 month' THEN 'month' ELSE 'longer' END AS leaf
            FROM happened r JOIN core_event m ON m.object_id = r.object_id
                AND m.programme_id = %(programme)s AND m.kind = 'request.made' AND m.at < %(end)s
            WHERE r.kind = 'request.resolved'
            UNION ALL
            SELECT c.person_id, c.mark, 'late' FROM core_event m JOIN counted c USING (person_id)
            WHERE m.programme_id = %(programme)s AND m.kind = 'request.made'
              AND m.at >= %(end)s - interval '1 year' AND m.at < %(end)s - interval '1 month'
              AND NOT EXISTS (SELECT FROM core_event x WHERE x.object_id = m.object_id
                  AND x.programme_id = %(programme)s AND x.kind IN ('request.resolved', 'request.taken_back')
                  AND x.at >= %(end)s - interval '1 year' AND x.at < %(end)s)) asked
    """,
)

VOLUNTEERS = Declared(
    key="volunteers",
    title=_("Volunteers and their hours"),
    unit=_("people on the side that offers, by the hours of their meetings in the quarter"),
    leaves={
        "none": _("No meeting noted"),
        "few": _("Up to 5 hours"),
        "some": _("5 to 20 hours"),
        "many": _("More than 20 hours"),
    },
    two_sides=True,
    people="""
        SELECT c.person_id, c.mark, CASE WHEN g.minutes IS NULL THEN 'none' WHEN g.minutes <= 300 THEN 'few'
            WHEN g.minutes <= 1200 THEN 'some' ELSE 'many' END AS leaf
        FROM counted c LEFT JOIN (
            SELECT said.person_id, sum(coalesce((took.numbers->>'minutes')::integer, 0)) AS minutes
            FROM core_event said JOIN core_event took USING (object_id)
            WHERE said.programme_id = %(programme)s AND said.kind = 'meeting.confirmed'
              AND said.at >= %(before)s AND said.at < %(end)s
              AND took.programme_id = %(programme)s AND took.kind = 'meeting.took_place'
              AND took.at >= %(start)s AND took.at < %(end)s
            GROUP BY said.person_id) g USING (person_id)
        WHERE c.side = 0
    """,
)

# What members answered without their names, twice a year. Whose answer is whose is nowhere, so nothing can be
# crossed with it.
ASKED = tuple(
    Declared(
        key=f"asked-{question}",
        title=words,
        unit=_("members who answered this question in the last month of the half-year, without their names"),
        leaves=dict(voice.ANSWERS),
        shares=True,
        every=HALF,
        question=question,
    )
    for question, words in voice.QUESTIONS.items()
)

TABLES = (MEMBERS, WAITING, PROPOSED, BEGAN, ENDED, TOGETHER, REQUESTS, RESOLVED, VOLUNTEERS, *ASKED)
BY_KEY = {table.key: table for table in TABLES}


@dataclass(frozen=True, slots=True)
class Care:
    """Counts behind a point where the programme needs care. They are never published: what comes out is
    which places are named, judged by the counts with their noise on."""

    key: str
    # As for a table, with `offers`: false for those who ask, true for those who could help.
    people: str
    two_sides: bool = False


# A place is named when so many ask (with noise), and fewer than so many can help (with noise).
ASKED_FROM, OFFERED_BELOW = 50, 10

CARE = (
    Care(
        key="areas",
        two_sides=True,
        people="SELECT people, mark, area_id AS leaf, side = 0 AS offers FROM alike",
    ),
    Care(
        key="languages",
        people="""
            SELECT people, mark, one / 4 AS leaf, side = 0 AS offers FROM alike, unnest(speak) AS one
            UNION ALL
            SELECT people, mark, one / 4, false FROM alike, unnest(learn) AS one WHERE NOT %(two_sides)s
        """,
    ),
)
