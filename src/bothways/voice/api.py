"""What the rooms above may ask of this one."""

from bothways.voice.questions import ANSWERS, QUESTIONS
from bothways.voice.selectors import waiting
from bothways.voice.services import close, count, destroy_keys, forget, give, open_due
from bothways.voice.tiles import tiles

__all__ = [
    "ANSWERS",
    "QUESTIONS",
    "close",
    "count",
    "destroy_keys",
    "forget",
    "give",
    "open_due",
    "tiles",
    "waiting",
]
