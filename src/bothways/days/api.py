"""What the rooms above may ask of this one."""

from bothways.days.models import Occasion
from bothways.days.reading import KINDS, sealed_words
from bothways.days.services import add

__all__ = ["KINDS", "Occasion", "add", "sealed_words"]
