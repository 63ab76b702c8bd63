"""The quarterly run of the published figures over a large programme, against a plain count of the same rows.

    ./dev bench figures [--members N] [--years N] [--catch-up] [--save]

The database is made for the run and dropped after it. Its rows are synthetic and are written past every
door of the product, straight into the tables, with triggers and foreign keys off: no person, session or text
is made, and nothing of this can be pointed at a database that somebody serves from. `--save` writes
benchmarks/results/figures-speed.md.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
os.environ.setdefault("BOTHWAYS_SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("BOTHWAYS_MASTER_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
os.environ["BOTHWAYS_ROLE"] = "owner"
os.environ["BOTHWAYS_LOWER_ROLE"] = "1"
os.environ["BOTHWAYS_TEST_NAME"] = f"bench_figures_{os.getpid()}"
os.environ["BOTHWAYS_PUBLISHED"] = tempfile.mkdtemp(prefix="bothways-published-")

REGIONS, TOWNS = 5, 20
MOST_RATIO, MOST_SECONDS, MOST_MIB = 5, 120, 1024

# Unlogged and without indexes while the rows are written: the writing is not what is measured.
BEGIN = """
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
ALTER TABLE core_event SET UNLOGGED;
SELECT setseed(0.5);
"""
PEOPLE = """
CREATE TEMP TABLE made AS
SELECT n, gen_random_uuid() AS person, gen_random_uuid() AS enrolment, (n %% 2)::int AS side,
    %(first)s + random() * (%(now)s - %(first)s) AS joined, random() < 0.85 AS stays,
    (%(areas)s::bigint[])[1 + floor(power(random(), 2) * %(towns)s)::int] AS area,
    random() AS luck
FROM generate_series(1, %(members)s) n
"""
ENROL = """
INSERT INTO enrol_enrolment (id, programme_id, person_id, entry_id, side_id, area_id, radius_km, speak, learn,
    times, modes, interests, needs, facts, capacity, partners, state, made_at, confirm_from, waiting_since)
SELECT enrolment, %(programme)s, person, person, (%(sides)s::bigint[])[side + 1], area, 10,
    ARRAY[(floor(luck * 6) * 4 + 2)::int, (floor(random() * 30) * 4 + 1)::int],
    CASE side WHEN 1 THEN ARRAY[(floor(random() * 6) * 4)::int] ELSE '{}' END, 1, 1, 0, 0, 0, 1, 0,
    'active', joined, joined, joined
FROM made WHERE stays
"""
CONSENT = """
INSERT INTO enrol_consent (enrolment_id, text_id, person_id, entry_id, purpose, given, at)
SELECT enrolment, %(text)s, person, person, 'figures', random() < 0.95, joined FROM made WHERE stays
"""
# One row of (kind, person, object, when, numbers) for each event. Who left is cut loose, as in the product.
EVENTS = {
    "joining": """
        SELECT kind, person, enrolment, joined, '{}'::jsonb FROM made,
            unnest(ARRAY['consent.given', 'enrolment.confirmed', 'enrolment.active']) AS kind""",
    "proposals": """
        SELECT kind, CASE WHEN kind = 'proposal.sent' THEN person END, thing,
            sent + CASE WHEN kind = 'proposal.sent' THEN interval '0' ELSE interval '5 days' END, '{}'::jsonb
        FROM (SELECT person, n, t, md5(n / 2 || '/' || t)::uuid AS thing,
                joined + (10 + random() * 300) * interval '1 day' AS sent, random() < 0.4 AS yes
              FROM made, generate_series(1, CASE WHEN luck < 0.5 THEN 1 ELSE 2 END) t) p,
            unnest(CASE WHEN n %% 2 = 0 THEN ARRAY['proposal.sent']
                ELSE ARRAY['proposal.sent', CASE WHEN yes THEN 'proposal.accepted' ELSE 'proposal.closed' END]
                END) AS kind""",
    # Two people whose numbers differ in the last bit: they begin when both are there.
    "pairs": """
        SELECT kind, a.person, md5('pair' || a.n / 2)::uuid, greatest(a.joined, b.joined)
            + CASE WHEN kind = 'pair.joined' THEN interval '20 days' ELSE interval '300 days' END, '{}'::jsonb
        FROM made a JOIN made b ON b.n = a.n # 1,
            unnest(CASE WHEN a.luck + b.luck < 0.8 THEN ARRAY['pair.joined', 'pair.over']
            ELSE ARRAY['pair.joined'] END) AS kind WHERE a.luck + b.luck < 1.2""",
    "meetings": """
        SELECT kind, CASE WHEN kind = 'meeting.confirmed' THEN person END, thing,
            met + CASE WHEN kind = 'meeting.confirmed' THEN random() ELSE 1 END * interval '2 days',
            CASE WHEN kind = 'meeting.took_place' THEN '{"minutes": 90}'::jsonb ELSE '{}'::jsonb END
        FROM (SELECT a.person, a.n, md5('meeting' || a.n / 2 || '/' || t)::uuid AS thing,
                greatest(a.joined, b.joined) + (25 + t * 60) * interval '1 day' AS met
              FROM made a JOIN made b ON b.n = a.n # 1, generate_series(1, 3) t
              WHERE a.luck + b.luck < 1.2) m,
            unnest(CASE WHEN n %% 2 = 0 THEN ARRAY['meeting.confirmed']
                ELSE ARRAY['meeting.confirmed', 'meeting.took_place'] END) AS kind""",
    "gatherings": """
        SELECT 'gathering.attended', person, md5('gathering' || floor(random() * 500))::uuid,
            joined + random() * 400 * interval '1 day', '{}'::jsonb
        FROM made, generate_series(1, 2) WHERE luck BETWEEN 0.3 AND 0.6""",
    "requests": """
        SELECT kind, person, md5('request' || n)::uuid,
            joined + CASE WHEN kind = 'request.made' THEN interval '40 days' ELSE interval '52 days' END,
            CASE WHEN kind = 'request.made' THEN jsonb_build_object('about', n %% 7) ELSE '{}'::jsonb END
        FROM made, unnest(CASE WHEN luck < 0.15 THEN ARRAY['request.made', 'request.resolved']
            ELSE ARRAY['request.made'] END) AS kind WHERE luck < 0.2""",
}
ADD = """
INSERT INTO core_event (at, kind, programme_id, person_id, object_id, numbers)
SELECT at, kind, %(programme)s, CASE WHEN m.stays THEN person_id END, object_id, numbers
FROM ({rows}) AS e(kind, person_id, object_id, at, numbers) LEFT JOIN made m ON m.person = e.person_id
WHERE at < %(now)s
"""
# What one quarter reads, counted as simply as it goes.
PLAIN = {
    "events, all years": """SELECT kind, count(*) FROM core_event
        WHERE programme_id = %(programme)s AND at < %(end)s AND kind IN ('enrolment.active', 'pair.joined',
        'pair.over', 'request.made') GROUP BY kind""",
    "events of the quarter and the one before": """SELECT kind, count(*) FROM core_event
        WHERE programme_id = %(programme)s AND at >= %(before)s AND at < %(end)s
          AND kind IN ('meeting.confirmed', 'meeting.took_place', 'proposal.sent', 'proposal.accepted',
            'proposal.closed', 'request.resolved', 'gathering.attended') GROUP BY kind""",
    "enrolments": """SELECT area_id, count(*) FROM enrol_enrolment
        WHERE programme_id = %(programme)s GROUP BY area_id""",
    "consents": "SELECT given, count(*) FROM enrol_consent WHERE text_id = %(text)s GROUP BY given",
    "languages": """SELECT one, count(*) FROM enrol_enrolment, unnest(speak) AS one
        WHERE programme_id = %(programme)s GROUP BY one""",
}


def programme_made(years: int):
    """A programme of Eli's with regions and towns, as old as the rows will be."""
    from tests.cast import someone

    from bothways.core.clock.api import travelled
    from bothways.programme.models import Area
    from bothways.programme.tests.factory import a_programme

    with travelled(timedelta(days=-365 * years)):
        one = a_programme(someone("Eli"))
    towns = []
    for region in range(REGIONS):
        parent = Area.objects.create(programme=one, name=f"Region {region}")
        towns += [
            Area.objects.create(
                programme=one, parent=parent, name=f"Town {region}-{town}", lat_e5=1, lon_e5=1
            )
            for town in range(TOWNS)
        ]
    return one, [town.id for town in towns]


def fill(one, towns: list[int], members: int, now: datetime) -> int:
    """Write the synthetic rows; returns how many events."""
    from django.db import connection

    from bothways.programme import api as programme

    about = {
        "programme": one.id,
        "first": one.made_at,
        "now": now,
        "members": members,
        "areas": towns,
        "towns": len(towns),
        "sides": [side.id for side in programme.sides(one.id)],
        "text": programme.standing_text_ids(one.id)["figures"],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE tablename = 'core_event' AND indexname NOT LIKE '%pkey'"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(BEGIN)
        cursor.execute(PEOPLE, about)
        cursor.execute(ENROL, about)
        cursor.execute(CONSENT, about)
        for name, rows in EVENTS.items():
            cursor.execute(ADD.format(rows=rows), about)
            print(f"  {name}: {cursor.rowcount:,} events")
        for _, statement in indexes:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin; DROP TABLE made")
        cursor.execute("VACUUM ANALYZE core_event, enrol_enrolment, enrol_consent")
        cursor.execute(
            "SELECT count(*), pg_size_pretty(pg_database_size(current_database())) FROM core_event"
        )
        count, size = cursor.fetchone()
    print(f"  {count:,} events, {size}")
    return count


def peak_mib(pid: int | str) -> float:
    """The most memory that a process has held, without what it shares with others: MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    known = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "RssShmem"))}
    return (int(known["VmHWM"]) - int(known.get("RssShmem", 0))) / 1024


def timed(work) -> tuple[float, object]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def measure(one, zone: str, *, catch_up: bool) -> dict[str, object]:
    from django.db import connection, transaction

    from bothways.core.clock.api import now
    from bothways.core.walls import api as walls
    from bothways.insight import counting
    from bothways.insight.noise import Noise
    from bothways.insight.periods import Quarter
    from bothways.insight.services import publish, publish_due
    from bothways.insight.tables import TABLES
    from bothways.programme import api as programme

    last = Quarter.of(now(), zone).before
    asked = counting.Asked(one, last, [side.id for side in programme.sides(one.id)])
    about = counting._times(asked) | {"text": programme.standing_text_ids(one.id)["figures"]}

    def plainly() -> None:
        # As the same role, so through the same walls, and with the same memory.
        with walls.working(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(counting.MEMORY)
            for statement in PLAIN.values():
                cursor.execute(statement, about)
                cursor.fetchall()

    def ours() -> object:
        with walls.working(), transaction.atomic():
            return counting.count(asked, TABLES, Noise(bytes(32)), care=True)

    plainly()
    plain, own = [], []
    for _ in range(3):
        plain.append(timed(plainly)[0])
        own.append(timed(ours)[0])
    with walls.working():
        first, _ = timed(lambda: publish(one, last))
        month, _ = timed(lambda: publish(one, last.after.months[0]))
        every, releases = timed(publish_due) if catch_up else (0.0, 0)
        again, _ = timed(publish_due) if catch_up else (0.0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    counts = ours()
    return {
        "plain": sorted(plain)[1],
        "own": sorted(own)[1],
        "first": first,
        "month": month,
        "every": every,
        "releases": releases,
        "again": again,
        "memory": peak_mib("self") + peak_mib(backend),
        "people": sum(number for (table, _), (number, _k) in counts.items() if table == "members"),
    }


def report(options: argparse.Namespace, events: int, found: dict[str, object]) -> str:
    ratio = found["own"] / found["plain"]
    rows = [
        ("counting one quarter, all tables", f"{found['own']:.1f} s", ""),
        ("the same rows by plain `SELECT count(*) ... GROUP BY`", f"{found['plain']:.1f} s", ""),
        ("ratio", f"{ratio:.1f}", f"at most {MOST_RATIO}"),
        (
            "the quarterly run: count, protect, keep, publish",
            f"{found['first']:.1f} s",
            f"under {MOST_SECONDS} s",
        ),
        ("a month afterwards", f"{found['month']:.1f} s", "seconds"),
        (
            "memory, program and database connection at their most",
            f"{found['memory']:.0f} MiB",
            f"under {MOST_MIB} MiB",
        ),
    ]
    if options.catch_up:
        rows += [
            (f"{found['releases']} releases that nobody had published before", f"{found['every']:.0f} s", ""),
            ("a night with nothing due", f"{found['again']:.2f} s", "seconds"),
        ]
    lines = [
        "# How long the published figures take",
        "",
        f"Made by `./dev bench figures --members {options.members} --save`: {options.members:,} members over "
        f"{options.years} years, {events:,} events; {found['people']:,} are counted at the end. Medians of "
        "three, in turn, in one run, as the same role, on a machine with two processors that had other work "
        "too. Only the ratio carries over to other machines.",
        "",
        "| what | measured | aim |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--catch-up", action="store_true", help="also publish all earlier quarters")
    options = parser.parse_args()
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from bothways.core.clock.api import now
    from bothways.core.walls.api import keep_door_key

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        keep_door_key()
        one, towns = programme_made(options.years)
        took, events = timed(lambda: fill(one, towns, options.members, now()))
        print(f"  written in {took:.0f} s")
        text = report(options, events, measure(one, one.time_zone, catch_up=options.catch_up))
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)
    print(text)
    if options.save:
        (ROOT / "benchmarks" / "results" / "figures-speed.md").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
