"""What the rooms above may ask of this one."""

from bothways.report.services import remove_key, set_contact, set_key

__all__ = ["remove_key", "set_contact", "set_key"]
