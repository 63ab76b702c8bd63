"""Who stands in which row while a large round is listed in parts, on several machines.

What is kept is the order alone: enrolments, each with a mark of what was read of it. Every worker reads the
people anew from where they are, and passes over whoever is gone or whose mark differs. So no wish is stored
twice, and who leaves is gone for the parts that come after, and for the round.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

from bothways.engine.api import Pairs
from bothways.enrol import api as enrol
from bothways.match.arrays import Int64
from bothways.match.reading import Reading

MARK = 8
COLUMNS = ("left", "right", "score", "metres")


@dataclass(frozen=True, slots=True)
class Order:
    """The enrolments of a round row by row, and their marks (uint64)."""

    enrolments: list[uuid.UUID]
    marks: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.enrolments)


def by_area(reading: Reading) -> Reading:
    """The same people, those of one area together: a part of the rows is a part of the map."""
    return replace(reading, rows=sorted(reading.rows, key=lambda row: (row["area_id"], row["id"])))


def order_of(reading: Reading, round_id: uuid.UUID) -> Order:
    """The order in which people stand in `reading`."""
    marks = np.array([_mark(reading, row, round_id) for row in reading.rows], dtype=np.uint64)
    return Order([row["id"] for row in reading.rows], marks)


def still_there(order: Order, reading: Reading, round_id: uuid.UUID) -> tuple[Reading, Int64]:
    """Those of `reading` who stand in the order and are as they were, in that order; and in which rows."""
    rows = {row["id"]: row for row in reading.rows}
    kept: list[enrol.Pooled] = []
    at: list[int] = []
    for index, (enrolment, mark) in enumerate(zip(order.enrolments, order.marks.tolist(), strict=True)):
        row = rows.get(enrolment)
        if row is not None and _mark(reading, row, round_id) == mark:
            kept.append(row)
            at.append(index)
    return replace(reading, rows=kept), np.array(at, dtype=np.int64)


def pack(columns: dict[str, npt.NDArray[Any]]) -> bytes:
    """Columns of numbers as bytes, compressed."""
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **columns)
    return held.getvalue()


def unpack(content: bytes) -> dict[str, npt.NDArray[Any]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        return dict(held)


def pack_order(order: Order) -> bytes:
    ids = b"".join(one.bytes for one in order.enrolments)
    return pack({"ids": np.frombuffer(ids, dtype=np.uint8), "marks": order.marks})


def unpack_order(content: bytes) -> Order:
    held = unpack(content)
    ids, marks = held["ids"].tobytes(), held["marks"]
    return Order([uuid.UUID(bytes=ids[start : start + 16]) for start in range(0, len(ids), 16)], marks)


def pack_pairs(pairs: Pairs, **more: npt.NDArray[Any]) -> bytes:
    return pack({name: getattr(pairs, name) for name in COLUMNS} | more)


def unpack_pairs(content: bytes) -> Pairs:
    return of_columns(unpack(content))


def of_columns(held: dict[str, npt.NDArray[Any]]) -> Pairs:
    return Pairs(*(held[name] for name in COLUMNS))


def _mark(reading: Reading, row: enrol.Pooled, round_id: uuid.UUID) -> int:
    """Tells whether anything of a member changed. Keyed: without the server's key it says nothing of them."""
    said = repr((*row.values(), reading.places(row))).encode()
    done = hashlib.blake2b(
        said, digest_size=MARK, key=settings.MASTER_KEY, salt=round_id.bytes, person=b"bothways.order"
    )
    return int.from_bytes(done.digest(), "big")
