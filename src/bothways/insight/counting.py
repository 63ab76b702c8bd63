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
READY = """
WITH counted AS MATERIALIZED (
    SELECT e.person_id, e.side_number AS side, e.area_id, e.paused_at, e.speak, e.learn, a.since,
        uuid_hash_extended(e.person_id, %(seed)s) & 4294967295 AS mark
    FROM ({enrolled}) e JOIN (
        SELECT object_id, min(at) AS since FROM core_event
        WHERE programme_id = %(programme)s AND kind = 'enrolment.active' AND at < %(start)s
        GROUP BY object_id) a ON a.object_id = e.id
), happened AS MATERIALIZED (
    SELECT v.kind, v.object_id, v.at, v.numbers, c.person_id, c.mark
    FROM core_event v JOIN counted c USING (person_id)
    WHERE v.programme_id = %(programme)s AND v.kind = ANY (%(kinds)s)
      AND v.at >= %(before)s AND v.at < %(end)s AND (v.at >= %(start)s OR c.since >= %(before)s)
), paired AS MATERIALIZED (
    SELECT person_id, mark, pairs, alone_since FROM counted JOIN (
        SELECT person_id, sum(CASE kind WHEN 'pair.joined' THEN 1 ELSE -1 END) AS pairs,
            max(at) FILTER (WHERE kind = 'pair.over') AS alone_since
        FROM core_event
        WHERE programme_id = %(programme)s AND kind IN ('pair.joined', 'pair.over') AND at < %(end)s
          AND person_id IS NOT NULL
        GROUP BY person_id) p USING (person_id)
)
"""
# A million people speak a few hundred sets of languages in some hundred places: these are counted once.
ALIKE = """, alike AS MATERIALIZED (
    SELECT area_id, side, speak, learn, count(*) AS people, sum(mark)::bigint AS mark FROM counted
    GROUP BY area_id, side, speak, learn
)
"""
TABLE = """
SELECT '{key}' AS counted_in, leaf::text, {people_of}::bigint, sum(mark)::bigint FROM ({people}) AS t
WHERE leaf IS NOT NULL GROUP BY leaf
"""
CARED = """
SELECT CASE WHEN offers THEN '{key}/offered' ELSE '{key}/asked' END, leaf::text, sum(people)::bigint,
    sum(mark)::bigint
FROM ({people}) AS t GROUP BY offers, leaf
"""
# Sorting and hashing a million people; for this transaction only.
MEMORY = "SET LOCAL jit = off; SET LOCAL work_mem = '96MB'; SET LOCAL hash_mem_multiplier = 2"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: of which programme and period, and whether it has two sides."""

    programme: Programme
    period: Period
    two_sides: bool


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
        return {(table, leaf): (number, int(marks)) for table, leaf, number, marks in cursor.fetchall()}


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
        "two_sides": asked.two_sides,
    }


def _named(statement: str, arguments: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """The ORM numbers its arguments; ours have names."""
    first, *rest = statement.split("%s")
    names = [f"enrolled{number}" for number in range(len(rest))]
    named = first + "".join(f"%({name})s{part}" for name, part in zip(names, rest, strict=True))
    return named, dict(zip(names, arguments, strict=True))
