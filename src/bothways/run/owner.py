"""Loads Django for what only the owner of the tables may do: copy everything, put it back, change keys."""

from __future__ import annotations

import os


def as_owner() -> None:
    import django

    from bothways.run import keyfiles, roles

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    os.environ[roles.VARIABLE] = roles.OWNER
    keyfiles.put_into_environment()
    django.setup()
