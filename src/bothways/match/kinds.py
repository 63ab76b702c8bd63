"""Events and notices of this room. No event says who answered what: that would show who declined."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.match.selectors import waiting_at

events.declare("round.asked", _("A round was started"))
events.declare("round.done", _("A round found its proposals"))
events.declare("round.stopped", _("A round was stopped"))
events.declare("round.failed", _("A round could not be finished"))
events.declare("proposal.sent", _("A proposal was sent to you"))
events.declare("proposal.accepted", _("Two people said yes to a proposal"))
events.declare("proposal.closed", _("A proposal was closed"))

outbox.declare("proposal.new", _("A proposal waits for you."), waits_at=waiting_at)
outbox.declare("round.failed", _("A round could not be finished."))
