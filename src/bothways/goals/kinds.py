"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind

events.declare("goal.added", _("You wrote down a next step"))
events.declare("goal.changed", _("You changed a next step"))
events.declare("goal.shared", _("You shared a next step with a partner"))
events.declare("goal.closed", _("You stopped sharing a next step"))
events.declare("goal.deleted", _("You deleted a next step"))

outbox.declare("goal.shared", _("Your partner shares a next step with you"))

name_kind("goal", _("A next step of yours"))
