"""How a figure is made publishable: small ones hidden, the rest rounded."""

from __future__ import annotations

# A figure behind which fewer things stand than this is not published.
SMALLEST = 10
# Every other figure is rounded to a multiple of this.
STEP = 5

# What is published and which event counts it; each distinct thing counts once a quarter.
CELLS: dict[str, str] = {
    "enrolled": "enrolment.active",
    "pairs": "pair.made",
    "meetings": "meeting.took_place",
    "requests": "request.resolved",
}


def suppressed(count: int) -> int | None:
    """`count` as it may be published: None below 10, else rounded to the nearest 5 (half up).

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a count is never negative")
    if count < SMALLEST:
        return None
    return (count + STEP // 2) // STEP * STEP
