"""What the rooms above may ask of this one."""

from bothways.meet.journal import write as write_journal
from bothways.meet.models import Meeting
from bothways.meet.services import cancel, move, plan, say_it_took_place
from bothways.meet.tiles import tiles

__all__ = ["Meeting", "cancel", "move", "plan", "say_it_took_place", "tiles", "write_journal"]
