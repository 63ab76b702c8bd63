"""What the rooms above may ask of this one."""

from bothways.goals.models import Goal
from bothways.goals.services import add

__all__ = ["Goal", "add"]
