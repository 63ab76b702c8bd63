"""The words of `core.said` for templates."""

from __future__ import annotations

from datetime import datetime

from django import template

from bothways.core.said.api import moment_words

register = template.Library()


@register.filter(expects_localtime=True)
def moment(value: datetime | None) -> str:
    """A moment on the clock that the page goes by; nothing for none."""
    return moment_words(value) if value else ""
