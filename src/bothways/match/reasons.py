"""Why two people are proposed to each other: codes and numbers, the same for both."""

from __future__ import annotations

from typing import Any

from bothways.engine.api import People, explain_pair


def of(left: People, i: int, right: People, j: int) -> dict[str, Any]:
    """What a proposal stores (see `words.explain_reasons`). Which of the two learns is left out."""
    shared = explain_pair(left, right, i, j)
    return {
        "both": list(shared.both_speak),
        "taught": sorted({*shared.left_learns, *shared.right_learns} - set(shared.both_speak)),
        "times": sum(1 << slot for slot in shared.times),
        "modes": sum(shared.modes),
        "band": shared.distance_band,
        "interests": sum(1 << number for number in shared.interests),
    }
