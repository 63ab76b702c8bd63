"""The events and notices of this room."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind

events.declare("occasion.added", _("You wrote down a day that matters"))
events.declare("occasion.changed", _("You changed a day that matters"))
events.declare("occasion.deleted", _("You deleted a day that matters"))

outbox.declare("occasion.added", _("Your partner wrote down a day that matters"))
# Nobody is reminded more than two weeks before.
outbox.declare("occasion.near", _("A day that matters to you two is near"), good_for=timedelta(days=15))

name_kind("occasion", _("A day that matters to a pair"))
