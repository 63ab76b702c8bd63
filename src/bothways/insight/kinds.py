"""The kinds of events and notices of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox

events.declare("call.made", _("You wrote a call to everybody who offers something in a programme"))
events.declare("call.taken_back", _("You took a call back"))
events.declare("figures.published", _("Figures of a programme were published"))
events.declare("figures.follow_up", _("You wrote beside the published figures"))

outbox.declare("programme.call", _("Your programme asks for something."))
