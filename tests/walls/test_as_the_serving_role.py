"""Proof: whoever has the serving role's password, and no session of anybody, reads nothing personal.

Tried from a connection of that role: plain reading, COPY, views, functions, the catalog, statistics, forged
variables, tokens that were ended or used in another transaction, and functions that leak what they are asked.
"""

from __future__ import annotations

import secrets
import uuid

import psycopg
import pytest
from django.db import connection

from bothways.core.identity import api as identity
from bothways.core.walls.standing import OPEN_TABLES, faults_of
from bothways.core.walls.stay import WEB, WORKER
from bothways.people.models import Person
from tests.walls.intruder import refused, signed_in_as, tables
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)

# Walled for writing and open for reading: programmes, their rounds, who coordinates, how to reach a lead.
PUBLIC = {
    "insight_call",
    "insight_followup",
    "match_round",
    "programme_area",
    "programme_consenttext",
    "programme_programme",
    "programme_side",
    "programme_staff",
    "report_lead",
    "report_leadkey",
}
# Words of people in the world of the tests, and marks by which a row is somebody's.
WORDS = (
    "Amina",
    "At the library",
    "a first walk",
    "Shoes off",
    "Late calls",
    "A school form",
    "find a course",
)


@pytest.fixture
def world() -> World:
    return build()


def marks() -> list[str]:
    ids = [str(person.id) for person in Person.objects.all()]
    return [*WORDS, *ids, *(one.replace("-", "") for one in ids), "example.org"]


def personal(rows: object) -> list[str]:
    text = str(rows)
    return [mark for mark in marks() if mark in text]


def test_no_table_gives_a_row_of_anybody(world: World) -> None:
    with signed_in_as(WEB) as intruder:
        assert len(tables(intruder)) > 40
        for table in tables(intruder):
            try:
                rows = intruder.execute(f'SELECT * FROM "{table}"').fetchall()
            except psycopg.errors.InsufficientPrivilege:
                continue
            if table not in {*OPEN_TABLES, *PUBLIC}:
                assert rows == [], table
            # Whoever coordinates has a public role; the table shows that, and an id that leads nowhere.
            left_out = {str(world.eli.id), "Eli"} if table == "programme_staff" else set()
            assert set(personal(rows)) <= left_out, table


def test_copying_gives_no_more_than_reading(world: World) -> None:
    with signed_in_as(WEB) as intruder:
        for table in tables(intruder):
            try:
                with intruder.cursor().copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                    content = b"".join(bytes(part) for part in copy)
            except psycopg.errors.InsufficientPrivilege:
                continue
            assert table in {*OPEN_TABLES, *PUBLIC} or not content, table
        for way in ("TO PROGRAM 'cat'", "TO '/tmp/out'"):
            assert refused(intruder, f"COPY core_text {way}")


WAYS_AROUND = (
    "SET row_security = off; SELECT * FROM core_text",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER TABLE core_text DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE core_text NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY open ON core_text USING (true)",
    "DROP POLICY own_select ON core_text",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT postgres TO CURRENT_USER",
    "CREATE VIEW public.all_texts AS SELECT * FROM core_text",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION core_me() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'",
    "INSERT INTO core_inside"
    " VALUES (pg_backend_pid(), pg_current_xact_id(), gen_random_uuid(), NULL, 'session')",
    "SELECT * FROM core_inside",
    "SELECT * FROM core_door",
    "UPDATE core_cap SET receipts_a_day = 500",
    "SELECT core_inside_as(gen_random_uuid(), NULL, 'session')",
    "SELECT core_enter_door('\\x00')",
    "SELECT core_enter_door(key_hash) FROM core_door",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "CREATE EXTENSION dblink",
    "TRUNCATE core_text",
    "LOCK TABLE core_text IN ACCESS EXCLUSIVE MODE",
)


def test_no_way_around(world: World) -> None:
    with signed_in_as(WEB) as intruder:
        open_ways = [statement for statement in WAYS_AROUND if not refused(intruder, statement)]
        assert open_ways == []


def test_statistics_of_the_catalog_tell_nothing(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with signed_in_as(WEB) as intruder:
        rows = intruder.execute("SELECT * FROM pg_stats WHERE schemaname = 'public'").fetchall()
        assert set(personal(rows)) <= {str(world.eli.id), "Eli"}
        assert not [row for row in rows if row[1] not in {*OPEN_TABLES, *PUBLIC}]


def test_a_variable_forges_nobody(world: World) -> None:
    with signed_in_as(WEB) as intruder:
        for name in ("bothways.person", "bothways.me", "app.user_id", "core.me", "role.person"):
            with intruder.transaction():
                intruder.execute("SELECT set_config(%s, %s, true)", (name, str(world.amina.id)))
                said = intruder.execute("SELECT core_me(), core_writer(), core_at_door()").fetchone()
                assert said == (None, None, False)
                assert intruder.execute("SELECT count(*) FROM core_text").fetchone() == (0,)


def test_a_token_opens_its_own_transaction_and_no_other(world: World) -> None:
    token = world.amina.who.token
    enter = "SELECT person FROM core_enter(%s, interval '0')"
    with signed_in_as(WEB) as one, signed_in_as(WEB) as other:
        with one.transaction():
            assert one.execute(enter, (token,)).fetchone() == (world.amina.id,)
            assert one.execute("SELECT count(*) > 3 FROM core_text").fetchone() == (True,)
            assert one.execute("SELECT count(*) FROM core_text WHERE kind = 'address'").fetchone() == (1,)
            assert other.execute("SELECT count(*) FROM core_text").fetchone() == (0,)
        assert one.execute("SELECT count(*) FROM core_text").fetchone() == (0,)
        # The same numbers again do not help: the transaction is another one.
        with one.transaction():
            assert one.execute("SELECT count(*) FROM core_text").fetchone() == (0,)
        # Nor does a savepoint that was rolled back keep what was entered in it.
        with one.transaction():
            with pytest.raises(ZeroDivisionError), one.transaction():
                one.execute(enter, (token,))
                raise ZeroDivisionError
            assert one.execute("SELECT count(*) FROM core_text").fetchone() == (0,)


def test_a_token_that_was_ended_or_guessed_opens_nothing(world: World) -> None:
    identity.end_entry(world.amina.who)
    hashes = [bytes(entry) for entry in identity.Entry.objects.values_list("token_hash", flat=True)]
    guesses = [world.amina.who.token, "", secrets.token_urlsafe(32), *(one.hex() for one in hashes)]
    with signed_in_as(WEB) as intruder:
        for guess in guesses:
            with intruder.transaction():
                found = intruder.execute("SELECT person FROM core_enter(%s, interval '-1 year')", (guess,))
                assert found.fetchone() == (None,)
                assert intruder.execute("SELECT count(*) FROM core_text").fetchone() == (0,)


def test_nobody_is_made_to_leave_to_be_read(world: World) -> None:
    with signed_in_as(WEB) as intruder, intruder.transaction():
        assert intruder.execute("SELECT core_enter_leaving(%s)", (world.amina.id,)).fetchone() == (None,)
        assert intruder.execute("SELECT count(*) FROM core_text").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), intruder.transaction():
            intruder.execute("INSERT INTO core_tombstone VALUES (%s, now())", (world.amina.id,))


def test_a_function_that_tells_what_it_is_asked_is_asked_nothing(world: World) -> None:
    told: list[str] = []
    with signed_in_as(WEB) as intruder:
        intruder.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        intruder.execute(
            "CREATE FUNCTION pg_temp.tell(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
            " $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        for table, column in (
            ("core_text", "owner_id"),
            ("people_person", "id"),
            ("enrol_enrolment", "person_id"),
        ):
            intruder.execute(f"SELECT count(*) FROM {table} WHERE pg_temp.tell({column})")
    assert told == []


def test_functions_that_may_be_called_tell_nothing_of_anybody(world: World) -> None:
    """Every function of the product that the role may call, with ids of real people where it takes one."""
    with signed_in_as(WEB) as intruder:
        named = intruder.execute(
            "SELECT p.oid::regprocedure::text, p.pronargs, pg_get_function_identity_arguments(p.oid)"
            " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'"
            " AND has_function_privilege(p.oid, 'EXECUTE') AND p.prorettype <> 'trigger'::regtype"
            " AND p.proname NOT LIKE 'procrastinate%' AND p.proname NOT LIKE 'vector%'"
        ).fetchall()
        ours = [row for row in named if row[0].split("_")[0] in {"core", "match", "pair", "meet", "help"}]
        assert len(ours) > 8
        for signature, _number, arguments in ours:
            values = [
                _value(one, world) for one in arguments.split(", ") if one and not one.startswith("OUT")
            ]
            name = signature.split("(")[0]
            places = ", ".join(["%s"] * len(values))
            try:
                rows = intruder.execute(f"SELECT * FROM {name}({places})", values).fetchall()
            except psycopg.Error:
                continue
            given = {str(value) for value in values}
            assert not set(personal(rows)) - given, signature


def _value(argument: str, world: World) -> object:
    if "uuid" in argument:
        return world.pair.id if "made" in argument else world.amina.id
    if "interval" in argument:
        return "0 seconds"
    return b"\0" * 32 if "bytea" in argument else "guess"


def test_the_keys_are_given_one_by_one_to_who_knows_the_id(world: World) -> None:
    with signed_in_as(WEB, "keys") as intruder:
        assert refused(intruder, "SELECT * FROM keys_personkey")
        assert refused(intruder, "SELECT count(*) FROM keys_personkey")
        assert refused(intruder, "COPY keys_personkey TO STDOUT")
        assert refused(intruder, "UPDATE keys_personkey SET wrapped = ''")
        many = [uuid.uuid4() for _ in range(501)]
        assert refused(intruder, "SELECT * FROM keys_of(%s)", (many,))
        assert intruder.execute("SELECT * FROM keys_of(%s)", ([uuid.uuid4()],)).fetchall() == []
        # What it gives is wrapped by a key that is in no database.
        row = intruder.execute("SELECT sealed FROM keys_of(%s)", ([world.amina.id],)).fetchone()
        assert row is not None and len(row[0]) == 32 + 40


def test_jobs_see_an_address_only_while_a_notice_waits(world: World) -> None:
    with signed_in_as(WORKER) as worker:
        waiting = {row[0] for row in worker.execute("SELECT owner_id FROM core_text").fetchall()}
        kinds = {row[0] for row in worker.execute("SELECT kind FROM core_text").fetchall()}
        noticed = {
            row[0]
            for row in worker.execute(
                "SELECT person_id FROM core_notice WHERE sent_at IS NULL AND seen_at IS NULL"
            ).fetchall()
        }
        assert kinds <= {"address"} and waiting == noticed and waiting
        worker.execute("UPDATE core_notice SET sent_at = now()")
        assert refused(worker, "UPDATE core_notice SET seen_at = NULL")
        assert worker.execute("SELECT count(*) FROM core_text").fetchone() == (0,)
        for table in (
            "core_share",
            "pair_card",
            "meet_journalline",
            "talk_message",
            "talk_bookmark",
            "talk_bytext",
            "help_reply",
            "core_receipt",
        ):
            assert worker.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        # The ladder's job sees that there are requests; their words it does not.
        assert worker.execute("SELECT count(*) FROM help_request").fetchone() != (0,)
        for made in (
            "INSERT INTO core_entry SELECT gen_random_uuid(), gen_random_uuid(), '\\x00', now(), now(), NULL",
            "INSERT INTO enrol_consent DEFAULT VALUES",
            "INSERT INTO match_answer DEFAULT VALUES",
            "INSERT INTO pair_pair DEFAULT VALUES",
            "INSERT INTO people_person DEFAULT VALUES",
            "UPDATE match_answer SET yes = true",
            "UPDATE help_request SET text_id = gen_random_uuid()",
            "UPDATE help_request SET coordinators_at = now() WHERE coordinators_at IS NULL",
        ):
            assert refused(worker, made), made


def test_the_owner_is_refused_as_a_serving_role() -> None:
    assert [faults_of(alias)[0] for alias in ("default", "keys")] == ["is a superuser"] * 2
