"""What a release holds, and how it is written: the same figures are the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from bothways.insight.protection import TOTAL, Groups

# Written into every release, and raised when figures are made in another way.
METHOD = 1


@dataclass(frozen=True, slots=True)
class Body:
    """The published figures of one programme and period."""

    two_sides: bool
    # table -> place -> figure, None where it is hidden.
    tables: dict[str, dict[str, int | None]]
    # Every area as it was then, after the one that it lies in: [place, place of that one, name].
    areas: list[list[str]]
    # What could be had by subtraction, for the period after.
    groups: dict[str, Groups]
    # Where the programme needs care: areas without volunteers, languages that nobody offers.
    care: dict[str, list[str]] = field(default_factory=dict)
    # How many gatherings there were: about the programme, not about anybody, so it is exact. None in a month
    # and in releases from before there were any.
    held: int | None = None
    method: int = METHOD

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def figure(self, table: str, place: str = TOTAL) -> int | None:
        return self.tables.get(table, {}).get(place)


def read(text: str) -> Body:
    return Body(**json.loads(text))
