"""What the rooms above may ask of this one."""

from bothways.help.ladder import Ladder, set_ladder
from bothways.help.models import Request
from bothways.help.opening import open_with_receipt
from bothways.help.services import ask, delete_reply, reply, resolve, take_back
from bothways.help.tiles import tiles

__all__ = [
    "Ladder",
    "Request",
    "ask",
    "delete_reply",
    "open_with_receipt",
    "reply",
    "resolve",
    "set_ladder",
    "take_back",
    "tiles",
]
