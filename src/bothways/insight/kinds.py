"""The kinds of events of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events

events.declare("figures.published", _("Figures of a programme were published"))
events.declare("figures.remark", _("You wrote beside the published figures"))
