"""`bothways restore DIR`: put a backup back, and erase again whoever left since, before it returns."""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bothways.run import databases, embedded, manifest, roles
from bothways.run.backup import add_missing, last_line
from bothways.run.faults import Fault
from bothways.run.manifest import DUMP, Manifest
from bothways.run.owner import as_owner
from bothways.run.tools import environment, tools_for

# A dump gives rights to them; a new server may not have them yet.
ROLES = """
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['bothways_web', 'bothways_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', name);
        END IF;
    END LOOP;
END $$;
"""
# Everything that a dump could bring, in the transaction that brings it: all or nothing.
EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT nspname AS name FROM pg_namespace
        WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
        EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' LOOP
        EXECUTE format('DROP VIEW IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT oid::regtype AS name FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('c', 'd', 'e') LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', one.name);
    END LOOP;
END $$;
"""
# Nobody comes back signed in.
SIGN_OUT = "UPDATE public.core_entry SET ended_at = now() WHERE ended_at IS NULL;\n"
PEOPLE = {"data": "people_person", "keys": "keys_personkey"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One backup to put back, and the database it goes to."""

    part: str
    folder: Path
    about: Manifest
    url: str


def restore(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    source = Path(options.folder).expanduser().absolute()
    urls = dict(zip(manifest.PARTS, embedded.database_urls(), strict=True))
    parts = [options.only] if options.only else list(manifest.PARTS)
    chosen = [_choose(source, part, options.at, urls[part]) for part in parts]
    as_owner()
    for one in chosen:
        _check(one)
    for url in urls.values():
        databases.require_alone(url)
    for one in chosen:
        _agree(one, replace=options.replace)
    _keep_departures(source, urls)
    _keep_published(source)
    for one in chosen:
        _put_back(one)
        print(f"{one.folder} is in the database '{databases.name_in(one.url)}'.")
    _make_servable()
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bothways restore", description=__doc__)
    parser.add_argument("folder", metavar="DIR", help="where 'bothways backup' put the backups")
    parser.add_argument("--at", default="", metavar="TIME", help="the name of a backup (the newest)")
    parser.add_argument("--only", choices=manifest.PARTS, default="", help="one of the two, not both")
    parser.add_argument("--replace", action="store_true", help="also when there are people in the database")
    return parser.parse_args(arguments)


def _choose(source: Path, part: str, at: str, url: str) -> Chosen:
    there = list(manifest.whole(source / part))
    if not there:
        raise Fault(f"There is no backup of the {part} in {source / part}.")
    if at and source / part / at not in there:
        raise Fault(f"There is no backup {at} of the {part}. There are: {', '.join(f.name for f in there)}.")
    folder = source / part / at if at else there[-1]
    return Chosen(part, folder, manifest.read(folder), url)


def _check(one: Chosen) -> None:
    """Refuse what would not fit, before anything is touched."""
    from django.conf import settings

    if one.about.holds != one.part:
        raise Fault(f"{one.folder} holds the {one.about.holds}, not the {one.part}.")
    newer = set(one.about.migrations) - _known_migrations()
    if newer:
        raise Fault(
            f"{one.folder} was made by a newer version of Bothways ({one.about.version}). "
            "Install that version or a later one, and try again."
        )
    if one.about.demo != settings.DEMO:
        kind, flag = ("a demo", "1") if one.about.demo else ("a real programme", "0")
        raise Fault(f"{one.folder} is of {kind}; it is restored with BOTHWAYS_DEMO={flag} only.")
    if manifest.digest(one.folder / DUMP) != one.about.sha256:
        raise Fault(f"{one.folder} is spoiled: its content is not what was written. Use another backup.")
    _check_master(one)
    _check_kind(one)


def _known_migrations() -> set[str]:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {f"{app}.{name}" for app, name in [*loader.disk_migrations, *loader.replacements]}


def _check_master(one: Chosen) -> None:
    from django.conf import settings

    from bothways.run.keyfiles import mark_of_bytes

    here = {mark_of_bytes(key) for key in (settings.MASTER_KEY, settings.MASTER_KEY_OLD) if key}
    if one.about.master and one.about.master not in here:
        raise Fault(
            f"The keys in {one.folder} are wrapped by another master key. Give the one they were wrapped by "
            "as BOTHWAYS_MASTER_KEY_OLD (or BOTHWAYS_MASTER_KEY), and try again."
        )


def _check_kind(one: Chosen) -> None:
    """A demo goes into no real installation, and back: what the database says counts more than a setting."""
    said = _ask(one.url, "core_installation", "SELECT demo FROM core_installation")
    if said is not None and said != one.about.demo:
        raise Fault(
            f"The database '{databases.name_in(one.url)}' is for {'a demo' if said else 'real people'}, and "
            f"{one.folder} is not. Use another database."
        )


def _agree(one: Chosen, *, replace: bool) -> None:
    name = databases.name_in(one.url)
    if not _ask(one.url, PEOPLE[one.part], f"SELECT EXISTS (SELECT FROM {PEOPLE[one.part]})"):  # noqa: S608
        return
    if not replace:
        raise Fault(
            f"There are people in the database '{name}'. What they did since {one.about.made_at} would be "
            "lost. If that is what you want, say --replace."
        )
    print(f"Everything in the database '{name}' is replaced by what was there at {one.about.made_at}.")
    try:
        typed = input(f"Type the name of the database ({name}) to go on: ")
    except EOFError:
        typed = ""
    if typed.strip() != name:
        raise Fault("That is not its name. Nothing was changed.")


def _ask(url: str, table: str, question: str) -> object:
    """The answer, or None when there is no such table or no row."""
    import psycopg

    with psycopg.connect(url, connect_timeout=5) as connection:
        there = connection.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone()
        if there is None or there[0] is None:
            return None
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def _keep_departures(source: Path, urls: dict[str, str]) -> None:
    """What is about to be replaced may know of people that the backup does not know to have left."""
    from bothways.core.departures import api, ledger, questions

    left = ledger.read(source / "departures")
    for part, function in (("data", "core_departures"), ("keys", "keys_departures")):
        left |= questions.departures_in(urls[part], function)
    api.note(left)


def _keep_published(source: Path) -> None:
    """Figures that came out after the backup was made are published again as they were."""
    from django.conf import settings

    add_missing(source / "published", Path(settings.PUBLISHED))


def _put_back(one: Chosen) -> None:
    """In one transaction: killed or failing at any point, the database is as it was."""
    tools = tools_for(one.url)
    quiet = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
    script = [str(tools.folder / "pg_restore"), "--no-owner", "--file=-", str(one.folder / DUMP)]
    with (
        subprocess.Popen(script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as reading,
        subprocess.Popen(
            tools.command("psql", one.url, *quiet),
            env=environment(one.url),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as writing,
    ):
        assert reading.stdout is not None and writing.stdin is not None and writing.stderr is not None
        try:
            _pump(one, reading, writing)
        except BrokenPipeError:
            reading.kill()
        said = writing.stderr.read().decode(errors="replace")
    if reading.returncode != 0 or writing.returncode != 0:
        raise Fault(f"Nothing was changed, because restoring failed: {last_line(said)}.")


def _pump(one: Chosen, reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes]) -> None:
    assert reading.stdout is not None and writing.stdin is not None
    writing.stdin.write(f"BEGIN;\n{ROLES}{EMPTY}".encode())
    while block := reading.stdout.read(1 << 16):
        writing.stdin.write(block)
    if reading.wait() == 0:
        # Only a whole script is committed: whoever dies before this line leaves the database as it was.
        writing.stdin.write(f"\n{SIGN_OUT if one.part == 'data' else ''}COMMIT;\n".encode())
    writing.stdin.close()


def _make_servable() -> None:
    """Today's tables, and nobody in them who left. The start does the same, should this be killed."""
    from django.core.management import call_command

    from bothways.run.prepare import migrate

    for alias in ("default", "keys"):
        migrate(alias)
    roles.settle(*embedded.database_urls())
    call_command("installation")
    call_command("erase-departed")
    _tell_missing_keys()


def _tell_missing_keys() -> None:
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT owner_id FROM core_text")
        owners = {row[0] for row in cursor.fetchall()}
    with connections["keys"].cursor() as cursor:
        cursor.execute("SELECT person_id FROM keys_personkey")
        missing = len(owners - {row[0] for row in cursor.fetchall()})
    if missing:
        print(f"{missing} people have no key in this backup of the keys: their texts cannot be read.")
