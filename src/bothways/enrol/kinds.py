"""Events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox

events.declare("enrolment.started", _("You began to enrol in a programme"))
events.declare("enrolment.sent", _("You sent your enrolment"))
events.declare("enrolment.confirmed", _("You confirmed your enrolment"))
events.declare("enrolment.active", _("Your enrolment was counted for the published figures"))
events.declare("enrolment.changed", _("You changed your answers"))
events.declare("enrolment.paused", _("You paused your enrolment"))
events.declare("enrolment.resumed", _("You ended the pause of your enrolment"))
events.declare("enrolment.withdrawn", _("You withdrew from a programme"))
events.declare("consent.given", _("You agreed to a purpose"))
events.declare("consent.refused", _("You said no to a purpose"))

events.declare("check.asked", _("You made a code for a check"))
events.declare("check.taken_back", _("You took the code for a check back"))
events.declare("check.set", _("A coordinator set until when a check of yours is valid"))
events.declare("check.deleted", _("You deleted a check of yours"))

outbox.declare("check.needed", _("Your programme asks for a check before it proposes somebody new to you."))
outbox.declare("check.set", _("A check of yours is set."))
outbox.declare("check.ends", _("A check of yours ends soon."))
outbox.declare("check.ended", _("A check of yours has ended."))
outbox.declare("enrolment.opens", _("You can confirm your enrolment now."))
