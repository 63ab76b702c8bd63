"""What every form page here does with what was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django import forms

from bothways.core.faults import Refused

INVALID, REFUSED = 422, 409


def attempt(shown: Sequence[forms.Form], action: Callable[[], object]) -> int:
    """Do `action` if every form is in shape. Returns 0 when it is done, else the status of the page to show.

    A refusal goes onto the first form, above what was typed, so that nothing is lost.
    """
    # Every form is asked, so that all their errors show.
    if sum(not form.is_valid() for form in shown):
        return INVALID
    try:
        action()
    except Refused as refused:
        shown[0].add_error(None, str(refused.words))
        return REFUSED
    return 0
