"""Events about accounts."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import declare
from bothways.core.outbox import api as outbox
from bothways.core.texts.api import name_kind
from bothways.core.wording.api import Change, register
from bothways.people.push import devices
from bothways.people.sms import phones

declare("person.joined", _("You opened your account"))
declare("person.settings", _("You changed how the pages and letters reach you"))
declare("person.named", _("You changed what partners call you"))
declare("person.signed_out", _("You signed out other devices"))
declare("letters.stopped", _("Letters to you were stopped with the link in one of them"))
declare("letters.refused", _("Your mail address took no letter, so letters to you rest"))
declare("phone.added", _("You gave a phone number"))
declare("phone.confirmed", _("You confirmed your phone number"))
declare("phone.removed", _("You took your phone number away"))
declare("texts.stopped", _("Text messages to your phone were stopped by STOP from it"))
declare("texts.started", _("Text messages to your phone began again by START from it"))
declare("device.on", _("You switched on notices on a device"))
declare("device.off", _("You switched off notices on a device"))
declare("device.gone", _("A device takes no notices any more, so it was switched off"))
declare("person.left", _("Somebody left"))

outbox.declare("letters.refused", _("Our letters to your mail address come back. Please check it"))
outbox.declare("device.moved", _("Somebody else uses one of your devices now: it shows your notices no more"))
outbox.declare("phone.moved", _("Your phone number was taken off your account"))
outbox.declare("sign_in.new", _("There was a new sign-in to your account"))

name_kind("address", _("Your mail address"))
name_kind(devices.KIND, _("The address of one of your devices for notices"))
name_kind("phone", _("Your phone number"))
name_kind("name", _("What partners call you"))
# Without an address nobody could sign in, and partners know a person by the name: both go with leaving.
register(
    "phone",
    Change(
        place=lambda who, text_id: reverse("reach"),
        delete=phones.delete_text,
        effect=_("No text message reaches you then."),
    ),
)
register(
    devices.KIND,
    Change(
        place=lambda who, text_id: reverse("reach"),
        delete=devices.delete_text,
        effect=_("No notice is shown on that device then."),
    ),
)
register("address", Change())
register("name", Change(place=lambda who, text_id: reverse("me")))
