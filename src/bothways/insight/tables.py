"""The tables that are published: all of them, and nothing else ever is.

A table counts people, each at most once in a cell, by a SELECT that gives their record key `mark` and the
cell (`leaf`). What it may read, made ready by `counting.py`, is about people who agreed to be counted and no
others:

- `counted`: everybody who is counted in the period, with `area_id`, `since`, `paused_at`, whether on the side
  that `offers`, how many `pairs` they have at its end and `alone_since`, when the last one ended;
- `happened`: what they did or what happened to them (events of `KINDS`) in it and in the quarter before, and
  requests that they made in the year before its end; `counts` where it belongs to this quarter's numbers;
- `met`: the same for each meeting of the quarter that took place, with its `minutes` and what they `speak`
  and would like to `learn`;
- `placed` and `speaking`: the first of these counted already by side and area, and by side and languages
  (those that they would like to `learn` only where there is one side): `people` many with `mark` together;
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
    "gathering.attended",
    "gathering.not_attended",
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
    people="SELECT people, mark, area_id AS leaf FROM placed",
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
        SELECT mark, CASE
            WHEN waits < interval '1 month' THEN 'month' WHEN waits < interval '3 months' THEN 'quarter'
            WHEN waits < interval '6 months' THEN 'half' ELSE 'longer' END AS leaf
        FROM (SELECT mark, %(end)s - greatest(since, alone_since) AS waits FROM counted
              WHERE pairs = 0 AND (paused_at IS NULL OR paused_at >= %(end)s)) alone
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
        WHERE counts AND kind = 'proposal.sent' GROUP BY person_id, mark
    """,
)

BEGAN = Declared(
    key="began",
    title=_("Pairs that began"),
    unit=_("people whose pair began in the quarter"),
    people="SELECT DISTINCT person_id, mark, '' AS leaf FROM happened WHERE counts AND kind = 'pair.joined'",
)

ENDED = Declared(
    key="ended",
    title=_("Pairs that ended"),
    unit=_("people whose pair ended in the quarter"),
    people="SELECT DISTINCT person_id, mark, '' AS leaf FROM happened WHERE counts AND kind = 'pair.over'",
)

TOGETHER = Declared(
    key="together",
    title=_("People in pairs"),
    unit=_("people in a pair at the end, by whether they met their partner in the last month"),
    leaves={"met": _("Met in the last month"), "not-met": _("No meeting noted in the last month")},
    shares=True,
    every=MONTH,
    people="""
        SELECT c.mark, CASE WHEN m.person_id IS NULL THEN 'not-met' ELSE 'met' END AS leaf
        FROM counted c LEFT JOIN (
            SELECT DISTINCT person_id FROM met WHERE at >= %(last_month)s) m USING (person_id)
        WHERE c.pairs > 0
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
        WHERE counts AND kind = 'request.made' AND numbers ? 'about'
    """,
)

# Who asks is who says that it is resolved. What was asked for more than a year ago took longer, too.
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
            FROM happened r LEFT JOIN happened m ON m.object_id = r.object_id AND m.kind = 'request.made'
            WHERE r.counts AND r.kind = 'request.resolved'
            UNION ALL
            SELECT m.person_id, m.mark, 'late' FROM happened m
            WHERE m.kind = 'request.made' AND m.at < %(end)s - interval '1 month'
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
        SELECT c.mark, CASE WHEN g.minutes IS NULL THEN 'none' WHEN g.minutes <= 300 THEN 'few'
            WHEN g.minutes <= 1200 THEN 'some' ELSE 'many' END AS leaf
        FROM counted c LEFT JOIN (
            SELECT person_id, sum(coalesce(minutes, 0)) AS minutes FROM met WHERE offers GROUP BY person_id
        ) g USING (person_id)
        WHERE c.offers
    """,
)

# How far somebody has come is nobody's business and is not asked. Languages are `number * 4 + level`.
LEARNING = Declared(
    key="learning",
    title=_("Practising a language"),
    unit=_("people who met, in the quarter, a partner who speaks a language that they want to learn"),
    people="""
        SELECT DISTINCT me.person_id, me.mark, '' AS leaf
        FROM met me JOIN met partner USING (object_id)
        WHERE me.person_id <> partner.person_id AND me.learn <> '{}' AND EXISTS (
            SELECT FROM unnest(me.learn) AS mine JOIN unnest(partner.speak) AS theirs
            ON mine / 4 = theirs / 4)
    """,
)

GATHERINGS = Declared(
    key="gatherings",
    title=_("Gatherings"),
    unit=_("people who noted in the quarter that they were at a gathering"),
    leaves={"one": _("At one gathering"), "several": _("At several gatherings")},
    people="""
        SELECT mark, CASE WHEN times = 1 THEN 'one' ELSE 'several' END AS leaf FROM (
            SELECT mark, sum(CASE kind WHEN 'gathering.attended' THEN 1 ELSE -1 END) AS times FROM happened
            WHERE counts AND kind IN ('gathering.attended', 'gathering.not_attended')
            GROUP BY person_id, mark) came
        WHERE times > 0
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

TABLES = (
    MEMBERS,
    WAITING,
    PROPOSED,
    BEGAN,
    ENDED,
    TOGETHER,
    LEARNING,
    GATHERINGS,
    REQUESTS,
    RESOLVED,
    VOLUNTEERS,
    *ASKED,
)
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
        people="SELECT people, mark, area_id AS leaf, offers FROM placed",
    ),
    Care(
        key="languages",
        people="""
            SELECT people, mark, one / 4 AS leaf, offers FROM speaking, unnest(speak) AS one
            UNION ALL
            SELECT people, mark, one / 4, false FROM speaking, unnest(learn) AS one
        """,
    ),
)
