"""Writes docs/reference/events.md from what the rooms declare: `./dev python scripts/list_events.py`."""

from __future__ import annotations

import os
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs" / "reference" / "events.md"
HEAD = """# Events and notices

Every state change leaves an event: a kind, a time, a programme, the person whose change it was, the thing
that changed, and numbers. Never words. Each person reads their own in the glass box. Published figures count
events.
`./dev python scripts/list_events.py` writes this page; a test fails when a kind is missing.

## Events

| kind | meaning |
|---|---|
"""
NOTICES = """
## Notices

A notice says that there is something new and where. The message that goes with it says not even that much,
but for a partner's words on a phone where both agreed to it.

| kind | what the home page says |
|---|---|
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    django.setup()
    from django.utils import translation

    from bothways.core.events import api as events
    from bothways.core.outbox import api as outbox

    with translation.override("en"):
        rows = [f"| `{kind}` | {meaning} |\n" for kind, meaning in sorted(events.kinds().items())]
        notices = [f"| `{kind}` | {words} |\n" for kind, words in sorted(outbox.kinds().items())]
    TARGET.write_text(HEAD + "".join(rows) + NOTICES + "".join(notices))


if __name__ == "__main__":
    main()
