"""What the rooms above may ask of this one."""

from bothways.talk.by_text import allow as allow_by_text
from bothways.talk.by_text import wish as wish_by_text
from bothways.talk.models import Message
from bothways.talk.services import send
from bothways.talk.tiles import tiles

__all__ = ["Message", "allow_by_text", "send", "tiles", "wish_by_text"]
