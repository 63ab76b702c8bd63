"""Charts as plain SVG: numbers in, coordinates out. Templates draw them; a table under each says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 640
# Of one row of bars: its words, this period's bar, the bar of the period before, and the room after.
WORDS, BAR, EARLIER, ROOM = 30, 16, 7, 12
COLUMNS_HIGH = 160


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: int | None
    before: int | None
    words_y: int
    bar_y: int
    earlier_y: int
    x: int
    length: int
    earlier_x: int
    earlier_length: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`start`: where a line of words begins, at the left or, right to left, at the right."""

    width: int
    height: int
    start: int
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    value: int | None
    x: int
    y: int
    wide: int
    high: int
    middle: int


@dataclass(frozen=True, slots=True)
class Columns:
    width: int
    height: int
    base: int
    columns: list[Column]


def bars(rows: Sequence[tuple[str, int | None, int | None]], *, rtl: bool) -> Chart | None:
    """One bar for each (label, figure, figure of the period before). None where nothing is shown."""
    most = max((value for _, *values in rows for value in values if value), default=0)
    if not any(value for _, value, _ in rows):
        return None
    step = WORDS + BAR + EARLIER + ROOM
    made = []
    for number, (label, value, before) in enumerate(rows):
        top = number * step
        length, earlier = (round(WIDTH * (one or 0) / most) for one in (value, before))
        made.append(
            Bar(
                label=label,
                value=value,
                before=before,
                words_y=top + WORDS - 7,
                bar_y=top + WORDS,
                earlier_y=top + WORDS + BAR + 1,
                x=WIDTH - length if rtl else 0,
                length=length,
                earlier_x=WIDTH - earlier if rtl else 0,
                earlier_length=earlier,
            )
        )
    return Chart(WIDTH, step * len(rows), WIDTH if rtl else 0, made)


def columns(rows: Sequence[tuple[str, int | None]], *, rtl: bool) -> Columns | None:
    """One column for each (label, figure), the oldest first. None where fewer than two are shown."""
    shown = [value for _, value in rows if value]
    if len(shown) < 2:
        return None
    room = WIDTH // len(rows)
    made = []
    for number, (label, value) in enumerate(rows):
        place = len(rows) - 1 - number if rtl else number
        high = round(COLUMNS_HIGH * (value or 0) / max(shown))
        x = place * room + room // 6
        made.append(Column(label, value, x, 24 + COLUMNS_HIGH - high, room * 2 // 3, high, x + room // 3))
    return Columns(WIDTH, COLUMNS_HIGH + 52, 24 + COLUMNS_HIGH, made)
