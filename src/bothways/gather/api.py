"""What the rooms above may ask of this one."""

from bothways.gather.answers import say_attended, say_coming
from bothways.gather.models import Gathering
from bothways.gather.services import call_off, change, publish
from bothways.gather.telling import FEWER_THAN, count_coming, count_held, due_for_expected, set_expected
from bothways.gather.tiles import tiles

__all__ = [
    "FEWER_THAN",
    "Gathering",
    "call_off",
    "change",
    "count_coming",
    "count_held",
    "due_for_expected",
    "publish",
    "say_attended",
    "say_coming",
    "set_expected",
    "tiles",
]
