from __future__ import annotations

import uuid

from django.urls import reverse


def pair_path(pair_id: uuid.UUID) -> str:
    """Where a pair is shown; what notices point to."""
    return reverse("pair", args=[pair_id])


def card_path(pair_id: uuid.UUID) -> str:
    """Where a pair's card is shown."""
    return reverse("card", args=[pair_id])


def closing_path(pair_id: uuid.UUID) -> str:
    """Where the two plan how their pair ends."""
    return reverse("pair_closing", args=[pair_id])


def in_touch_path(pair_id: uuid.UUID) -> str:
    """Where the two say whether they would like to stay in touch, and read it after the end."""
    return reverse("pair_in_touch", args=[pair_id])
