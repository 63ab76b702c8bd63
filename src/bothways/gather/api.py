"""What the rooms above may ask of this one."""

from bothways.gather.answers import say_attended, say_coming
from bothways.gather.models import Gathering
from bothways.gather.services import call_off, change, publish
from bothways.gather.telling import count_coming, due_for_expected, set_expected
from bothways.gather.tiles import tiles

__all__ = [
    "Gathering",
    "call_off",
    "change",
    "count_coming",
    "due_for_expected",
    "publish",
    "say_attended",
    "say_coming",
    "set_expected",
    "tiles",
]
