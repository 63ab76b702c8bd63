"""Counts of one period, all tables in one statement: set by set in the database, nothing person by person.

What comes out is unprotected. It goes from here into `protection.py` and nowhere else; it is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bothways.enrol import api as enrol
from bothways.insight.noise import Noise
from bothways.insight.periods import Period
from bothways.insight.tables import CARE, KINDS, Declared
from bothways.programme.api import Programme
from bothways.voice import api as voice

# (table, leaf) -> how many people, and the sum of their record keys.
Counts = dict[tuple[str, str], tuple[int, int]]

# Newcomers are not counted in the quarter in which they joined. What they did in it counts in the next one.
# A record key is a keyed hash of the person's id, 32 bits of it.
#
# What a million people have lived through is read once and put together by person, since that is what takes
# the time. Somebody who withdrew and came back has an enrolment of another id: for those few it is looked up.
READY = """
WITH counted AS MATERIALIZED (
    SELECT * FROM (
        SELECT e.person_id, e.side_id = %(offers)s AS offers, e.area_id, e.paused_at, e.speak, e.learn,
            uuid_hash_extended(e.person_id, %(seed)s) & 4294967295 AS mark,
            coalesce(l.pairs, 0) AS pairs, l.alone_since,
            CASE WHEN l.withdrew > l.first THEN (SELECT min(at) FROM core_event
                WHERE person_id = e.person_id AND object_id = e.id AND kind = 'enrolment.active'
                  AND at < %(start)s)
            ELSE l.first END AS since
        FROM ({enrolled}) e JOIN (
            SELECT person_id, min(at) FILTER (WHERE kind = 'enrolment.active' AND at < %(start)s) AS first,
                max(at) FILTER (WHERE kind = 'enrolment.withdrawn') AS withdrew,
                sum(CASE kind WHEN 'pair.joined' THEN 1 WHEN 'pair.over' THEN -1 END) AS pairs,
                max(at) FILTER (WHERE kind = 'pair.over') AS alone_since
            FROM core_event
            WHERE programme_id = %(programme)s AND at < %(end)s AND person_id IS NOT NULL
              AND kind IN ('enrolment.active', 'enrolment.withdrawn', 'pair.joined', 'pair.over')
            GROUP BY person_id) l USING (person_id)) everybody
    WHERE since IS NOT NULL
), happened AS MATERIALIZED (
    SELECT v.kind, v.object_id, v.at, v.numbers, c.person_id, c.mark, c.offers,
        CASE v.kind WHEN 'meeting.confirmed' THEN c.speak END AS speak,
        CASE v.kind WHEN 'meeting.confirmed' THEN c.learn END AS learn,
        v.at >= %(start)s OR (v.at >= %(before)s AND c.since >= %(before)s) AS counts
    FROM core_event v JOIN counted c USING (person_id)
    WHERE v.programme_id = %(programme)s AND v.at < %(end)s AND (
        v.kind = ANY (%(kinds)s) AND v.at >= %(before)s
        OR v.kind = 'request.made' AND v.at >= %(end)s - interval '1 year')
), met AS MATERIALIZED (
    SELECT h.person_id, h.mark, h.offers, h.speak, h.learn, object_id, took.at,
        (took.numbers->>'minutes')::integer AS minutes
    FROM happened h JOIN core_event took USING (object_id)
    WHERE h.kind = 'meeting.confirmed' AND took.programme_id = %(programme)s
      AND took.kind = 'meeting.took_place' AND took.at >= %(start)s AND took.at < %(end)s
)
"""
# A million people live in some hundred places and speak a few hundred sets of languages: counted once. What
# they want to learn is asked about only where there is one side, and is left out of the grouping elsewhere.
ALIKE = """, placed AS MATERIALIZED (
    SELECT offers, area_id, count(*) AS people, sum(mark)::bigint AS mark FROM counted
    GROUP BY offers, area_id
), speaking AS MATERIALIZED (
    SELECT offers, speak, CASE WHEN %(two_sides)s THEN '{}' ELSE learn END AS learn, count(*) AS people,
        sum(mark)::bigint AS mark
    FROM counted GROUP BY 1, 2, 3
)
"""
TABLE = """
SELECT '{key}' AS counted_in, leaf::text, {people_of}::bigint, sum(mark)::bigint FROM ({people}) AS t
GROUP BY leaf
"""
CARED = """
SELECT CASE WHEN offers THEN '{key}/offered' ELSE '{key}/asked' END, leaf::text, sum(people)::bigint,
    sum(mark)::bigint
FROM ({people}) AS t GROUP BY offers, leaf
"""
# Sorting and hashing a million people; for this transaction only.
MEMORY = "SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; SET LOCAL hash_mem_multiplier = 1.5"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: of which programme and period, and with which sides."""

    programme: Programme
    period: Period
    # The numbers of its one or two sides in the database; the first one offers.
    sides: list[int]

    @property
    def two_sides(self) -> bool:
        return len(self.sides) == 2


def answered(asked: Asked, tables: Sequence[Declared], noise: Noise) -> Counts | None:
    """Count the cells of those `tables` that are about a question; None where their answers cannot be counted
    (none were asked for, or what opens them is gone)."""
    quarter = asked.period.quarter
    given = voice.count(asked.programme.id, quarter.year, quarter.number // 2)
    if given is None:
        return None
    return {
        (table.key, leaf): (number, noise.mark_of(table.key, leaf, number))
        for table in tables
        for leaf, number in ((leaf, given[table.question, leaf]) for leaf in table.leaves)
    }


def count(asked: Asked, tables: Sequence[Declared], noise: Noise, *, care: bool) -> Counts:
    """Count the cells of `tables`, and with `care` what is behind the points to care for.

    Inside a transaction. One statement, so all cells are of the same moment. Tables about a question are left
    to `answered`.
    """
    tables = [table for table in tables if not table.question]
    text = enrol.text_of_figures(asked.programme.id)
    if text is None:
        return {}
    statement, arguments = _statement(asked, tables, text, care=care)
    arguments["seed"] = noise.seed
    with connection.cursor() as cursor:
        cursor.execute(MEMORY)
        cursor.execute(statement, arguments)
        found = cursor.fetchall()
    return {(table, leaf): (number, int(marks)) for table, leaf, number, marks in found if leaf is not None}


def _statement(
    asked: Asked, tables: Sequence[Declared], text: int, *, care: bool
) -> tuple[str, dict[str, Any]]:
    enrolled, arguments = _named(*enrol.counted(text).query.sql_with_params())
    counts = [
        TABLE.format(
            key=table.key, people=table.people, people_of="sum(people)" if table.by_area else "count(*)"
        )
        for table in tables
    ]
    if care:
        here = [one for one in CARE if asked.two_sides or not one.two_sides]
        counts += [CARED.format(key=one.key, people=one.people) for one in here]
    return READY.format(enrolled=enrolled) + ALIKE + "\nUNION ALL\n".join(counts), arguments | _times(asked)


def _times(asked: Asked) -> dict[str, Any]:
    zone, period = asked.programme.time_zone, asked.period
    quarter = period.quarter
    return {
        "programme": asked.programme.id,
        "start": quarter.span(zone)[0],
        "before": quarter.before.span(zone)[0],
        "last_month": period.last_month.span(zone)[0],
        "end": period.span(zone)[1],
        "kinds": list(KINDS),
        "offers": asked.sides[0],
        "two_sides": asked.two_sides,
    }


def _named(statement: str, arguments: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """The ORM numbers its arguments; ours have names."""
    first, *rest = statement.split("%s")
    names = [f"enrolled{number}" for number in range(len(rest))]
    named = first + "".join(f"%({name})s{part}" for name, part in zip(names, rest, strict=True))
    return named, dict(zip(names, arguments, strict=True))
