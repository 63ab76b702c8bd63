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

outbox.declare("enrolment.opens", _("You can confirm your enrolment now."))
