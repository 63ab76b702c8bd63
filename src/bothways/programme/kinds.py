"""Events and notices about programmes."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import declare
from bothways.core.outbox.api import declare as declare_notice

declare("programme.made", _("You made a programme"))
declare("programme.changed", _("You changed a programme"))
declare("programme.areas", _("You changed the areas of a programme"))
declare("programme.consent_text", _("You wrote a new version of a consent text"))
declare("programme.opened", _("You opened a programme"))
declare("programme.closed", _("You closed a programme for new people"))
declare("coordinator.invited", _("You invited somebody to coordinate a programme"))
declare("coordinator.joined", _("You became a coordinator"))
declare("coordinator.left", _("Somebody stopped being a coordinator"))

declare_notice("coordinator.joined", _("Your programme has a new coordinator."))
