"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.identity.api import Acting
from bothways.core.outbox import api as outbox
from bothways.gather import selectors
from bothways.gather.models import Gathering

events.declare("gathering.published", _("You published a gathering"))
events.declare("gathering.changed", _("You changed a gathering"))
events.declare("gathering.cancelled", _("You called a gathering off"))
events.declare("gathering.coming", _("You said that you will come to a gathering"))
events.declare("gathering.not_coming", _("You took back that you will come to a gathering"))
events.declare("gathering.attended", _("You said that you were at a gathering"))
events.declare("gathering.not_attended", _("You took back that you were at a gathering"))

outbox.declare(
    "gathering.near", _("A gathering to which you come is near"), waits_at=selectors.paths_i_come_to
)
outbox.declare(
    "gathering.changed",
    _("A gathering to which you come has another time or place"),
    waits_at=selectors.paths_i_come_to,
)
outbox.declare(
    "gathering.cancelled",
    _("A gathering to which you wanted to come was called off"),
    waits_at=selectors.paths_called_off,
)


def record_of(kind: str, who: Acting, one: Gathering) -> None:
    """The event of what I did with a gathering."""
    events.record(kind, programme_id=one.programme_id, person_id=who.person_id, object_id=one.id)
