"""What the rooms above may ask of this one."""

from bothways.report.keylines import line_of
from bothways.report.services import remove_key, set_contact, set_key

__all__ = ["line_of", "remove_key", "set_contact", "set_key"]
