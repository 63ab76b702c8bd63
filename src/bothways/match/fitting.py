"""Between rounds: whom to propose to whom, and nobody's pair or proposal changes for it."""

from __future__ import annotations

from bothways.match.listing import Report
from bothways.match.pairing import Choice, choose
from bothways.match.reading import Reading
from bothways.programme import api as programme


def fit_in(one: programme.Programme, reading: Reading, report: Report) -> Choice:
    """The best set of couples among the places that are free now.

    This alone decides between rounds. Pairs, open proposals and what they promise are no part of it: their
    places are taken in `reading`, and so is their share of each area. The rest is chosen as in a round, and
    proved. Nobody is given a new reason for having no proposal: those rest until the next round.
    """
    return choose(one, reading, report, why=False)
