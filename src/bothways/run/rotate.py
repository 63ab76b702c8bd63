"""`bothways rotate-master-key`, `reseal-texts`, `new-push-key`: new keys for old, after a leak or not."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bothways.run import databases, embedded, keyfiles
from bothways.run.faults import Fault
from bothways.run.owner import as_owner

OLD_MISSING = (
    "BOTHWAYS_MASTER_KEY is set, so BOTHWAYS_MASTER_KEY_OLD must be too: the new key in the first, the one "
    "from before in the second, for this command and for every server. See docs/how-to/change-keys.md."
)
AFTER_PUSH_KEY = "Members switch their devices on again; until then they get what they chose beside them."
OLD_FOR_A_FILE = (
    "BOTHWAYS_MASTER_KEY_OLD is set, but the master key is in a file: this command makes the new key and "
    "keeps the one from before by itself. Unset BOTHWAYS_MASTER_KEY_OLD, or set BOTHWAYS_MASTER_KEY too."
)


def rotate_master_key(arguments: Sequence[str]) -> int:
    """Wrap every person's key by a new master key. Killed at any point, the same command goes on."""
    _none(arguments, "rotate-master-key")
    in_files = not os.environ.get(keyfiles.MASTER)
    if in_files and os.environ.get(keyfiles.MASTER_OLD):
        raise Fault(OLD_FOR_A_FILE)
    if in_files:
        databases.require_alone(embedded.database_urls()[1])
        keyfiles.begin_rotation()
    elif not os.environ.get(keyfiles.MASTER_OLD):
        raise Fault(OLD_MISSING)
    as_owner()
    from bothways.core.keys.api import rewrap_all

    changed, lost = rewrap_all()
    if lost:
        raise Fault(
            f"{lost} keys open with neither master key and were left as they are; {changed} were changed. "
            "Keep both master keys until you know why."
        )
    if in_files:
        keyfiles.end_rotation()
    print(f"{changed} keys are wrapped anew. Make a new backup of the keys now: older ones need the old key.")
    return 0


def reseal_texts(arguments: Sequence[str]) -> int:
    """A new key for every person, and their texts sealed under it. The server may run meanwhile."""
    _none(arguments, "reseal-texts")
    as_owner()
    from bothways.core.keys.api import everybody
    from bothways.core.texts.api import reseal

    count = sum(reseal(person_id=person_id) for person_id in everybody())
    print(f"The texts of {count} people are sealed anew. Make new backups of both databases now.")
    return 0


def new_push_key(arguments: Sequence[str]) -> int:
    """A new key for notices in browsers. Devices that were switched on under the old one are silent then."""
    _none(arguments, "new-push-key")
    if os.environ.get(keyfiles.SECRET) or os.environ.get(keyfiles.PUSH):
        print(f"{keyfiles.PUSH}={keyfiles.fresh_push_key()}")
        print(f"Set it on every machine and start again. {AFTER_PUSH_KEY}")
        return 0
    keyfiles.replace_push_key()
    print(f"There is a new key. Start again. {AFTER_PUSH_KEY}")
    return 0


def _none(arguments: Sequence[str], name: str) -> None:
    if arguments:
        raise Fault(f"'bothways {name}' takes no arguments.")
