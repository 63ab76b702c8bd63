"""What must be right before the web server and the worker start: tables, static files, a demo programme.

All of it in one process that loads Django once; a start with nothing to do takes one load and a few queries.
Run as `python -m bothways.run.prepare [FILE]`; with FILE, in demo mode, also the demo programme is filled
and FILE receives who can be signed in as.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path

from bothways.run import roles
from bothways.run.faults import guarded
from bothways.run.places import make_var

# Any number will do as long as no other part of the program locks it.
MIGRATING = 0x626F7468


def migrate(alias: str) -> bool:
    """Bring one database up to date; whether there was anything to do. Machines take turns."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    def unapplied() -> bool:
        executor = MigrationExecutor(connections[alias])
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    if not unapplied():
        return False
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        try:
            if unapplied():
                print(f"Updating the tables of the database '{alias}' ...", flush=True)
                call_command("migrate", database=alias, interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    return True


def _fingerprint() -> str:
    """Changes whenever a static file of the program or of a library is added, removed or written."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(f"{settings.STATIC_ROOT} {settings.STORAGES['staticfiles']}".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect() -> bool:
    """Collect the static files when one changed; whether it did."""
    from django.conf import settings
    from django.core.management import call_command

    stamp, now = make_var() / "static.stamp", _fingerprint()
    if stamp.exists() and stamp.read_text() == now and Path(settings.STATIC_ROOT or "").is_dir():
        return False
    print("Collecting style sheets, scripts and pictures ...", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(now)
    return True


def demo(target: Path) -> None:
    """A programme to look at when there is none yet, and who can be signed in as."""
    from django.core.management import call_command

    # Progress bars are for eyes; who can be signed in as is told later, below the address.
    watched = sys.stderr.isatty()
    if not watched:
        print("Making sure that there is a demo programme ...", flush=True)
    call_command("demo", members=300, seed=1, if_empty=True, quiet=not watched, stdout=io.StringIO())
    said = io.StringIO()
    call_command("demo", who=True, stdout=said)
    target.write_text(said.getvalue())


def main() -> int:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    os.environ[roles.VARIABLE] = roles.OWNER
    if os.environ.get("BOTHWAYS_DEMO") == "1":
        # What the owner does for invented people, it does with their rights (see bothways.core.walls). Only
        # here: elsewhere an owner that is no superuser may not take the serving roles.
        os.environ["BOTHWAYS_LOWER_ROLE"] = "1"
    django.setup()
    for alias in ("default", "keys"):
        migrate(alias)
    roles.settle(*roles.urls(roles.OWNER))
    call_command("installation")
    call_command("erase-departed")
    collect()
    if os.environ.get("BOTHWAYS_DEMO") == "1" and len(sys.argv) > 1:
        demo(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
