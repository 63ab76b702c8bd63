"""Before anything is served: do the walls stand for the role that this process signed in as?"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

# Tables that a serving role may read without row security, and why that reveals nothing about a person.
OPEN_TABLES = {
    "cache": "rate limits: keys are hashes, values are numbers",
    "core_installation": "whether this is a demo",
    "django_content_type": "names of the program's tables",
    "django_migrations": "versions of the program's tables",
    "django_session": "ciphertexts under keys made from cookies, found by a hash of the cookie",
    "insight_publishedquarter": "published figures",
    "insight_release": "published figures",
    "procrastinate_events": "when jobs began and ended",
    "procrastinate_jobs": "names of jobs with ids of things",
    "procrastinate_periodic_defers": "when jobs are due",
    "procrastinate_workers": "which workers are alive",
}

# What a serving role must not be. Each finding is a row: what is wrong, in words that end a sentence.
FAULTS = """
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL SELECT 'may bypass row security' FROM pg_roles WHERE rolname = current_user AND rolbypassrls
UNION ALL SELECT 'may make roles or databases' FROM pg_roles
    WHERE rolname = current_user AND (rolcreaterole OR rolcreatedb OR rolreplication)
UNION ALL SELECT 'is a member of ' || rolname || ', which may bypass row security' FROM pg_roles
    WHERE rolname <> current_user AND (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')
UNION ALL SELECT 'is a member of ' || rolname FROM pg_roles
    WHERE rolname ~ '^pg_' AND pg_has_role(current_user, oid, 'MEMBER') AND rolname <> 'pg_database_owner'
UNION ALL (SELECT 'owns ' || relname FROM pg_class
    WHERE pg_has_role(current_user, relowner, 'MEMBER') LIMIT 1)
UNION ALL (SELECT 'owns the function ' || proname FROM pg_proc
    WHERE pg_has_role(current_user, proowner, 'MEMBER') LIMIT 1)
UNION ALL (SELECT 'owns the schema ' || nspname FROM pg_namespace
    WHERE pg_has_role(current_user, nspowner, 'MEMBER') LIMIT 1)
UNION ALL SELECT 'owns the database' FROM pg_database
    WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'MEMBER')
UNION ALL SELECT 'may make things in the schema public' WHERE has_schema_privilege('public', 'CREATE')
UNION ALL (SELECT 'reads ' || relname || ', which has no row security' FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT row_security_active(c.oid)
      AND has_any_column_privilege(c.oid, 'SELECT') AND NOT (c.relname = ANY (%s)) LIMIT 1)
"""


def faults_of(alias: str) -> list[str]:
    """What is wrong with the role that the connection `alias` signed in as; empty when the walls stand."""
    with connections[alias].cursor() as cursor:
        cursor.execute(FAULTS, [list(OPEN_TABLES)])
        return [row[0] for row in cursor.fetchall()]


def require_walls() -> None:
    """Refuse to serve with a role that the walls do not hold. Raises ImproperlyConfigured with a sentence."""
    if settings.WALLS_LOWER_ROLE:
        return
    for alias in ("default", "keys"):
        found = faults_of(alias)
        if found:
            raise ImproperlyConfigured(
                f"Bothways does not serve as this database role: it {found[0]} (database '{alias}'). "
                "Serve as the roles that './dev run' makes, or see docs/how-to/run-a-server.md."
            )
    # The web server forks after this: a connection does not survive being in two processes.
    connections.close_all()
