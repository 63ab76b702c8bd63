"""PostgreSQL only: `DATABASE_URL`, else the embedded server under `var/`. Each process has its role."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from bothways.run import roles

# A page that waits for somebody else's lock answers with a 503 after a while, and never hangs on.
PATIENCE = "-c lock_timeout=8s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"


@cache
def _urls() -> tuple[str, str]:
    # Least first: whoever prepares the database says so.
    return roles.urls(os.environ.get(roles.VARIABLE, roles.WEB))


def database(alias: str) -> dict[str, Any]:
    """Django's settings for `default` (the data) or `keys` (the per-person keys)."""
    main, keys = _urls()
    parts = conninfo_to_dict(keys if alias == "keys" else main)
    return {
        "ENGINE": "bothways.core.walls",
        "NAME": parts.get("dbname", "bothways"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(parts),
        "TEST": {"NAME": f"test_{alias}_{os.environ.get('BOTHWAYS_TEST_NAME', 'bothways')}"},
    }


def _options(parts: dict[str, Any]) -> dict[str, Any]:
    plain = {"dbname", "user", "password", "host", "port"}
    given = {key: value for key, value in parts.items() if key not in plain}
    patience = {"options": PATIENCE} if os.environ.get(roles.VARIABLE, roles.WEB) == roles.WEB else {}
    # Values go to the server beside the statement, so that it plans what comes often once and not each time.
    return {"connect_timeout": 10, "server_side_binding": True, **patience, **given}
