"""What the rooms above may ask of this one."""

from bothways.meet.journal import write as write_journal
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.meet.series import WantedSeries
from bothways.meet.series import choose as choose_series
from bothways.meet.series import end as end_series
from bothways.meet.services import cancel, move, plan, say_it_took_place
from bothways.meet.tiles import tiles
from bothways.meet.where import Where

__all__ = [
    "Meeting",
    "Rhythm",
    "Series",
    "WantedSeries",
    "Where",
    "cancel",
    "choose_series",
    "end_series",
    "move",
    "plan",
    "say_it_took_place",
    "tiles",
    "write_journal",
]
