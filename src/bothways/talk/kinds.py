"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind
from bothways.talk.by_text import words_for_phone

events.declare("message.sent", _("You wrote a message to a partner"))
events.declare("message.deleted", _("You deleted a message of yours"))

events.declare("by_text.wished", _("You asked to get a partner's messages as text messages"))
events.declare("by_text.allowed", _("You said yes to your messages going to a partner's phone"))
events.declare("by_text.taken_back", _("You took back a wish or a yes to messages on a phone"))

outbox.declare("message.new", _("Your partner wrote to you"))
outbox.declare("message.wish", _("Your partner has a wish about your messages"))
outbox.declare("message.way", _("Something changed in how messages reach a phone"))
outbox.speak(words_for_phone)

name_kind("message", _("A message to a partner"))
