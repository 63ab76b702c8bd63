"""What the rooms above may ask of this one."""

from bothways.goals.models import Goal
from bothways.goals.services import add, tick

__all__ = ["Goal", "add", "tick"]
