"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind

events.declare("meeting.planned", _("You planned a meeting"))
events.declare("meeting.moved", _("You changed a meeting"))
events.declare("meeting.place_deleted", _("You deleted where a meeting is"))
events.declare("meeting.cancelled", _("A meeting was cancelled"))
events.declare("meeting.confirmed", _("You said that a meeting took place"))
events.declare("meeting.took_place", _("Both people of a pair said that a meeting took place"))
events.declare("meeting.link_deleted", _("You deleted the link of a meeting"))
events.declare("series.chosen", _("You chose regular meetings"))
events.declare("series.changed", _("You changed regular meetings"))
events.declare("series.ended", _("Regular meetings ended"))
events.declare("journal.written", _("You wrote in a journal"))
events.declare("journal.deleted", _("You deleted your words from a journal"))
events.declare("calendar.made", _("You made a link for your calendar"))
events.declare("calendar.ended", _("You switched off the link for your calendar"))

outbox.declare("meeting.planned", _("Your partner planned a meeting"))
outbox.declare("meeting.moved", _("Your partner changed a meeting"))
outbox.declare("meeting.cancelled", _("Your partner cancelled a meeting"))
outbox.declare("series.chosen", _("Your partner chose regular meetings"))
outbox.declare("series.changed", _("Your partner changed your regular meetings"))
outbox.declare("series.ended", _("Your partner ended your regular meetings"))
outbox.declare("meeting.invitation", _("A meeting of yours for your calendar"))
outbox.declare("calendar.no", _("In your calendar you said no to a meeting. Your partner does not know it"))

name_kind("meeting link", _("The link of a meeting"))
name_kind("meeting place", _("Where a meeting is"))
name_kind("journal", _("A line in a journal"))
