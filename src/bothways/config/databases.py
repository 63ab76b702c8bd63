"""PostgreSQL only: `DATABASE_URL`, else the embedded server under `var/`."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from psycopg.conninfo import conninfo_to_dict


@cache
def _urls() -> tuple[str, str]:
    from bothways.run.embedded import database_urls

    return database_urls()


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
    return {"connect_timeout": 10, **{key: value for key, value in parts.items() if key not in plain}}
