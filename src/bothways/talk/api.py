"""What the rooms above may ask of this one."""

from bothways.talk.models import Message
from bothways.talk.services import send
from bothways.talk.tiles import tiles

__all__ = ["Message", "send", "tiles"]
