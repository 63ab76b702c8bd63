"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind

events.declare("message.sent", _("You wrote a message to a partner"))
events.declare("message.deleted", _("You deleted a message of yours"))

outbox.declare("message.new", _("Your partner wrote to you"))

name_kind("message", _("A message to a partner"))
