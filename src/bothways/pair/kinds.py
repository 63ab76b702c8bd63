"""The events and notices of this room."""

from django.utils.translation import gettext_lazy as _

from bothways.core.events import api as events
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind

events.declare("pair.made", _("Two people said yes, and a pair was made"))
events.declare("pair.joined", _("You became one of a pair"))
events.declare("pair.ended", _("A pair ended"))
# The same row for both people: nothing says which of them ended it.
events.declare("pair.over", _("A pair of yours ended"))
events.declare("pair.paused", _("You paused a pair"))
events.declare("pair.resumed", _("You ended your pause of a pair"))
events.declare("pair.contact", _("You changed your contact details for a partner"))
events.declare("pair.closing", _("You chose a day for the end of a pair"))
events.declare("pair.no_closing", _("You took back the day for the end of a pair"))
events.declare("pair.thanks", _("You changed your word of thanks to a partner"))
events.declare("pair.in_touch", _("You changed what a partner may keep to stay in touch"))
events.declare("card.changed", _("You changed the card of a pair"))
events.declare("card.signed", _("You signed the card of a pair"))
events.declare("card.words_deleted", _("You deleted words of yours from a card"))
events.declare("card.agreed", _("Both people of a pair signed their card"))

outbox.declare("pair.made", _("You both said yes: you have a new partner"))
outbox.declare("pair.card", _("The card of your pair has changed"))
outbox.declare("pair.agreed", _("You have both signed your card"))
outbox.declare("pair.changed", _("Something about your pair has changed"))
outbox.declare("pair.closing_day", _("The day that you two chose has come"))
outbox.declare("pair.ended", _("This pair has ended"))

name_kind("card.customs", _("House customs on a card"))
name_kind("card.rather_not", _("What you would rather not, on a card"))
name_kind("contact", _("Contact details for a partner"))
name_kind("thanks", _("A word of thanks to a partner"))
name_kind("in_touch", _("What a partner may keep to stay in touch"))
