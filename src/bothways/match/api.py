"""What the rooms above may ask of this one."""

from bothways.match.models import Answer, Proposal, Round
from bothways.match.rounds import start_round
from bothways.match.running import run_round
from bothways.match.selectors import open_proposals, rounds_done, standing, tiles
from bothways.match.services import answer, hold_between, not_again
from bothways.match.words import explain_reasons

__all__ = [
    "Answer",
    "Proposal",
    "Round",
    "answer",
    "explain_reasons",
    "hold_between",
    "not_again",
    "open_proposals",
    "rounds_done",
    "run_round",
    "standing",
    "start_round",
    "tiles",
]
