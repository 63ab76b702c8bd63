"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind
from bothways.help import hand_notices

events.declare("request.made", _("You asked for help"))
events.declare("request.opened", _("You opened a request as a coordinator"))
events.declare("request.answered", _("You answered a request"))
events.declare("request.more", _("You wrote more under your request"))
events.declare("request.words_deleted", _("You deleted words of yours under a request"))
events.declare("request.resolved", _("You said that your request is resolved"))
events.declare("request.taken_back", _("You took your request back"))
events.declare("request.ladder", _("You changed where your request goes when nobody answers"))
events.declare("request.climbed", _("Nobody answered your request, so it went on to where you had said"))
events.declare("request.kept", _("You kept your request open"))
events.declare("request.expired", _("Your request was closed because nobody had closed it for a long time"))
events.declare("hand.likes", _("You changed for which work you like to be asked"))
events.declare("hand.asked", _("You asked for a hand for a few hours"))
events.declare("hand.widened", _("You asked members who like such work too"))
events.declare("hand.taken_back", _("You took back that you asked for a hand"))
events.declare("hand.offered", _("You said that you would help for a few hours"))
events.declare("hand.met", _("You said yes to somebody who would help"))
events.declare("hand.off", _("You called off a few hours of help"))
events.declare("service.written", _("You wrote an entry of the directory"))
events.declare("service.changed", _("You changed an entry of the directory"))
events.declare("service.extended", _("You said that an entry of the directory is still true"))
events.declare("service.taken_away", _("You took an entry of the directory away"))

outbox.declare("request.partner", _("Your partner asks you for help"))
outbox.declare("request.coordinators", _("A member asks the coordinators for help"))
outbox.declare("request.answered", _("Your request has an answer"))
outbox.declare("request.more", _("There is more to read under a request"))
outbox.declare("hand.partner", _("Your partner asks for a hand"), waits_at=hand_notices.partner_waits_at)
outbox.declare("hand.asked", _("Somebody asks for work that you like"), waits_at=hand_notices.liking_waits_at)
outbox.declare("hand.yes", _("Somebody would help you"), waits_at=hand_notices.yes_waits_at)
outbox.declare(
    "hand.met", _("You have both said yes to a few hours of help"), waits_at=hand_notices.met_waits_at
)
outbox.declare("hand.off", _("A few hours of help were called off"))
outbox.declare("request.climbed", _("Your request has gone on to where you said"))
outbox.declare("request.expires", _("A request of yours closes soon, unless you keep it open"))
outbox.declare("request.expired", _("A request of yours was closed after a long time"))

name_kind("request", _("A request for help"))
name_kind("hand", _("How you can be reached for a few hours of help"))
name_kind("reply", _("Words under a request"))
