"""What the rooms above may ask of this one."""

from bothways.help.directory import Entry, choices
from bothways.help.directory import write as write_entry
from bothways.help.hand_models import HandAsk, HandYes
from bothways.help.hands import accept as accept_hand
from bothways.help.hands import ask as ask_for_hand
from bothways.help.hands import offer as offer_hand
from bothways.help.hands import set_likes, widen
from bothways.help.ladder import Ladder, set_ladder
from bothways.help.models import Request
from bothways.help.opening import open_with_receipt
from bothways.help.services import ask, delete_reply, reply, resolve, take_back
from bothways.help.tiles import tiles

__all__ = [
    "Entry",
    "HandAsk",
    "HandYes",
    "Ladder",
    "Request",
    "accept_hand",
    "ask",
    "ask_for_hand",
    "choices",
    "delete_reply",
    "offer_hand",
    "open_with_receipt",
    "reply",
    "resolve",
    "set_ladder",
    "set_likes",
    "take_back",
    "tiles",
    "widen",
    "write_entry",
]
