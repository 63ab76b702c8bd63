"""What a connection is used for at the moment, and as whom the database knows it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

WEB = "bothways_web"
WORKER = "bothways_worker"


@dataclass(slots=True)
class Stay:
    """One use of a connection: the SQL call that opens each of its transactions, and the database role.

    `call` is a function of the database that checks what it is given and ties the transaction to a
    person; None for a visitor and for a job. `found` is what the call returned last: (person, entry).
    """

    role: str
    call: str | None = None
    arguments: tuple[Any, ...] = ()
    found: tuple[uuid.UUID | None, uuid.UUID | None] = field(default=(None, None))
